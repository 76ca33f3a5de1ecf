package org.netshard.protocol.ip6;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Cmsgs;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet6.Inet6Bind;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ip6Route;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip.IpCmsg;
import org.netshard.protocol.ip.IpHeader;

/**
 * Control messages of IPv6, both ways.
 *
 * <p><b>Source:</b> {@code net/ipv6/datagram.c}: {@code ip6_datagram_send_ctl}, {@code
 * ip6_datagram_recv_common_ctl}, {@code ip6_datagram_recv_specific_ctl}.
 */
public final class Ip6Cmsg {
  private static final int PKTINFO_BYTES = 20;
  private static final int FLOWINFO_MASK = 0x0fff_ffff;
  private static final int BYTE_MAX = 255;

  private Ip6Cmsg() {}

  /**
   * Reads the messages of one that is sent.
   *
   * <p><b>Errors</b>, in order of the messages: EINVAL for a bad length, an unknown kind or a value
   * out of range, ENODEV for a device that is not there; those of {@link Cmsgs#sock}.
   */
  public static int send(Sk sk, Caller caller, Msg msg, Ipcm6 ipc) {
    return Cmsgs.each(
        msg,
        (level, type, mem, at, length) -> {
          if (level == Abi.SOL_SOCKET) {
            return Cmsgs.sock(sk, caller.cred(), type, mem, at, length, ipc.sockc);
          }
          return level == Abi.IPPROTO_IPV6 ? take(sk, caller, type, mem, at, length, ipc) : 0;
        });
  }

  private static int take(
      Sk sk, Caller caller, int type, UserMem mem, int at, int length, Ipcm6 ipc) {
    boolean isInt = length == Integer.BYTES;
    int value = length >= Integer.BYTES ? mem.getInt(at) : 0;
    boolean valid;
    switch (type) {
      case Ipv6Option.IPV6_PKTINFO, Ipv6Option.IPV6_2292PKTINFO -> {
        return length < PKTINFO_BYTES ? Errno.EINVAL.negated() : pktinfo(sk, mem, at, ipc);
      }
      case Ipv6Option.IPV6_FLOWINFO -> {
        int flowinfo = Integer.reverseBytes(value) & FLOWINFO_MASK;
        valid = length >= Integer.BYTES && (ipc.flowinfo == 0 || ipc.flowinfo == flowinfo);
        ipc.flowinfo = valid ? flowinfo : ipc.flowinfo;
      }
      case Ipv6Option.IPV6_HOPLIMIT, Ipv6Option.IPV6_2292HOPLIMIT -> {
        ipc.hlimit = value;
        valid = isInt && value >= -1 && value <= BYTE_MAX;
      }
      case Ipv6Option.IPV6_TCLASS -> {
        ipc.tclass = value;
        valid = isInt && value >= -1 && value <= BYTE_MAX;
      }
      case Ipv6Option.IPV6_DONTFRAG -> {
        ipc.dontfrag = value == 1;
        valid = isInt && value >= 0 && value <= 1;
      }
      case Ipv6Option.IPV6_HOPOPTS,
          Ipv6Option.IPV6_2292HOPOPTS,
          Ipv6Option.IPV6_DSTOPTS,
          Ipv6Option.IPV6_2292DSTOPTS,
          Ipv6Option.IPV6_RTHDRDSTOPTS,
          Ipv6Option.IPV6_RTHDR,
          Ipv6Option.IPV6_2292RTHDR -> {
        Ip6TxOptions opt = ipc.opt == null ? Ip6TxOptions.none() : ipc.opt;
        ipc.opt = opt;
        return opt.take(sk, caller.cred(), type, mem.get(at, length));
      }
      default -> {
        sk.net().machine().leftOut("control message " + type + " of IPv6 is not simulated");
        valid = false;
      }
    }
    return valid ? 0 : Errno.EINVAL.negated();
  }

  private static int pktinfo(Sk sk, UserMem mem, int at, Ipcm6 ipc) {
    byte[] source = mem.get(at, Ipv6Address.BYTES);
    int ifindex = mem.getInt(at + Ipv6Address.BYTES);
    if (ifindex != 0) {
      if (ipc.oif != 0 && ipc.oif != ifindex) {
        return Errno.EINVAL.negated();
      }
      ipc.oif = ifindex;
    }
    if (ipc.oif != 0 && sk.net().deviceName(ipc.oif) == null) {
      return Errno.ENODEV.negated();
    }
    if (ipc.oif == 0 && Ipv6Address.isLinkLocal(source)) {
      return Errno.EINVAL.negated();
    }
    if (Ipv6Address.isAny(source)) {
      return 0;
    }
    if (!Inet6Bind.canNonlocalBind(sk) && !Ip6Route.isLocal(sk.net(), source, ipc.oif)) {
      return Errno.EINVAL.negated();
    }
    ipc.saddr = source;
    return 0;
  }

  /** Adds what the sock wants to know of a packet, of either version of IP. */
  public static void receive(Sk sk, Msg msg, Packet packet) {
    Inet6Options inet6 = Inet6Options.of(sk);
    boolean v6 = packet.ethertype() == Packet.ETH_P_IPV6;
    receiveCommon(sk, msg, packet, v6);
    if (!v6) {
      IpCmsg.receive(sk, msg, packet, IpCmsg.SpecDst.ROUTE);
      return;
    }
    if (inet6.has(Inet6Flag.RXHLIM)) {
      putInt(msg, Ipv6Option.IPV6_HOPLIMIT, Ip6Header.hopLimit(packet));
    }
    if (inet6.has(Inet6Flag.RXTCLASS)) {
      putInt(msg, Ipv6Option.IPV6_TCLASS, Ip6Header.tclass(packet));
    }
    int flowinfo = Ip6Header.flowinfo(packet);
    if (inet6.has(Inet6Flag.RXFLOW) && flowinfo != 0) {
      putInt(msg, Ipv6Option.IPV6_FLOWINFO, Integer.reverseBytes(flowinfo));
    }
    Ip6RecvHeaders headers = new Ip6RecvHeaders(packet);
    headers.put(msg, inet6);
    if (inet6.has(Inet6Flag.RXOINFO)) {
      put(msg, Ipv6Option.IPV6_2292PKTINFO, pktinfo(packet, true));
    }
    if (inet6.has(Inet6Flag.RXOHLIM)) {
      putInt(msg, Ipv6Option.IPV6_2292HOPLIMIT, Ip6Header.hopLimit(packet));
    }
    headers.putOld(msg, inet6);
    if (inet6.has(Inet6Flag.RXORIGDSTADDR) && packet.end() - packet.transport() >= Integer.BYTES) {
      byte[] name = new byte[SockAddr.IN6_BYTES];
      byte[] daddr = Ip6Header.daddr(packet);
      int scopeId = Ipv6Address.scopeId(daddr, packet.ifindex());
      SockAddr.putIn6(name, daddr, packet.u16(packet.transport() + Short.BYTES), scopeId);
      put(msg, Ipv6Option.IPV6_RECVORIGDSTADDR, name);
    }
    if (inet6.has(Inet6Flag.RECVFRAGSIZE) && packet.fragMaxSize() > 0) {
      putInt(msg, Ipv6Option.IPV6_RECVFRAGSIZE, packet.fragMaxSize());
    }
  }

  /** What is told of packets of both versions ({@code ip6_datagram_recv_common_ctl}). */
  static void receiveCommon(Sk sk, Msg msg, Packet packet, boolean v6) {
    if (Inet6Options.of(sk).has(Inet6Flag.RXINFO)) {
      put(msg, Ipv6Option.IPV6_PKTINFO, pktinfo(packet, v6));
    }
  }

  private static byte[] pktinfo(Packet packet, boolean v6) {
    byte[] daddr = v6 ? Ip6Header.daddr(packet) : Ipv6Address.mapped(IpHeader.daddr(packet));
    ByteBuffer info = ByteBuffer.allocate(PKTINFO_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return info.put(daddr).putInt(packet.ifindex()).array();
  }

  private static void put(Msg msg, int type, byte[] content) {
    msg.putCmsg(Abi.IPPROTO_IPV6, type, content);
  }

  private static void putInt(Msg msg, int type, int value) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    put(msg, type, bytes.putInt(value).array());
  }
}
