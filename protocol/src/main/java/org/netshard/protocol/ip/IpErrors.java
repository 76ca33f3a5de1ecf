package org.netshard.protocol.ip;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.ErrSkb;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SockTimestamping;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;

/**
 * The error queue of a sock, as IPv4 fills and reads it ({@code IP_RECVERR}).
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_sockglue.c}: {@code ip_icmp_error}, {@code ip_local_error},
 * {@code ip_recv_error}; {@code net/ipv4/icmp.c}, {@code icmp_err_convert[]}.
 */
public final class IpErrors {
  private static final Errno[] UNREACH = {
    Errno.ENETUNREACH,
    Errno.EHOSTUNREACH,
    Errno.ENOPROTOOPT,
    Errno.ECONNREFUSED,
    Errno.EMSGSIZE,
    Errno.EOPNOTSUPP,
    Errno.ENETUNREACH,
    Errno.EHOSTDOWN,
    Errno.ENONET,
    Errno.ENETUNREACH,
    Errno.EHOSTUNREACH,
    Errno.ENETUNREACH,
    Errno.EHOSTUNREACH,
    Errno.EHOSTUNREACH,
    Errno.EHOSTUNREACH,
    Errno.EHOSTUNREACH
  };

  private static final int ADDR4_BYTES = 4;

  private IpErrors() {}

  /**
   * What an ICMP error means to a sock.
   *
   * @param errno positive
   * @param hard whether a connected sock is told though it has not asked
   */
  public record Meaning(int errno, boolean hard) {}

  /** What an unreachable destination means ({@code icmp_err_convert}). */
  public static Meaning unreachable(int code) {
    if (code >= UNREACH.length) {
      return new Meaning(Errno.EHOSTUNREACH.number(), false);
    }
    return new Meaning(UNREACH[code].number(), isFatal(code));
  }

  /**
   * What an error means to a sock of datagrams, or null if nothing.
   *
   * @param type of ICMP
   */
  public static @Nullable Meaning meaning(Sk sk, int type, int code) {
    switch (type) {
      case Icmp.DEST_UNREACH -> {
        if (code != Icmp.FRAG_NEEDED) {
          return unreachable(code);
        }
        boolean discovers = InetOptions.of(sk).pmtudisc() != InetOptions.IP_PMTUDISC_DONT;
        return discovers ? new Meaning(Errno.EMSGSIZE.number(), true) : null;
      }
      case Icmp.PARAMETERPROB -> {
        return new Meaning(Errno.EPROTO.number(), true);
      }
      case Icmp.SOURCE_QUENCH, Icmp.REDIRECT -> {
        return null;
      }
      default -> {
        return new Meaning(Errno.EHOSTUNREACH.number(), false);
      }
    }
  }

  private static boolean isFatal(int code) {
    return switch (code) {
      case 2, 3, 6, 7, 8, 9, 10, 13, 14, 15 -> true;
      default -> false;
    };
  }

  /**
   * Queues what an ICMP message tells.
   *
   * @param icmp the message; its {@code start} is the quoted network header
   * @param errno positive
   * @param port of the destination of the quoted packet
   * @param payload where the quoted data begin
   */
  public static void icmpError(Sk sk, Packet icmp, int errno, int port, int info, int payload) {
    int transport = icmp.transport();
    int from = Math.min(payload, icmp.end());
    byte[] destination = icmp.get(icmp.start() + IpHeader.DADDR, ADDR4_BYTES);
    ErrSkb error =
        new ErrSkb(
            errno,
            ErrSkb.ORIGIN_ICMP,
            icmp.u8(transport),
            icmp.u8(transport + 1),
            info,
            icmp,
            icmp.get(from, icmp.end() - from),
            icmp.truesize(),
            destination,
            port);
    ErrSkb.queue(sk, error);
  }

  /** Queues an error that the sock's own call ran into, if it has asked for it. */
  public static void localError(Sk sk, Errno errno, int daddr, int port, int info) {
    if (!InetOptions.of(sk).has(InetFlag.RECVERR)) {
      return;
    }
    ByteBuffer destination = ByteBuffer.allocate(ADDR4_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    ErrSkb error =
        new ErrSkb(
            errno.number(),
            ErrSkb.ORIGIN_LOCAL,
            0,
            0,
            info,
            null,
            new byte[0],
            Skb.unaccountedTruesize(IpHeader.BYTES),
            destination.putInt(daddr).array(),
            port);
    ErrSkb.queue(sk, error);
  }

  /**
   * Reads an error ({@code MSG_ERRQUEUE}).
   *
   * <p><b>Errors</b>, in order: EAGAIN if there is none, EFAULT.
   *
   * @return bytes of the packet in error that were copied
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
      byte[] name = new byte[SockAddr.IN_BYTES];
      SockAddr.putIn(name, address(error.destination()), error.port());
      msg.setAddress(name);
    }
    byte[] offender = new byte[SockAddr.IN_BYTES];
    Packet packet = error.packet();
    boolean stamp = error.origin() == ErrSkb.ORIGIN_TIMESTAMPING;
    if (packet != null && (!stamp || SockTimestamping.hasOptCmsg(sk))) {
      SockAddr.putIn(offender, IpHeader.saddr(packet), 0);
      IpCmsg.SpecDst spec = stamp ? IpCmsg.SpecDst.SOURCE : IpCmsg.SpecDst.ROUTE;
      IpCmsg.receive(sk, msg, packet, spec);
    }
    ByteBuffer content = ByteBuffer.allocate(error.extendedErr().length + offender.length);
    content.put(error.extendedErr()).put(offender);
    msg.putCmsg(Abi.IPPROTO_IP, IpOption.IP_RECVERR, content.array());
    msg.addOutFlags(Abi.MSG_ERRQUEUE);
    return copied;
  }

  private static int address(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }
}
