package org.netshard.protocol.ip;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.DevQueue;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpMcDevice;
import org.netshard.protocol.inet.IpRoute;

/**
 * Packets of IPv4 on their way out: identification, fragments, counters.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_output.c}: {@code ip_local_out}, {@code ip_output}, {@code
 * ip_finish_output}, {@code ip_do_fragment}; {@code include/net/ip.h}: {@code ip_dont_fragment},
 * {@code ip_sk_ignore_df}, {@code ip_select_ident_segs}.
 */
public final class IpOutput {
  private static final int IP_PMTUDISC_WANT = 1;
  private static final int IP_PMTUDISC_DO = 2;
  private static final int IP_PMTUDISC_PROBE = 3;
  private static final int IP_PMTUDISC_OMIT = 5;

  private IpOutput() {}

  /** {@code !ip_sk_use_pmtu}: the MTU is that of the device, whatever is known of the way. */
  static boolean usesInterfaceMtu(int pmtudisc) {
    return pmtudisc >= IP_PMTUDISC_PROBE;
  }

  /** {@code ip_sk_ignore_df}: packets that are too long are cut into fragments. */
  public static boolean ignoresDf(int pmtudisc) {
    return pmtudisc < IP_PMTUDISC_DO || pmtudisc == IP_PMTUDISC_OMIT;
  }

  /** Whether a packet says that it must not be cut. */
  static boolean setsDf(int pmtudisc, boolean fits) {
    return pmtudisc == IP_PMTUDISC_DO
        || pmtudisc == IP_PMTUDISC_PROBE
        || (fits && pmtudisc == IP_PMTUDISC_WANT);
  }

  /** The device by which a route leaves. */
  public static NetDevice device(NetNs net, IpRoute.Result route) {
    NetDevice dev = net.device(route.oif());
    if (dev == null) {
      throw new IllegalStateException("a route by a device that is not there: " + route);
    }
    return dev;
  }

  /** Whether what goes this way comes to this namespace. */
  public static boolean endsHere(NetNs net, IpRoute.Result route) {
    return switch (route.type()) {
      case LOCAL, BROADCAST -> true;
      case MULTICAST -> IpMcDevice.isMember(net, route.oif(), route.daddr());
      case UNICAST -> false;
    };
  }

  /** To how many an address leads. */
  public static Packet.Cast cast(IpRoute.Type type) {
    return switch (type) {
      case BROADCAST -> Packet.Cast.BROADCAST;
      case MULTICAST -> Packet.Cast.MULTICAST;
      case LOCAL, UNICAST -> Packet.Cast.UNICAST;
    };
  }

  /**
   * The identification of a packet ({@code ip_select_ident_segs}).
   *
   * @param whole whether it cannot be cut into fragments, so that it needs none
   */
  static int selectIdent(
      NetNs net, @Nullable Sk sk, boolean whole, int saddr, int daddr, int protocol) {
    if (sk != null && InetOptions.of(sk).daddr() != 0) {
      return InetOptions.forWrite(sk).nextId();
    }
    return whole ? 0 : IpIdents.select(net, saddr, daddr, protocol);
  }

  /**
   * Sends a packet ({@code ip_local_out}).
   *
   * @return what {@link DevQueue#xmit} gives, or {@code -errno}: EMSGSIZE if it is too long and
   *     must not be cut
   */
  public static int localOut(NetNs net, Packet packet) {
    byte[] bytes = packet.bytes();
    int at = packet.network();
    int length = packet.end() - at;
    HopTrace.note(net, "Net", "bytes", length, "ip_local_out");
    IpHeader.complete(bytes, at, Math.min(length, IpCork.IP_MAX_MTU));
    net.addMib(Mib.IP_OUT_REQUESTS, 1);
    net.addMib(Mib.IP_OUT_TRANSMITS, 1);
    net.addMib(Mib.IP_OUT_OCTETS, length);
    countGroup(net, packet, true);
    int mtu = packet.mtu();
    if (packet.gsoSize() == 0 && length > mtu) {
      return fragment(net, packet, mtu);
    }
    return DevQueue.xmit(net, packet);
  }

  /**
   * Sends a packet whose sender does not send it again ({@code ip_send_skb}).
   *
   * @return 0, or {@code -errno}: EMSGSIZE, ENOBUFS if the device had no room
   */
  public static int sendSkb(NetNs net, Packet packet) {
    int result = Qdisc.errno(localOut(net, packet));
    if (result != 0) {
      net.addMib(Mib.IP_OUT_DISCARDS, 1);
    }
    return result;
  }

  /** Counts a packet to a group or to all. */
  static void countGroup(NetNs net, Packet packet, boolean out) {
    Packet.Cast cast = packet.cast();
    int length = packet.end() - packet.network();
    if (cast == Packet.Cast.MULTICAST) {
      net.addMib(out ? Mib.IP_OUT_MCAST_PKTS : Mib.IP_IN_MCAST_PKTS, 1);
      net.addMib(out ? Mib.IP_OUT_MCAST_OCTETS : Mib.IP_IN_MCAST_OCTETS, length);
    } else if (cast == Packet.Cast.BROADCAST) {
      net.addMib(out ? Mib.IP_OUT_BCAST_PKTS : Mib.IP_IN_BCAST_PKTS, 1);
      net.addMib(out ? Mib.IP_OUT_BCAST_OCTETS : Mib.IP_IN_BCAST_OCTETS, length);
    }
  }

  private static int fragment(NetNs net, Packet packet, int mtu) {
    boolean df = (IpHeader.fragOff(packet) & IpHeader.IP_DF) != 0;
    if (df && !packet.ignoreDf()) {
      net.addMib(Mib.IP_FRAG_FAILS, 1);
      packet.drop(DropReason.PKT_TOO_BIG);
      Icmp.send(net, packet, Icmp.DEST_UNREACH, Icmp.FRAG_NEEDED, mtu);
      packet.free();
      return Errno.EMSGSIZE.negated();
    }
    int ihl = IpHeader.ihl(packet);
    int partMax = (mtu - ihl) & -8;
    int begin = packet.network() + ihl;
    int given = IpHeader.fragOff(packet);
    for (int from = begin; from < packet.end(); from += partMax) {
      int part = Math.min(partMax, packet.end() - from);
      boolean more = from + part < packet.end() || (given & IpHeader.IP_MF) != 0;
      Packet fragment = fragment(packet, ihl, from, part, (from - begin) / 8, more);
      fragment.setTxStamp(from == begin ? packet.txStamp() : null);
      DevQueue.xmit(net, fragment);
      net.addMib(Mib.IP_FRAG_CREATES, 1);
    }
    net.addMib(Mib.IP_FRAG_OKS, 1);
    packet.free();
    return 0;
  }

  private static Packet fragment(
      Packet whole, int ihl, int from, int part, int offset, boolean more) {
    int at = Packet.LL_RESERVED_BYTES;
    byte[] bytes = new byte[at + ihl + part];
    System.arraycopy(whole.bytes(), whole.network(), bytes, at, ihl);
    System.arraycopy(whole.bytes(), from, bytes, at + ihl, part);
    if (offset > 0) {
      IpOptionsBuild.clearUncopied(bytes, at + IpHeader.BYTES, ihl - IpHeader.BYTES);
    }
    int first = IpHeader.fragOff(whole) & (IpHeader.IP_OFFSET | IpHeader.IP_DF);
    IpHeader.setFragOff(bytes, at, (first + offset) | (more ? IpHeader.IP_MF : 0));
    IpHeader.complete(bytes, at, ihl + part);
    int truesize = IpCork.truesize(ihl + part, ihl);
    Packet fragment = new Packet(whole.dev(), Packet.ETH_P_IP, bytes, at, truesize);
    fragment.setMarkAndPriority(whole.mark(), whole.priority());
    fragment.setRoute(whole.local(), whole.cast());
    return fragment;
  }
}
