package org.netshard.protocol.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * One end of a connection, as the table of connections knows it: two addresses and two ports.
 *
 * <p>A connection over IPv4 of a sock of AF_INET6 has addresses of IPv4 here.
 *
 * <p><b>Source:</b> {@code include/net/sock.h}, {@code struct sock_common}; {@code
 * include/net/inet_hashtables.h}, {@code inet_match}.
 */
public abstract class TcpEndpoint {
  private static final byte[] NONE = {};

  final NetNs net;

  /** Own address of IPv4, network byte order. */
  int saddr;

  /** The other end's. */
  int daddr;

  /** Own address of IPv6; empty for IPv4. */
  byte[] saddr6 = NONE;

  /** The other end's. */
  byte[] daddr6 = NONE;

  /** Own port. */
  int sport;

  /** The other end's. */
  int dport;

  /** {@code sk_bound_dev_if}. */
  int boundDevIf;

  /** The next one in the same slot of the table. */
  @Nullable TcpEndpoint hashNext;

  boolean hashed;

  TcpEndpoint(NetNs net) {
    this.net = net;
  }

  /** {@code sk_state}, by the numbers of {@link TcpState}. */
  public abstract int state();

  /** {@code sk_family}: AF_INET6 also for one over IPv4 of a sock of AF_INET6. */
  public abstract int family();

  /** {@code sk_cookie}: given out at the first question. */
  public abstract long cookie();

  /** {@code sk_bound_dev_if}. */
  public final int boundDevIf() {
    return boundDevIf;
  }

  /** Whether its packets are of IPv6. */
  public final boolean isV6() {
    return daddr6.length != 0;
  }

  /** The namespace. */
  public final NetNs net() {
    return net;
  }

  /** Own port. */
  public final int sport() {
    return sport;
  }

  /** The other end's port. */
  public final int dport() {
    return dport;
  }

  /** Own address of IPv4, network byte order. */
  public final int saddr() {
    return saddr;
  }

  /** The other end's address of IPv4, network byte order. */
  public final int daddr() {
    return daddr;
  }

  /** Own address as one of IPv6; not to be changed. */
  public final byte[] saddr6() {
    return isV6() ? saddr6 : Ipv6Address.mapped(saddr);
  }

  /** The other end's address as one of IPv6; not to be changed. */
  public final byte[] daddr6() {
    return isV6() ? daddr6 : Ipv6Address.mapped(daddr);
  }

  /** Takes over the addresses and ports of another. */
  final void copyFlow(TcpEndpoint other) {
    saddr = other.saddr;
    daddr = other.daddr;
    saddr6 = other.saddr6;
    daddr6 = other.daddr6;
    sport = other.sport;
    dport = other.dport;
    boundDevIf = other.boundDevIf;
  }

  /** Whether a segment that came by a device is for it. */
  final boolean matches4(int from, int fromPort, int to, int toPort, int dif) {
    return dport == fromPort
        && sport == toPort
        && daddr == from
        && saddr == to
        && !isV6()
        && (boundDevIf == 0 || boundDevIf == dif);
  }

  /** The same for IPv6. */
  final boolean matches6(byte[] from, int fromPort, byte[] to, int toPort, int dif) {
    return dport == fromPort
        && sport == toPort
        && isV6()
        && Arrays.equals(daddr6, from)
        && Arrays.equals(saddr6, to)
        && (boundDevIf == 0 || boundDevIf == dif);
  }

  /** Its place in the table. */
  final int hash() {
    return isV6()
        ? hash(Arrays.hashCode(saddr6), sport, Arrays.hashCode(daddr6), dport)
        : hash(saddr, sport, daddr, dport);
  }

  /** The place of a connection, own address first. */
  static int hash(int own, int ownPort, int other, int otherPort) {
    int h = own * 0x9e3779b1 ^ other;
    h = (h ^ h >>> 15) * 0x85ebca6b ^ (ownPort << 16 | otherPort);
    h = (h ^ h >>> 13) * 0xc2b2ae35;
    return h ^ h >>> 16;
  }
}
