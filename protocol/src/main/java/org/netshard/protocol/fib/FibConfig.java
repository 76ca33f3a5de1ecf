package org.netshard.protocol.fib;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.netlink.NlAttr;

/**
 * What somebody who adds or deletes a route says of it.
 *
 * <p><b>Source:</b> {@code include/net/ip_fib.h}, {@code struct fib_config}.
 */
public final class FibConfig {
  /** {@code fc_dst}. */
  int dst;

  /** {@code fc_dst_len}. */
  int dstLen;

  /** {@code fc_dscp}. */
  int tos;

  /** {@code fc_protocol}. */
  int protocol;

  /** {@code fc_scope}. */
  int scope;

  /** {@code fc_type}. */
  int type;

  /** {@code fc_table}. */
  int table;

  /** {@code fc_oif}. */
  int oif;

  /** {@code fc_gw4}, or 0. */
  int gateway;

  /** {@code fc_flags}. */
  int flags;

  /** {@code fc_priority}. */
  int priority;

  /** {@code fc_prefsrc}. */
  int prefsrc;

  /** {@code fc_flow}. */
  int flow;

  /** {@code fc_mx}: {@code RTAX_…} by number less 1. */
  int @Nullable [] metrics;

  /** {@code fc_mx} as it was asked for, or null. */
  @Nullable NlAttr metricsAttr;

  /** Whether who asks has CAP_NET_ADMIN over the whole machine. */
  boolean mayLoad;

  /** {@code fc_nlflags}. */
  int nlflags;
}
