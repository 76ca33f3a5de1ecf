package org.netshard.protocol.ip;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Cmsgs;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpOptions;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * Control messages of IPv4, both ways.
 *
 * <p><b>Source:</b> {@code net/ipv4/ip_sockglue.c}: {@code ip_cmsg_send}, {@code
 * ip_cmsg_recv_offset}.
 */
public final class IpCmsg {
  private static final int PKTINFO_BYTES = 12;

  /** Where {@code ipi_addr} stands. */
  private static final int PKTINFO_ADDR = 8;

  private static final int PKTINFO6_BYTES = 20;
  private static final int OPTIONS_MAX = 40;
  private static final int BYTE_MAX = 255;

  /** What {@code IP_PKTINFO} tells as the address of this end ({@code ipi_spec_dst}). */
  public enum SpecDst {
    /** The one that an answer would have. */
    ROUTE,

    /** The source of a packet that was sent. */
    SOURCE,

    /** None was found out: for ping. */
    NONE
  }

  private IpCmsg() {}

  /**
   * Reads the messages of one that is sent.
   *
   * <p><b>Errors</b>, in order of the messages: EINVAL for a bad length, an unknown kind or a value
   * out of range; those of {@link Cmsgs#sock}.
   *
   * @param allowIpv6 whether an {@code IPV6_PKTINFO} of a mapped address counts
   * @return 0 or {@code -errno}
   */
  public static int send(Sk sk, Caller caller, Msg msg, Ipcm ipc, boolean allowIpv6) {
    return Cmsgs.each(
        msg,
        (level, type, mem, at, length) -> {
          if (allowIpv6 && level == Abi.IPPROTO_IPV6 && type == Ipv6Option.IPV6_PKTINFO) {
            return pktinfo6(mem, at, length, ipc);
          }
          if (level == Abi.SOL_SOCKET) {
            return Cmsgs.sock(sk, caller.cred(), type, mem, at, length, ipc.sockc);
          }
          return level == Abi.IPPROTO_IP ? take(sk, caller, type, mem, at, length, ipc) : 0;
        });
  }

  private static int pktinfo6(UserMem mem, int at, int length, Ipcm ipc) {
    if (length < PKTINFO6_BYTES) {
      return Errno.EINVAL.negated();
    }
    byte[] address = mem.get(at, Ipv6Address.BYTES);
    if (!Ipv6Address.isV4Mapped(address)) {
      return Errno.EINVAL.negated();
    }
    int ifindex = mem.getInt(at + Ipv6Address.BYTES);
    if (ifindex != 0) {
      ipc.oif = ifindex;
    }
    ipc.addr = Ipv6Address.mappedAddress(address);
    return 0;
  }

  private static int take(
      Sk sk, Caller caller, int type, UserMem mem, int at, int length, Ipcm ipc) {
    boolean valid =
        switch (type) {
          case IpOption.IP_RETOPTS -> {
            boolean raw = caller.cred().nsCapable(sk.net().userNs(), Capability.CAP_NET_RAW);
            yield retopts(mem.get(at, Math.min(OPTIONS_MAX, length)), raw, ipc);
          }
          case IpOption.IP_PKTINFO -> pktinfo(mem, at, length, ipc);
          case IpOption.IP_TTL -> {
            int ttl = length == Integer.BYTES ? mem.getInt(at) : 0;
            ipc.ttl = ttl;
            yield ttl >= 1 && ttl <= BYTE_MAX;
          }
          case IpOption.IP_TOS -> tos(mem, at, length, ipc);
          case IpOption.IP_PROTOCOL -> {
            int protocol = length == Integer.BYTES ? mem.getInt(at) : 0;
            ipc.protocol = protocol;
            yield protocol >= 1 && protocol <= BYTE_MAX;
          }
          default -> false;
        };
    return valid ? 0 : Errno.EINVAL.negated();
  }

  private static boolean retopts(byte[] given, boolean raw, Ipcm ipc) {
    byte[] options = IpOptions.compile(given, raw);
    if (options != null) {
      ipc.options = options;
    }
    return options != null;
  }

  private static boolean pktinfo(UserMem mem, int at, int length, Ipcm ipc) {
    if (length != PKTINFO_BYTES) {
      return false;
    }
    if (mem.getInt(at) != 0) {
      ipc.oif = mem.getInt(at);
    }
    ipc.addr = mem.getInt(at + Integer.BYTES);
    return true;
  }

  private static boolean tos(UserMem mem, int at, int length, Ipcm ipc) {
    int tos =
        length == Integer.BYTES ? mem.getInt(at) : length == Byte.BYTES ? mem.getByte(at) : -1;
    if (tos < 0 || tos > BYTE_MAX) {
      return false;
    }
    ipc.setTos(tos);
    return true;
  }

  /**
   * Adds what the sock wants to know of a packet ({@code ip_cmsg_recv_offset}).
   *
   * @param spec what {@code IP_PKTINFO} tells as the address of this end
   */
  public static void receive(Sk sk, Msg msg, Packet packet, SpecDst spec) {
    InetOptions inet = InetOptions.of(sk);
    if (!inet.hasCmsgFlags()) {
      return;
    }
    if (inet.has(InetFlag.PKTINFO)) {
      msg.putCmsg(Abi.IPPROTO_IP, IpOption.IP_PKTINFO, pktinfo(sk, packet, spec));
    }
    if (inet.has(InetFlag.TTL)) {
      putInt(msg, IpOption.IP_TTL, IpHeader.ttl(packet));
    }
    if (inet.has(InetFlag.TOS)) {
      msg.putCmsg(Abi.IPPROTO_IP, IpOption.IP_TOS, new byte[] {(byte) IpHeader.tos(packet)});
    }
    byte[] options = IpHeader.options(packet);
    if (inet.has(InetFlag.RECVOPTS) && options.length > 0) {
      msg.putCmsg(Abi.IPPROTO_IP, IpOption.IP_RECVOPTS, options);
    }
    if (inet.has(InetFlag.RETOPTS) && options.length > 0) {
      retopts(sk, msg, packet);
    }
    if (inet.has(InetFlag.ORIGDSTADDR) && packet.end() - packet.transport() >= Integer.BYTES) {
      byte[] name = new byte[SockAddr.IN_BYTES];
      SockAddr.putIn(name, IpHeader.daddr(packet), packet.u16(packet.transport() + 2));
      msg.putCmsg(Abi.IPPROTO_IP, IpOption.IP_RECVORIGDSTADDR, name);
    }
    if (inet.has(InetFlag.CHECKSUM) && packet.checksum() == Packet.Checksum.COMPLETE) {
      int sum = InetChecksum.ofWords(packet.bytes(), packet.start(), packet.len());
      putInt(msg, IpOption.IP_CHECKSUM, sum);
    }
    if (inet.has(InetFlag.RECVFRAGSIZE) && packet.fragMaxSize() > 0) {
      putInt(msg, IpOption.IP_RECVFRAGSIZE, packet.fragMaxSize());
    }
  }

  /** {@code ip_cmsg_recv_retopts}. */
  private static void retopts(Sk sk, Msg msg, Packet packet) {
    byte[] echo = IpOptionsEcho.of(sk.net(), packet);
    if (echo == null) {
      msg.addOutFlags(Abi.MSG_CTRUNC);
    } else {
      msg.putCmsg(Abi.IPPROTO_IP, IpOption.IP_RETOPTS, echo);
    }
  }

  private static void putInt(Msg msg, int type, int value) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    msg.putCmsg(Abi.IPPROTO_IP, type, bytes.putInt(value).array());
  }

  /** {@code ipv4_pktinfo_prepare}: a packet of IPv4 is about to be queued. */
  public static void prepare(Sk sk, Packet packet) {
    boolean asked =
        InetOptions.of(sk).has(InetFlag.PKTINFO)
            || (sk.family() == Abi.AF_INET6 && Inet6Options.of(sk).has(Inet6Flag.RXINFO));
    packet.setPktinfo(asked);
  }

  private static byte[] pktinfo(Sk sk, Packet packet, SpecDst kind) {
    int daddr = IpHeader.daddr(packet);
    if (!packet.pktinfo()) {
      return ByteBuffer.allocate(PKTINFO_BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(PKTINFO_ADDR, daddr)
          .array();
    }
    int spec =
        switch (kind) {
          case ROUTE -> IpOptionsRcv.specDst(sk.net(), IpHeader.saddr(packet), daddr);
          case SOURCE -> IpHeader.saddr(packet);
          case NONE -> 0;
        };
    ByteBuffer info = ByteBuffer.allocate(PKTINFO_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return info.putInt(packet.ifindex()).putInt(spec).putInt(daddr).array();
  }
}
