package org.netshard.protocol.ip6;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.ErrSkb;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.RecvCmsgs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip.IpCmsg;
import org.netshard.protocol.ip.IpErrors;
import org.netshard.protocol.ip.IpHeader;

/**
 * The error queue of a sock, as IPv6 fills and reads it ({@code IPV6_RECVERR}).
 *
 * <p><b>Source:</b> {@code net/ipv6/datagram.c}: {@code ipv6_icmp_error}, {@code ipv6_local_error},
 * {@code ipv6_recv_error}, {@code ipv6_local_rxpmtu}, {@code ipv6_recv_rxpmtu}; {@code
 * net/ipv6/icmp.c}, {@code icmpv6_err_convert}.
 */
public final class Ip6Errors {
  private static final int MTUINFO_BYTES = 32;
  private static final int IP_PMTUDISC_INTERFACE = 4;
  private static final int IP_PMTUDISC_OMIT = 5;

  private static final IpErrors.Meaning[] UNREACH = {
    new IpErrors.Meaning(Errno.ENETUNREACH.number(), false),
    new IpErrors.Meaning(Errno.EACCES.number(), true),
    new IpErrors.Meaning(Errno.EHOSTUNREACH.number(), false),
    new IpErrors.Meaning(Errno.EHOSTUNREACH.number(), false),
    new IpErrors.Meaning(Errno.ECONNREFUSED.number(), true),
    new IpErrors.Meaning(Errno.EACCES.number(), true),
    new IpErrors.Meaning(Errno.EACCES.number(), true)
  };

  private Ip6Errors() {}

  /** What an error means ({@code icmpv6_err_convert}); null if the sock has no ear for it. */
  public static IpErrors.@Nullable Meaning meaning(Sk sk, int type, int code) {
    int pmtudisc = Inet6Options.of(sk).pmtudisc();
    return switch (type) {
      case Icmp6.DEST_UNREACH ->
          code < UNREACH.length ? UNREACH[code] : new IpErrors.Meaning(Errno.EPROTO.number(), true);
      case Icmp6.PKT_TOOBIG ->
          pmtudisc == IP_PMTUDISC_INTERFACE || pmtudisc == IP_PMTUDISC_OMIT
              ? null
              : new IpErrors.Meaning(Errno.EMSGSIZE.number(), pmtudisc != 0);
      case Icmp6.TIME_EXCEED -> new IpErrors.Meaning(Errno.EHOSTUNREACH.number(), false);
      case Icmp6.PARAMPROB -> new IpErrors.Meaning(Errno.EPROTO.number(), true);
      default -> new IpErrors.Meaning(Errno.EPROTO.number(), false);
    };
  }

  /**
   * Queues what an ICMP message tells.
   *
   * @param icmp the message; its {@code start} is the quoted network header
   * @param errno positive
   * @param payload where the quoted data begin
   */
  public static void icmpError(Sk sk, Packet icmp, int errno, int port, int info, int payload) {
    int from = Math.min(payload, icmp.end());
    ErrSkb.queue(
        sk,
        new ErrSkb(
            errno,
            ErrSkb.ORIGIN_ICMP6,
            icmp.u8(icmp.transport()),
            icmp.u8(icmp.transport() + 1),
            info,
            icmp,
            icmp.get(from, icmp.end() - from),
            icmp.truesize(),
            icmp.get(icmp.start() + Ip6Header.DADDR, Ipv6Address.BYTES),
            port));
  }

  /** Queues an error that the sock's own call ran into, if it has asked for it. */
  public static void localError(Sk sk, Errno errno, byte[] daddr, int port, int info) {
    if (!Inet6Options.of(sk).has(Inet6Flag.RECVERR6)) {
      return;
    }
    ErrSkb.queue(
        sk,
        new ErrSkb(
            errno.number(),
            ErrSkb.ORIGIN_LOCAL,
            0,
            0,
            info,
            null,
            new byte[0],
            Skb.unaccountedTruesize(Ip6Header.BYTES),
            daddr,
            port));
  }

  /**
   * Tells of a path MTU that a packet does not fit, in place of one that was not read yet ({@code
   * ipv6_local_rxpmtu}).
   */
  static void localRxpmtu(Sk sk, byte[] daddr, int oif, int mtu) {
    if (Inet6Options.of(sk).has(Inet6Flag.RXPMTU)) {
      Inet6Options.forWrite(sk).setRxpmtu(new Inet6Options.PathMtu(daddr, oif, mtu));
    }
  }

  /** Whether the next read tells of a path MTU. */
  public static boolean hasRxpmtu(Sk sk) {
    Inet6Options inet6 = Inet6Options.of(sk);
    return inet6.rxpmtu() != null && inet6.has(Inet6Flag.RXPMTU);
  }

  /**
   * Reads a path MTU, which has no data ({@code ipv6_recv_rxpmtu}).
   *
   * <p><b>Errors</b>: EAGAIN if there is none.
   */
  public static int receiveRxpmtu(Sk sk, Msg msg) {
    Inet6Options.PathMtu path = Inet6Options.of(sk).rxpmtu();
    if (path == null) {
      return Errno.EAGAIN.negated();
    }
    Inet6Options.forWrite(sk).setRxpmtu(null);
    RecvCmsgs.putTimes(sk, msg, Packet.NO_TSTAMP, false);
    byte[] name = new byte[SockAddr.IN6_BYTES];
    SockAddr.putIn6(name, path.daddr(), 0, path.scopeId());
    msg.setAddress(name);
    ByteBuffer info = ByteBuffer.allocate(MTUINFO_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    msg.putCmsg(
        Abi.IPPROTO_IPV6, Ipv6Option.IPV6_PATHMTU, info.put(name).putInt(path.mtu()).array());
    return 0;
  }

  /**
   * Reads an error ({@code MSG_ERRQUEUE}).
   *
   * <p><b>Errors</b>, in order: EAGAIN if there is none, EFAULT.
   */
  public static int receive(Sk sk, Msg msg) {
    ErrSkb error = ErrSkb.dequeue(sk);
    if (error == null) {
      return Errno.EAGAIN.negated();
    }
    int copied = ErrSkb.copy(sk, msg, error);
    if (copied < 0) {
      return copied;
    }
    if (error.hasAddress()) {
      byte[] to = error.destination();
      byte[] destination = to.length == Ipv6Address.BYTES ? to : mapped(to);
      byte[] name = new byte[SockAddr.IN6_BYTES];
      SockAddr.putIn6(name, destination, error.port(), 0);
      msg.setAddress(name);
    }
    byte[] offender = new byte[SockAddr.IN6_BYTES];
    Packet packet = error.packet();
    if (packet != null && packet.ethertype() == Packet.ETH_P_IPV6) {
      byte[] saddr = Ip6Header.saddr(packet);
      SockAddr.putIn6(offender, saddr, 0, Ipv6Address.scopeId(saddr, packet.ifindex()));
      Ip6Cmsg.receive(sk, msg, packet);
    } else if (packet != null) {
      SockAddr.putIn6(offender, Ipv6Address.mapped(IpHeader.saddr(packet)), 0, 0);
      Ip6Cmsg.receiveCommon(sk, msg, packet, false);
      boolean stamp = error.origin() == ErrSkb.ORIGIN_TIMESTAMPING;
      IpCmsg.SpecDst spec = stamp ? IpCmsg.SpecDst.NONE : IpCmsg.SpecDst.ROUTE;
      IpCmsg.receive(sk, msg, packet, spec);
    }
    ByteBuffer content = ByteBuffer.allocate(error.extendedErr().length + offender.length);
    content.put(error.extendedErr()).put(offender);
    msg.putCmsg(Abi.IPPROTO_IPV6, Ipv6Option.IPV6_RECVERR, content.array());
    msg.addOutFlags(Abi.MSG_ERRQUEUE);
    return copied;
  }

  private static byte[] mapped(byte[] address4) {
    byte[] mapped = Ipv6Address.mapped(0);
    System.arraycopy(address4, 0, mapped, mapped.length - address4.length, address4.length);
    return mapped;
  }
}
