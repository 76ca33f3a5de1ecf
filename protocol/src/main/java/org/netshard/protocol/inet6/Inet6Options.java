package org.netshard.protocol.inet6;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.OptionBlock;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.McList;

/**
 * The IPv6 layer of a sock.
 *
 * <p><b>Source:</b> {@code include/linux/ipv6.h}, {@code struct ipv6_pinfo}; defaults of {@code
 * inet6_create}.
 */
public final class Inet6Options extends OptionBlock {
  /** {@code in6addr_any}. */
  private static final byte[] ANY = new byte[16];

  private static final byte[] NO_HEADER = {};

  /** No extension headers. */
  static final byte[][] NO_HEADERS = {NO_HEADER, NO_HEADER, NO_HEADER, NO_HEADER};

  private static final int[] NO_LABELS = {};
  private static final Inet6Options DEFAULTS = defaults(false);
  private static final Inet6Options V6ONLY = defaults(true);

  private int flags;

  /** {@code hop_limit}, hops; -1 is the namespace's default. */
  short hopLimit = -1;

  /** Sets {@code mcast_oif} and {@code mcast_hops}. */
  public void setMcast(int oif, int hops) {
    mcastOif = oif;
    mcastHops = (short) hops;
  }

  /** {@code mcast_hops}, hops. */
  short mcastHops = 1;

  /** {@code pmtudisc}: {@code IPV6_PMTUDISC_WANT} and so on. */
  byte pmtudisc = 1;

  /** {@code tclass}, 8 bits. */
  byte tclass;

  /** {@code min_hopcount}, hops, 8 bits. */
  byte minHopcount;

  /** {@code srcprefs}: {@code IPV6_PREFER_SRC_TMP} and so on. */
  byte srcprefs;

  /** {@code frag_size}, bytes; 0 if not set. */
  int fragSize;

  /** {@code mcast_oif}: device of outgoing multicast packets, or 0. */
  int mcastOif;

  /** {@code ucast_oif}: device of outgoing unicast packets, or 0. */
  int ucastOif;

  /** {@code sticky_pktinfo.ipi6_ifindex}. */
  int stickyIfindex;

  /** {@code sticky_pktinfo.ipi6_addr}. */
  byte[] stickyAddress = ANY;

  /**
   * {@code opt->hopopt}, {@code dst0opt}, {@code srcrt}, {@code dst1opt}; empty where there is
   * none.
   */
  byte[][] headers = NO_HEADERS;

  /** {@code ipv6_fl_list}: the flow labels that the sock holds. */
  int[] flowLabels = NO_LABELS;

  /** {@code ipv6_mc_list}: memberships of groups, newest first. */
  McList mcList = McList.EMPTY;

  /** {@code rxpmtu}: the path MTU that a packet did not fit, until it is read, or null. */
  private @Nullable PathMtu rxpmtu;

  /** {@code sk_v6_rcv_saddr}: the address to which the sock is bound. */
  private byte[] rcvSaddr = ANY;

  /** {@code saddr}: source address of packets. */
  private byte[] saddr = ANY;

  /** {@code sk_v6_daddr}: the address of the other end. */
  private byte[] daddr = ANY;

  /**
   * A path MTU that a packet did not fit ({@code struct ip6_mtuinfo}).
   *
   * @param daddr where the packet was to go
   * @param scopeId the device by which it was to go, or 0
   * @param mtu bytes
   */
  public record PathMtu(byte[] daddr, int scopeId, int mtu) {}

  private static Inet6Options defaults(boolean v6only) {
    Inet6Options block = new Inet6Options();
    block.set(Inet6Flag.MC6_LOOP, true);
    block.set(Inet6Flag.MC6_ALL, true);
    block.set(Inet6Flag.V6ONLY, v6only);
    block.freeze();
    return block;
  }

  /**
   * The shared block of new socks.
   *
   * @param v6only {@code net.ipv6.bindv6only}, or a kind of sock that is never used for IPv4
   */
  public static Inet6Options shared(boolean v6only) {
    return v6only ? V6ONLY : DEFAULTS;
  }

  /** The block of a sock, for reading. */
  public static Inet6Options of(Sk sk) {
    return (Inet6Options) Objects.requireNonNull(sk.inet6());
  }

  /** The block of a sock, for writing: its own from now on. */
  public static Inet6Options forWrite(Sk sk) {
    Inet6Options block = of(sk);
    if (block.isFrozen()) {
      block = (Inet6Options) block.thaw();
      sk.setInet6(block);
    }
    return block;
  }

  /** Gives back what the IPv6 layer of a sock holds ({@code inet6_cleanup_sock}). */
  public static void destroy(Sk sk) {
    FlowLabels.freeAll(sk);
  }

  @Override
  protected void forgetOwned() {
    mcList = McList.EMPTY;
    flowLabels = NO_LABELS;
  }

  /** Whether a flag is set. */
  public boolean has(Inet6Flag flag) {
    return (flags & flag.bit()) != 0;
  }

  /** Sets or clears a flag. */
  public void set(Inet6Flag flag, boolean on) {
    flags = on ? flags | flag.bit() : flags & ~flag.bit();
  }

  /** The address of this end ({@code inet6_getname}): bound, or else source; not to be changed. */
  public byte[] localAddress() {
    return Ipv6Address.isAny(rcvSaddr) ? saddr : rcvSaddr;
  }

  /** {@code sk_v6_rcv_saddr}; not to be changed. */
  public byte[] rcvSaddr() {
    return rcvSaddr;
  }

  /** Sets {@code sk_v6_rcv_saddr}. */
  public void setRcvSaddr(byte[] address) {
    rcvSaddr = address.clone();
  }

  /** {@code saddr}; not to be changed. */
  public byte[] saddr() {
    return saddr;
  }

  /** Sets {@code saddr}. */
  public void setSaddr(byte[] address) {
    saddr = address.clone();
  }

  /** {@code sk_v6_daddr}; not to be changed. */
  public byte[] daddr() {
    return daddr;
  }

  /** Sets {@code sk_v6_daddr}. */
  public void setDaddr(byte[] address) {
    daddr = address.clone();
  }

  /** {@code hop_limit}, hops, or -1. */
  public int hopLimit() {
    return hopLimit;
  }

  /** {@code mcast_hops}, hops. */
  public int mcastHops() {
    return mcastHops;
  }

  /** {@code pmtudisc}. */
  public int pmtudisc() {
    return pmtudisc;
  }

  /** {@code tclass}. */
  public int tclass() {
    return tclass & 0xff;
  }

  /** Sets {@code tclass}. */
  public void setTclass(int newTclass) {
    tclass = (byte) newTclass;
  }

  /** Sets the two bits of {@code tclass} that are for congestion. */
  public void setEcn(int ecn) {
    tclass = (byte) ((tclass & ~Ipv6Setsockopt.INET_ECN_MASK) | ecn);
  }

  /** {@code min_hopcount}, hops. */
  public int minHopcount() {
    return minHopcount & 0xff;
  }

  /** {@code frag_size}, bytes, or 0. */
  public int fragSize() {
    return fragSize;
  }

  /** {@code mcast_oif}. */
  public int mcastOif() {
    return mcastOif;
  }

  /** {@code sticky_pktinfo.ipi6_ifindex}, or 0. */
  public int stickyIfindex() {
    return stickyIfindex;
  }

  /** {@code sticky_pktinfo.ipi6_addr}; not to be changed. */
  public byte[] stickyAddress() {
    return stickyAddress;
  }

  /** {@code ucast_oif}. */
  public int ucastOif() {
    return ucastOif;
  }

  /** {@code rxpmtu}, or null. */
  public @Nullable PathMtu rxpmtu() {
    return rxpmtu;
  }

  /** Sets {@code rxpmtu}. */
  public void setRxpmtu(@Nullable PathMtu newRxpmtu) {
    rxpmtu = newRxpmtu;
  }

  /** The extension headers of all packets, in the order of {@code struct ipv6_txoptions}. */
  public byte[][] extensionHeaders() {
    return headers;
  }

  /** Whether packets have extension headers ({@code inet6_sk(sk)->opt}). */
  public boolean hasExtensionHeaders() {
    return headers != NO_HEADERS;
  }

  /** The memberships of groups. */
  public McList mcList() {
    return mcList;
  }
}
