package org.netshard.protocol.ip6;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.DevQueue;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet.ReuseportGroup;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * Packets of IPv6 on their way out: flow labels, fragments, counters.
 *
 * <p><b>Source:</b> {@code net/ipv6/ip6_output.c}: {@code ip6_local_out}, {@code ip6_output},
 * {@code ip6_fragment}; {@code include/net/ipv6.h}, {@code ip6_make_flowlabel}.
 */
public final class Ip6Output {
  /** {@code NEXTHDR_FRAGMENT}. */
  static final int NEXTHDR_FRAGMENT = 44;

  private static final int FRAG_HDR_BYTES = 8;
  private static final int FLOWLABEL_MASK = 0xf_ffff;
  private static final long GOLDEN_RATIO = 0x9e37_79b1L;
  private static final int FLOWLABELS_BY_OPTION = 2;

  private Ip6Output() {}

  /** The label of a flow that has none, if such labels are made here. */
  public static int autoFlowlabel(NetNs net, @Nullable Sk sk, byte[] saddr, byte[] daddr) {
    return autoFlowlabel(net, sk, saddr, daddr, 0);
  }

  /**
   * The same of a connection that can have several one after the other.
   *
   * @param which one it is; 0 at first
   */
  public static int autoFlowlabel(
      NetNs net, @Nullable Sk sk, byte[] saddr, byte[] daddr, int which) {
    long mode = net.sysctl(Sysctl.IPV6_AUTO_FLOWLABELS);
    Inet6Options inet6 = sk == null ? null : Inet6Options.of(sk);
    boolean on = mode != 0 && mode != FLOWLABELS_BY_OPTION;
    if (inet6 != null && inet6.has(Inet6Flag.AUTOFLOWLABEL_SET)) {
      on = inet6.has(Inet6Flag.AUTOFLOWLABEL);
    }
    if (!on || mode == 0) {
      return 0;
    }
    int sport = sk == null ? 0 : sk.sport();
    int dport = sk == null ? 0 : sk.dport();
    long hash =
        ReuseportGroup.hash(net, Arrays.hashCode(saddr), sport, Arrays.hashCode(daddr), dport);
    return (int) (hash + which * GOLDEN_RATIO) & FLOWLABEL_MASK;
  }

  /**
   * Sends a packet ({@code ip6_local_out}).
   *
   * @return what {@link DevQueue#xmit} gives, or {@code -errno}: EMSGSIZE if it is too long and
   *     must not be cut
   */
  public static int localOut(NetNs net, Packet packet) {
    int at = packet.network();
    int length = packet.end() - at;
    HopTrace.note(net, "Net", "bytes", length, "ip6_local_out");
    Ip6Header.setPayloadLen(packet.bytes(), at, length - Ip6Header.BYTES);
    net.addMib(Mib.IP6_OUT_REQUESTS, 1);
    if (Ipv6Address.isMulticast(Ip6Header.daddr(packet))) {
      net.addMib(Mib.IP6_OUT_MCAST_PKTS, 1);
      net.addMib(Mib.IP6_OUT_MCAST_OCTETS, length);
    }
    int mtu = packet.mtu();
    if (packet.gsoSize() == 0 && length > mtu) {
      return fragment(net, packet, mtu);
    }
    return transmit(net, packet);
  }

  /**
   * Sends a packet whose sender does not send it again ({@code ip6_send_skb}).
   *
   * @return 0, or {@code -errno}: EMSGSIZE, ENOBUFS if the device had no room
   */
  public static int sendSkb(NetNs net, Packet packet) {
    int result = Qdisc.errno(localOut(net, packet));
    if (result != 0) {
      net.addMib(Mib.IP6_OUT_DISCARDS, 1);
    }
    return result;
  }

  /** Hands a packet to its device ({@code ip6_finish_output2}). */
  public static int transmit(NetNs net, Packet packet) {
    net.addMib(Mib.IP6_OUT_TRANSMITS, 1);
    net.addMib(Mib.IP6_OUT_OCTETS, packet.end() - packet.network());
    return DevQueue.xmit(net, packet);
  }

  private static int fragment(NetNs net, Packet packet, int mtu) {
    if (!packet.ignoreDf()) {
      net.addMib(Mib.IP6_FRAG_FAILS, 1);
      packet.drop(DropReason.PKT_TOO_BIG);
      Icmp6.send(net, packet, Icmp6.PKT_TOOBIG, 0, mtu);
      packet.free();
      return Errno.EMSGSIZE.negated();
    }
    long split = Ip6ExtHeaders.firstFragmentable(packet);
    int headers = (int) split;
    int numberAt = (int) (split >>> Integer.SIZE);
    int begin = packet.network() + headers;
    int partMax = (mtu - headers - FRAG_HDR_BYTES) & -8;
    int id = net.machine().randomBelow(Integer.MAX_VALUE) + 1;
    for (int from = begin; from < packet.end(); from += partMax) {
      int part = Math.min(partMax, packet.end() - from);
      boolean more = from + part < packet.end();
      Packet fragment = fragment(packet, headers, from, part);
      putFragmentHeader(fragment, headers, numberAt, from - begin | (more ? 1 : 0), id);
      fragment.setTxStamp(from == begin ? packet.txStamp() : null);
      transmit(net, fragment);
      net.addMib(Mib.IP6_FRAG_CREATES, 1);
    }
    net.addMib(Mib.IP6_FRAG_OKS, 1);
    packet.free();
    return 0;
  }

  /** A part of a packet behind its headers, with room for a fragment header between. */
  private static Packet fragment(Packet whole, int headers, int from, int part) {
    int at = Packet.LL_RESERVED_BYTES;
    byte[] bytes = new byte[at + headers + FRAG_HDR_BYTES + part];
    System.arraycopy(whole.bytes(), whole.network(), bytes, at, headers);
    System.arraycopy(whole.bytes(), from, bytes, at + headers + FRAG_HDR_BYTES, part);
    Ip6Header.setPayloadLen(bytes, at, headers - Ip6Header.BYTES + FRAG_HDR_BYTES + part);
    int truesize = Ip6Cork.truesize(headers + FRAG_HDR_BYTES + part, headers);
    Packet fragment = new Packet(whole.dev(), Packet.ETH_P_IPV6, bytes, at, truesize);
    fragment.setMarkAndPriority(whole.mark(), whole.priority());
    return fragment;
  }

  private static void putFragmentHeader(
      Packet fragment, int headers, int numberAt, int offset, int id) {
    byte[] bytes = fragment.bytes();
    int at = fragment.network();
    bytes[at + headers] = bytes[at + numberAt];
    bytes[at + numberAt] = NEXTHDR_FRAGMENT;
    NetBytes.put16(bytes, at + headers + 2, offset);
    NetBytes.put32(bytes, at + headers + Integer.BYTES, id);
  }
}
