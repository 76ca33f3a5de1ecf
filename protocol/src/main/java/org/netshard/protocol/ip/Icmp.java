package org.netshard.protocol.ip;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.IcmpMsgMib;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.NetProtocol;
import org.netshard.protocol.core.NetProtocols;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet.IpRoute;

/**
 * The Internet Control Message Protocol: echo, time stamps, and errors.
 *
 * <p><b>Source:</b> RFC 792; RFC 1122, section 3.2.2; {@code net/ipv4/icmp.c}: {@code icmp_rcv},
 * {@code icmp_echo}, {@code icmp_timestamp}, {@code icmp_unreach}, {@code __icmp_send}, {@code
 * icmp_push_reply}. What goes over {@code lo} has no rate limit.
 */
public final class Icmp implements NetProtocol {
  /** Protocol number of IP. */
  public static final int PROTOCOL = 1;

  /** {@code ICMP_ECHOREPLY}. */
  public static final int ECHOREPLY = 0;

  /** {@code ICMP_DEST_UNREACH}. */
  public static final int DEST_UNREACH = 3;

  /** {@code ICMP_SOURCE_QUENCH}. */
  public static final int SOURCE_QUENCH = 4;

  /** {@code ICMP_REDIRECT}. */
  public static final int REDIRECT = 5;

  /** {@code ICMP_ECHO}. */
  public static final int ECHO = 8;

  /** {@code ICMP_TIME_EXCEEDED}. */
  public static final int TIME_EXCEEDED = 11;

  /** {@code ICMP_PARAMETERPROB}. */
  public static final int PARAMETERPROB = 12;

  /** {@code ICMP_TIMESTAMP}. */
  public static final int TIMESTAMP = 13;

  /** {@code ICMP_PROT_UNREACH}. */
  public static final int PROT_UNREACH = 2;

  /** {@code ICMP_PORT_UNREACH}. */
  public static final int PORT_UNREACH = 3;

  /** {@code ICMP_FRAG_NEEDED}. */
  public static final int FRAG_NEEDED = 4;

  /** {@code ICMP_EXC_FRAGTIME}. */
  public static final int EXC_FRAGTIME = 1;

  /** Length of a header, bytes. */
  public static final int HEADER_BYTES = 8;

  private static final int TIMESTAMPREPLY = 14;
  private static final int NR_ICMP_TYPES = 18;
  private static final int NR_ICMP_UNREACH = 15;
  private static final int ROOM_MAX = 576;
  private static final int TOS_MASK = 0x1e;
  private static final int PREC_INTERNETCONTROL = 0xc0;
  private static final int MS_PER_DAY = 24 * 3600 * 1000;
  private static final int NS_PER_MS = 1_000_000;
  private static final int TIMESTAMP_BYTES = 12;

  private final @Nullable NetProtocol ping;

  /**
   * ICMP.
   *
   * @param ping who takes echo replies
   */
  public Icmp(@Nullable NetProtocol ping) {
    this.ping = ping;
  }

  @Override
  public void rcv(NetNs net, Packet packet) {
    net.addMib(Mib.ICMP_IN_MSGS, 1);
    byte[] bytes = packet.bytes();
    long sum = InetChecksum.add(0, bytes, packet.start(), packet.len());
    if (InetChecksum.finish(sum) != 0) {
      net.addMib(Mib.ICMP_IN_CSUM_ERRORS, 1);
      net.addMib(Mib.ICMP_IN_ERRORS, 1);
      packet.drop(DropReason.ICMP_CSUM);
      return;
    }
    if (packet.len() < HEADER_BYTES) {
      net.addMib(Mib.ICMP_IN_ERRORS, 1);
      packet.drop(DropReason.PKT_TOO_SMALL);
      return;
    }
    int type = packet.u8(packet.start());
    packet.pull(HEADER_BYTES);
    IcmpMsgMib.of(net, false).countIn(type);
    if (type > NR_ICMP_TYPES) {
      net.addMib(Mib.ICMP_IN_ERRORS, 1);
      packet.drop(DropReason.UNHANDLED_PROTO);
      return;
    }
    boolean toMany = packet.cast() != Packet.Cast.UNICAST;
    boolean query = type == ECHO || type == TIMESTAMP;
    if (toMany && query && net.sysctl(Sysctl.IPV4_ICMP_ECHO_IGNORE_BROADCASTS) != 0) {
      packet.drop(DropReason.INVALID_PROTO);
      return;
    }
    handle(net, packet, type);
  }

  private void handle(NetNs net, Packet packet, int type) {
    switch (type) {
      case ECHO -> {
        if (net.sysctl(Sysctl.IPV4_ICMP_ECHO_IGNORE_ALL) == 0) {
          echo(net, packet);
        }
      }
      case TIMESTAMP -> timestamp(net, packet);
      case ECHOREPLY -> {
        if (ping != null) {
          ping.rcv(net, packet);
        }
      }
      case DEST_UNREACH, TIME_EXCEEDED, PARAMETERPROB, SOURCE_QUENCH -> unreach(net, packet, type);
      case REDIRECT -> {
        // The other end of lo is here: there is no better gateway.
      }
      default -> packet.drop(DropReason.NOT_SPECIFIED);
    }
  }

  private static void echo(NetNs net, Packet packet) {
    byte[] message = packet.get(packet.transport(), packet.end() - packet.transport());
    message[0] = ECHOREPLY;
    reply(net, packet, message);
  }

  private static void timestamp(NetNs net, Packet packet) {
    if (packet.len() < TIMESTAMP_BYTES) {
      net.addMib(Mib.ICMP_IN_ERRORS, 1);
      return;
    }
    byte[] message = packet.get(packet.transport(), HEADER_BYTES + TIMESTAMP_BYTES);
    message[0] = TIMESTAMPREPLY;
    int now = currentTimestamp(net);
    NetBytes.put32(message, HEADER_BYTES + Integer.BYTES, now);
    NetBytes.put32(message, HEADER_BYTES + 2 * Integer.BYTES, now);
    reply(net, packet, message);
  }

  /** Milliseconds of the day ({@code inet_current_timestamp}). */
  static int currentTimestamp(NetNs net) {
    return (int) (net.machine().nowNs() / NS_PER_MS % MS_PER_DAY);
  }

  /** {@code icmp_reply}, which counts as an echo reply whatever it is. */
  private static void reply(NetNs net, Packet packet, byte[] message) {
    Ipcm ipc = Ipcm.ofKernel();
    ipc.tos = IpHeader.tos(packet);
    byte[] options = IpOptionsEcho.of(net, packet);
    if (options == null) {
      return;
    }
    ipc.options = options;
    push(net, packet, ipc, message, ECHOREPLY);
  }

  /** Counts a message that is sent ({@code icmp_out_count}). */
  public static void countOut(NetNs net, int type) {
    IcmpMsgMib.of(net, false).countOut(type);
    net.addMib(Mib.ICMP_OUT_MSGS, 1);
  }

  /** {@code icmp_push_reply}: back to the sender, from the address that was asked. */
  private static void push(NetNs net, Packet packet, Ipcm ipc, byte[] message, int counted) {
    boolean own = packet.cast() == Packet.Cast.UNICAST;
    int source = own ? IpHeader.daddr(packet) : 0;
    IpRoute.Result route = IpRoute.connect(net, IpHeader.saddr(packet), source, 0);
    if (route.errno() != 0) {
      return;
    }
    NetBytes.put16(message, 2, 0);
    NetBytes.put16(
        message, 2, InetChecksum.finish(InetChecksum.add(0, message, 0, message.length)));
    IpCork cork = new IpCork(net, null, ipc, route, 0);
    cork.append(message);
    countOut(net, counted);
    IpOutput.localOut(net, cork.finish(PROTOCOL));
  }

  /**
   * Tells the sender of a packet that something is wrong with it ({@code __icmp_send}): not if it
   * went to many, is a later fragment, or tells of an error itself.
   *
   * @param info the second word of the header
   */
  public static void send(NetNs net, Packet packet, int type, int code, int info) {
    HopTrace.note(net, "Net", "type", type, "__icmp_send");
    boolean toMany = packet.cast() != Packet.Cast.UNICAST;
    boolean laterFragment = (IpHeader.fragOff(packet) & IpHeader.IP_OFFSET) != 0;
    if (toMany || laterFragment || isError(packet)) {
      return;
    }
    Ipcm ipc = Ipcm.ofKernel();
    ipc.tos = (IpHeader.tos(packet) & TOS_MASK) | PREC_INTERNETCONTROL;
    byte[] options = IpOptionsEcho.of(net, packet);
    if (options == null) {
      return;
    }
    ipc.options = options;
    int room = ROOM_MAX - IpHeader.BYTES - options.length - HEADER_BYTES;
    int quoted = Math.min(packet.end() - packet.network(), room);
    byte[] message = new byte[HEADER_BYTES + quoted];
    message[0] = (byte) type;
    message[1] = (byte) code;
    NetBytes.put32(message, Integer.BYTES, info);
    System.arraycopy(packet.bytes(), packet.network(), message, HEADER_BYTES, quoted);
    push(net, packet, ipc, message, type);
  }

  private static boolean isError(Packet packet) {
    if (IpHeader.protocol(packet) != PROTOCOL) {
      return false;
    }
    int at = packet.network() + IpHeader.ihl(packet);
    if (at >= packet.end()) {
      return true;
    }
    return switch (packet.u8(at)) {
      case ECHO, ECHOREPLY, TIMESTAMP, TIMESTAMPREPLY, 9, 10, 15, 16, 17, 18 -> false;
      default -> true;
    };
  }

  /** {@code icmp_unreach}: tells the socks that sent the packet that is quoted. */
  private void unreach(NetNs net, Packet packet, int type) {
    byte[] bytes = packet.bytes();
    int quoted = packet.start();
    int ihl = packet.len() < IpHeader.BYTES ? 0 : IpHeader.ihl(bytes, quoted);
    if (ihl < IpHeader.BYTES) {
      net.addMib(Mib.ICMP_IN_ERRORS, 1);
      return;
    }
    int code = packet.u8(packet.transport() + 1);
    int info = 0;
    if (type == DEST_UNREACH) {
      if (code == FRAG_NEEDED) {
        info = packet.u16(packet.transport() + 6);
        if (info == 0) {
          return;
        }
      } else if (code > NR_ICMP_UNREACH) {
        return;
      }
    } else if (type == PARAMETERPROB) {
      info = packet.u8(packet.transport() + Integer.BYTES);
    }
    if (packet.len() < ihl + HEADER_BYTES) {
      net.addMib(Mib.ICMP_IN_ERRORS, 1);
      return;
    }
    int protocol = IpHeader.protocol(bytes, quoted);
    NetProtocols protocols = net.machine().protocols();
    NetProtocols.RawTap raw = protocols.raw();
    if (raw != null) {
      raw.err(net, packet, protocol, type, code, info);
    }
    NetProtocol sender = protocols.inet(protocol);
    if (sender != null) {
      sender.err(net, packet, type, code, info);
    }
  }

  /** Errors about ICMP itself are for who sent the echo. */
  @Override
  public void err(NetNs net, Packet icmp, int icmpType, int icmpCode, int info) {
    if (ping != null) {
      ping.err(net, icmp, icmpType, icmpCode, info);
    }
  }
}
