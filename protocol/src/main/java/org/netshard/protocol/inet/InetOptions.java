package org.netshard.protocol.inet;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.OptionBlock;
import org.netshard.protocol.core.Sk;

/**
 * The IPv4 layer of a sock. IPv6 socks have it too.
 *
 * <p><b>Source:</b> {@code include/net/inet_sock.h}, {@code struct inet_sock}; defaults of {@code
 * inet_create}.
 */
public final class InetOptions extends OptionBlock {
  /** {@code IP_PMTUDISC_DONT}. */
  public static final int IP_PMTUDISC_DONT = 0;

  /** {@code IP_PMTUDISC_WANT}. */
  public static final int IP_PMTUDISC_WANT = 1;

  /** {@code IP_PMTUDISC_DO}. */
  public static final int IP_PMTUDISC_DO = 2;

  /** {@code IP_PMTUDISC_OMIT}, the highest. */
  public static final int IP_PMTUDISC_OMIT = 5;

  /** {@code IP_CMSG_ALL}: the flags from PKTINFO to RECVFRAGSIZE. */
  private static final int CMSG_FLAGS = (InetFlag.RECVFRAGSIZE.bit() << 1) - 1;

  private static final int VARIANTS = 8;
  private static final InetOptions[] SHARED = new InetOptions[VARIANTS];

  static {
    for (int i = 0; i < VARIANTS; i++) {
      SHARED[i] = defaults((i & 1) != 0, (i & 2) != 0, (i & 4) != 0);
    }
  }

  /** {@code ipmr_table}: the table of multicast routes that the sock is about; 0 for the usual. */
  int mrouteTable;

  /** {@code inet_id}: identification of the next packet of a connected sock, 16 bits. */
  private char id;

  private int flags;

  /** {@code tos}: type of service, 8 bits. */
  byte tos;

  /** {@code min_ttl}, hops; 0 is no limit. */
  byte minTtl;

  /** {@code uc_ttl}, hops; -1 is the namespace's default. */
  short ucTtl = -1;

  /** {@code mc_ttl}, hops. */
  byte mcTtl = 1;

  /** {@code pmtudisc}: {@code IP_PMTUDISC_WANT} and so on. */
  byte pmtudisc = IP_PMTUDISC_WANT;

  /** {@code uc_index}: device of outgoing unicast packets, or 0. */
  int ucIndex;

  /** {@code mc_index}: device of outgoing multicast packets, or 0. */
  int mcIndex;

  /** {@code mc_addr}, in network byte order as the program sees it. */
  int mcAddr;

  /** {@code local_port_range}: lowest port, and highest in the upper half; 0 is no limit. */
  int localPortRange;

  /** {@code inet_rcv_saddr}: the address to which the sock is bound, network byte order. */
  int rcvSaddr;

  /** {@code inet_saddr}: source address of packets, network byte order. */
  int saddr;

  /** {@code inet_daddr}: the address of the other end, network byte order; 0 if there is none. */
  int daddr;

  /** {@code inet_opt}: IP options, null if there are none. */
  byte @Nullable [] options;

  /** {@code mc_list}: memberships of groups, newest first. */
  McList mcList = McList.EMPTY;

  private static InetOptions defaults(boolean v6, boolean noPmtudisc, boolean hdrincl) {
    InetOptions block = new InetOptions();
    block.pmtudisc = (byte) (noPmtudisc ? IP_PMTUDISC_DONT : IP_PMTUDISC_WANT);
    block.set(InetFlag.MC_LOOP, true);
    block.set(InetFlag.MC_ALL, !v6);
    block.set(InetFlag.HDRINCL, hdrincl);
    block.freeze();
    return block;
  }

  /**
   * The shared block of new socks.
   *
   * @param v6 whether this is the IPv4 layer of an IPv6 sock
   * @param noPmtudisc {@code net.ipv4.ip_no_pmtu_disc}
   * @param hdrincl whether the sock gives the IP header itself, as raw ones of {@code IPPROTO_RAW}
   */
  public static InetOptions shared(boolean v6, boolean noPmtudisc, boolean hdrincl) {
    return SHARED[(v6 ? 1 : 0) | (noPmtudisc ? 2 : 0) | (hdrincl ? 4 : 0)];
  }

  /** The block of a sock, for reading. */
  public static InetOptions of(Sk sk) {
    return (InetOptions) Objects.requireNonNull(sk.inet());
  }

  /** The block of a sock, for writing: its own from now on. */
  public static InetOptions forWrite(Sk sk) {
    InetOptions block = of(sk);
    if (block.isFrozen()) {
      block = (InetOptions) block.thaw();
      sk.setInet(block);
    }
    return block;
  }

  @Override
  protected void forgetOwned() {
    mcList = McList.EMPTY;
  }

  /** Whether there are IP options. */
  public boolean hasOptions() {
    return options != null && options.length > 0;
  }

  /** Whether a flag is set. */
  public boolean has(InetFlag flag) {
    return (flags & flag.bit()) != 0;
  }

  /** Sets or clears a flag. */
  public void set(InetFlag flag, boolean on) {
    flags = on ? flags | flag.bit() : flags & ~flag.bit();
  }

  /** Whether the sock wants control messages ({@code inet_cmsg_flags}). */
  public boolean hasCmsgFlags() {
    return (flags & CMSG_FLAGS) != 0;
  }

  /** {@code tos}, unsigned. */
  public int tos() {
    return tos & 0xff;
  }

  /** Sets {@code tos}. */
  public void setTos(int newTos) {
    tos = (byte) newTos;
  }

  /** Sets the two bits of {@code tos} that are for congestion. */
  public void setEcn(int ecn) {
    tos = (byte) ((tos & ~IpSetsockopt.INET_ECN_MASK) | ecn);
  }

  /** {@code min_ttl}, hops. */
  public int minTtl() {
    return minTtl & 0xff;
  }

  /** {@code mc_ttl}, hops. */
  public int mcTtl() {
    return mcTtl & 0xff;
  }

  /** {@code uc_ttl}, hops, or -1. */
  public int ucTtl() {
    return ucTtl;
  }

  /** {@code pmtudisc}. */
  public int pmtudisc() {
    return pmtudisc;
  }

  /** {@code uc_index}. */
  public int ucIndex() {
    return ucIndex;
  }

  /** {@code mc_index}. */
  public int mcIndex() {
    return mcIndex;
  }

  /** {@code mc_addr}, network byte order. */
  public int mcAddr() {
    return mcAddr;
  }

  /** {@code local_port_range}, lowest in the lower half. */
  public int localPortRange() {
    return localPortRange;
  }

  /** {@code inet_rcv_saddr}, network byte order. */
  public int rcvSaddr() {
    return rcvSaddr;
  }

  /** Sets {@code inet_rcv_saddr}. */
  public void setRcvSaddr(int address) {
    rcvSaddr = address;
  }

  /** {@code inet_saddr}, network byte order. */
  public int saddr() {
    return saddr;
  }

  /** Sets {@code inet_saddr}. */
  public void setSaddr(int address) {
    saddr = address;
  }

  /** Draws the identification of the next packet. */
  public int nextId() {
    return id++;
  }

  /** Sets the identification of the next packet. */
  public void setId(int next) {
    id = (char) next;
  }

  /** Sets {@code mc_index} and {@code mc_ttl}. */
  public void setMulticast(int ifindex, int hops) {
    mcIndex = ifindex;
    mcTtl = (byte) hops;
  }

  /** {@code inet_daddr}, network byte order. */
  public int daddr() {
    return daddr;
  }

  /** Sets {@code inet_daddr}. */
  public void setDaddr(int address) {
    daddr = address;
  }

  /** The IP options of outgoing packets; empty if there are none. */
  public byte[] options() {
    return options == null ? new byte[0] : options.clone();
  }

  /** The memberships of groups. */
  public McList mcList() {
    return mcList;
  }
}
