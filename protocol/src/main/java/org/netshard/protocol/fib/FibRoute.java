package org.netshard.protocol.fib;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A route: a prefix, and where it leads.
 *
 * <p><b>Source:</b> {@code net/ipv4/fib_lookup.h}, {@code struct fib_alias}; {@code
 * include/net/ip_fib.h}, {@code struct fib_info} and {@code struct fib_nh}.
 */
public final class FibRoute {
  private final FibConfig config;
  private final int oif;
  private final int nhScope;

  /** When it was added to its table, among others. */
  private int serial;

  /**
   * A route.
   *
   * @param config what it was made of
   * @param oif the device of the next hop, or 0
   * @param nhScope how far away the next hop is
   */
  FibRoute(FibConfig config, int oif, int nhScope) {
    this.config = config;
    this.oif = oif;
    this.nhScope = nhScope;
  }

  /** When it was added to its table, among others. */
  int serial() {
    return serial;
  }

  /** Sets when it was added. */
  void setSerial(int newSerial) {
    serial = newSerial;
  }

  /** First address of the prefix. */
  public int dst() {
    return config.dst;
  }

  /** Length of the prefix. */
  public int dstLen() {
    return config.dstLen;
  }

  /** {@code fa_dscp}. */
  public int tos() {
    return config.tos;
  }

  /** {@code fa_type}: {@code RTN_…}. */
  public int type() {
    return config.type;
  }

  /** {@code tb_id}. */
  public int table() {
    return config.table;
  }

  /** {@code fib_scope}. */
  public int scope() {
    return config.scope;
  }

  /** {@code fib_protocol}: who made it. */
  public int protocol() {
    return config.protocol;
  }

  /** {@code fib_priority}: its metric. */
  public int priority() {
    return config.priority;
  }

  /** {@code fib_prefsrc}: source address of packets, or 0. */
  public int prefsrc() {
    return config.prefsrc;
  }

  /** The address of the next hop, or 0. */
  public int gateway() {
    return config.gateway;
  }

  /** The device of the next hop, or 0. */
  public int oif() {
    return oif;
  }

  /** {@code fib_nh_scope}. */
  public int nhScope() {
    return nhScope;
  }

  /** {@code RTNH_F_…} of the next hop. */
  public int flags() {
    return config.flags;
  }

  /** {@code RTAX_…} by number less 1, or null. */
  public int @Nullable [] metrics() {
    return config.metrics;
  }

  /** The largest segment of TCP that is told a peer, bytes; 0 if it is not set. */
  public int advmss() {
    return metric(FibMetrics.RTAX_ADVMSS);
  }

  /** The largest window of TCP, bytes; 0 if it is not set. */
  public int window() {
    return metric(FibMetrics.RTAX_WINDOW);
  }

  /** The time of a round trip, eighths of ms; 0 if it is not set. */
  public int rtt() {
    return metric(FibMetrics.RTAX_RTT);
  }

  private int metric(int metric) {
    return config.metrics == null ? 0 : config.metrics[metric - 1];
  }

  /** {@code nh_tclassid}. */
  public int flow() {
    return config.flow;
  }

  /** Whether two routes say the same in all but the prefix ({@code fib_find_info}). */
  boolean sameInfo(FibRoute other) {
    return protocol() == other.protocol()
        && scope() == other.scope()
        && prefsrc() == other.prefsrc()
        && priority() == other.priority()
        && type() == other.type()
        && table() == other.table()
        && gateway() == other.gateway()
        && oif == other.oif
        && flow() == other.flow()
        && flags() == other.flags()
        && Arrays.equals(metrics(), other.metrics());
  }
}
