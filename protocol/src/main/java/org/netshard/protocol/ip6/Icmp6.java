package org.netshard.protocol.ip6;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.IcmpMsgMib;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.NetProtocol;
import org.netshard.protocol.core.NetProtocols;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet6.Ip6Route;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * ICMP of IPv6: echo, and errors.
 *
 * <p><b>Source:</b> RFC 4443; {@code net/ipv6/icmp.c}: {@code icmpv6_rcv}, {@code
 * icmpv6_echo_reply}, {@code icmpv6_notify}, {@code icmp6_send}. What goes over {@code lo} has no
 * rate limit.
 *
 * <p><b>Differs from Linux:</b> there are no neighbours and no routers to be discovered on {@code
 * lo}; messages about them are counted and dropped.
 */
public final class Icmp6 implements NetProtocol {
  /** Protocol number of IP. */
  public static final int PROTOCOL = 58;

  /** {@code ICMPV6_DEST_UNREACH}. */
  public static final int DEST_UNREACH = 1;

  /** {@code ICMPV6_PKT_TOOBIG}. */
  public static final int PKT_TOOBIG = 2;

  /** {@code ICMPV6_TIME_EXCEED}. */
  public static final int TIME_EXCEED = 3;

  /** {@code ICMPV6_PARAMPROB}. */
  public static final int PARAMPROB = 4;

  /** {@code ICMPV6_ECHO_REQUEST}. */
  public static final int ECHO_REQUEST = 128;

  /** {@code ICMPV6_ECHO_REPLY}. */
  public static final int ECHO_REPLY = 129;

  /** {@code ICMPV6_PORT_UNREACH}. */
  public static final int PORT_UNREACH = 4;

  /** {@code ICMPV6_UNK_OPTION}. */
  static final int UNK_OPTION = 2;

  /** {@code ICMPV6_UNK_NEXTHDR}. */
  static final int UNK_NEXTHDR = 1;

  /** Length of a header, bytes. */
  public static final int HEADER_BYTES = 8;

  private static final int INFOMSG_MASK = 0x80;
  private static final int MIN_MTU = 1280;

  private final @Nullable NetProtocol ping;

  /**
   * ICMPv6.
   *
   * @param ping who takes echo replies
   */
  public Icmp6(@Nullable NetProtocol ping) {
    this.ping = ping;
  }

  @Override
  public void rcv(NetNs net, Packet packet) {
    net.addMib(Mib.ICMP6_IN_MSGS, 1);
    int length = packet.len();
    byte[] bytes = packet.bytes();
    long sum = Ip6Header.pseudo(bytes, packet.network(), length, PROTOCOL);
    if (InetChecksum.finish(InetChecksum.add(sum, bytes, packet.start(), length)) != 0) {
      net.addMib(Mib.ICMP6_IN_CSUM_ERRORS, 1);
      net.addMib(Mib.ICMP6_IN_ERRORS, 1);
      packet.drop(DropReason.ICMP_CSUM);
      return;
    }
    if (length < HEADER_BYTES) {
      net.addMib(Mib.ICMP6_IN_ERRORS, 1);
      packet.drop(DropReason.PKT_TOO_SMALL);
      return;
    }
    int type = packet.u8(packet.start());
    IcmpMsgMib.of(net, true).countIn(type);
    switch (type) {
      case ECHO_REQUEST -> {
        if (net.sysctl(Sysctl.IPV6_ICMP_ECHO_IGNORE_ALL) == 0) {
          byte[] message = packet.get(packet.start(), length);
          message[0] = (byte) ECHO_REPLY;
          push(net, packet, message, Ip6Header.tclass(packet));
        }
      }
      case ECHO_REPLY -> {
        packet.pull(HEADER_BYTES);
        if (ping != null) {
          ping.rcv(net, packet);
        }
      }
      case DEST_UNREACH, PKT_TOOBIG, TIME_EXCEED, PARAMPROB -> {
        packet.pull(HEADER_BYTES);
        notify(net, packet, type);
      }
      default -> packet.drop(DropReason.NOT_SPECIFIED);
    }
  }

  /** {@code icmpv6_notify}: tells the socks that sent the packet that is quoted. */
  private void notify(NetNs net, Packet packet, int type) {
    int transport = packet.len() < Ip6Header.BYTES ? 0 : Ip6ExtHeaders.skip(packet, packet.start());
    if (transport == 0 || transport + HEADER_BYTES > packet.end()) {
      net.addMib(Mib.ICMP6_IN_ERRORS, 1);
      packet.drop(DropReason.PKT_TOO_SMALL);
      return;
    }
    packet.setQuotedTransport(transport);
    int code = packet.u8(packet.transport() + 1);
    int info = packet.u32(packet.transport() + Integer.BYTES);
    int protocol = Ip6ExtHeaders.protocol(packet, packet.start());
    NetProtocols protocols = net.machine().protocols();
    NetProtocol sender = protocols.inet6(protocol);
    if (sender != null) {
      sender.err(net, packet, type, code, info);
    }
    NetProtocols.RawTap raw = protocols.raw6();
    if (raw != null) {
      raw.err(net, packet, protocol, type, code, info);
    }
  }

  /**
   * Tells the sender of a packet that something is wrong with it ({@code icmp6_send}): not if it
   * went to a group, came from none or many, or tells of an error itself.
   *
   * @param info the second word of the header
   */
  public static void send(NetNs net, Packet packet, int type, int code, int info) {
    HopTrace.note(net, "Net", "type", type, "icmp6_send");
    byte[] saddr = Ip6Header.saddr(packet);
    boolean toMany = Ipv6Address.isMulticast(Ip6Header.daddr(packet));
    boolean allowed = type == PKT_TOOBIG || (type == PARAMPROB && code == UNK_OPTION);
    boolean fromNone = Ipv6Address.isAny(saddr) || Ipv6Address.isMulticast(saddr);
    if ((toMany && !allowed) || fromNone || isError(packet)) {
      return;
    }
    int quoted = packet.end() - packet.network();
    quoted = Math.min(quoted, MIN_MTU - Ip6Header.BYTES - HEADER_BYTES);
    byte[] message = new byte[HEADER_BYTES + quoted];
    message[0] = (byte) type;
    message[1] = (byte) code;
    NetBytes.put32(message, Integer.BYTES, info);
    System.arraycopy(packet.bytes(), packet.network(), message, HEADER_BYTES, quoted);
    push(net, packet, message, 0);
  }

  private static boolean isError(Packet packet) {
    int at = Ip6ExtHeaders.skip(packet, packet.network());
    return at != 0
        && Ip6ExtHeaders.protocol(packet, packet.network()) == PROTOCOL
        && (at >= packet.end() || (packet.u8(at) & INFOMSG_MASK) == 0);
  }

  private static void push(NetNs net, Packet packet, byte[] message, int tclass) {
    byte[] daddr = Ip6Header.saddr(packet);
    byte[] asked = Ip6Header.daddr(packet);
    byte[] own = Ip6Route.isLocal(net, asked, 0) ? asked : new byte[Ipv6Address.BYTES];
    Ip6Route.Result route = Ip6Route.lookup(net, daddr, own, 0);
    NetDevice dev = route.errno() != 0 ? null : net.device(route.oif());
    if (dev == null) {
      return;
    }
    Ipcm6 ipc = Ipcm6.ofKernel(route.saddr());
    ipc.tclass = tclass;
    Ip6Cork cork = new Ip6Cork(net, null, ipc, route, daddr, dev, 0);
    NetBytes.put16(message, 2, 0);
    cork.append(message);
    Packet answer = cork.finish(PROTOCOL);
    byte[] bytes = answer.bytes();
    long sum = Ip6Header.pseudo(bytes, answer.network(), message.length, PROTOCOL);
    sum = InetChecksum.add(sum, bytes, answer.transport(), message.length);
    NetBytes.put16(bytes, answer.transport() + 2, InetChecksum.finish(sum));
    countOut(net, message[0] & 0xff);
    Ip6Output.localOut(net, answer);
  }

  /** Counts a message that is sent. */
  public static void countOut(NetNs net, int type) {
    IcmpMsgMib.of(net, true).countOut(type);
    net.addMib(Mib.ICMP6_OUT_MSGS, 1);
  }

  /** Errors about ICMP itself are for who sent the echo. */
  @Override
  public void err(NetNs net, Packet icmp, int icmpType, int icmpCode, int info) {
    if (ping != null) {
      ping.err(net, icmp, icmpType, icmpCode, info);
    }
  }
}
