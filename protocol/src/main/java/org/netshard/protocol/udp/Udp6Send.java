package org.netshard.protocol.udp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UdpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Cmsgs;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.InetAddress4;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ip6Route;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip6.Ip6Cmsg;
import org.netshard.protocol.ip6.Ip6Cork;
import org.netshard.protocol.ip6.Ip6Header;
import org.netshard.protocol.ip6.Ip6Output;
import org.netshard.protocol.ip6.Ipcm6;

/**
 * Sending datagrams of UDP and UDP-Lite by socks of IPv6; what goes to an IPv4 address goes over
 * IPv4.
 *
 * <p><b>Source:</b> {@code net/ipv6/udp.c}: {@code udpv6_sendmsg}, {@code udp_v6_send_skb}, {@code
 * udp_v6_push_pending_frames}.
 *
 * <p><b>Differs from Linux:</b> the segments of a send with extension headers are one packet until
 * they arrive; Linux cuts them before the device, as it cannot leave their checksums to it.
 */
final class Udp6Send {
  private static final int CHECK = 6;
  private static final int LENGTH = 4;
  private static final int NO_CHECKSUM = 0xffff;

  private Udp6Send() {}

  /** Who a datagram is for. */
  private record Target(byte[] daddr, int dport, int scopeId, int flowinfo) {}

  /**
   * {@code udpv6_sendmsg}.
   *
   * <p><b>Errors</b>, in order: EINVAL for a short address or an unknown family, EDESTADDRREQ,
   * ENETUNREACH to IPv4 for a sock of IPv6 only; EINVAL for port 0; those of the control messages,
   * of the route, of {@link Ip6Cork#append}, of segments.
   */
  static int sendmsg(Sk sk, Caller caller, Msg msg) {
    UdpOptions udp = UdpOptions.of(sk);
    SockAddr name = null;
    if (msg.hasName()) {
      if (msg.nameLength() < SockAddr.FAMILY_BYTES) {
        return Errno.EINVAL.negated();
      }
      name = SockAddr.of(msg.name(), msg.nameLength());
      switch (name.family()) {
        case Abi.AF_INET6 -> {
          if (name.length() < SockAddr.IN6_RFC2133_BYTES) {
            return Errno.EINVAL.negated();
          }
        }
        case Abi.AF_INET -> {
          return sendmsg4(sk, caller, msg);
        }
        case Abi.AF_UNSPEC -> {
          name = null;
          msg.withName(UserMem.NULL, 0);
        }
        default -> {
          return Errno.EINVAL.negated();
        }
      }
    }
    boolean waiting = udp.pending != null || udp.pending6 != null;
    if (name == null && !waiting && sk.state() != Sk.TCP_ESTABLISHED) {
      return Errno.EDESTADDRREQ.negated();
    }
    Target target = name == null ? null : target(sk, name);
    if (target != null && target.dport == 0 && !Ipv6Address.isV4Mapped(target.daddr) && !waiting) {
      return Errno.EINVAL.negated();
    }
    byte[] daddr = target != null ? target.daddr : waiting ? null : Inet6Options.of(sk).daddr();
    if (daddr != null && Ipv6Address.isV4Mapped(daddr)) {
      return toMapped(sk, caller, msg, daddr, target);
    }
    if (udp.pending != null) {
      return UdpSend.sendmsg(sk, caller, msg);
    }
    Ip6Cork pending = udp.pending6;
    if (pending != null) {
      return appendMore(sk, caller, msg, pending);
    }
    if (target == null) {
      target = new Target(Inet6Options.of(sk).daddr(), sk.dport(), 0, 0);
    }
    return send(sk, caller, msg, target);
  }

  /**
   * What the name says; {@code ::} is loopback of IPv4 if the sock is bound to a mapped address.
   */
  private static Target target(Sk sk, SockAddr name) {
    Inet6Options inet6 = Inet6Options.of(sk);
    byte[] daddr = name.in6Addr();
    if (Ipv6Address.isAny(daddr) && Ipv6Address.isV4Mapped(inet6.saddr())) {
      daddr = Ipv6Address.mapped(InetAddress4.LOOPBACK);
    }
    int scope = name.length() >= SockAddr.IN6_BYTES ? name.in6ScopeId() : 0;
    int flowinfo = inet6.has(Inet6Flag.SNDFLOW) ? Integer.reverseBytes(name.in6Flowinfo()) : 0;
    return new Target(daddr, name.port(), scope, flowinfo);
  }

  private static int sendmsg4(Sk sk, Caller caller, Msg msg) {
    return Inet6Options.of(sk).has(Inet6Flag.V6ONLY)
        ? Errno.ENETUNREACH.negated()
        : UdpSend.sendmsg(sk, caller, msg);
  }

  private static int toMapped(Sk sk, Caller caller, Msg msg, byte[] daddr, @Nullable Target named) {
    byte[] name = new byte[SockAddr.IN_BYTES];
    int port = named == null ? sk.dport() : named.dport;
    SockAddr.putIn(name, Ipv6Address.mappedAddress(daddr), port);
    msg.withName(UserMem.of(name), name.length);
    return sendmsg4(sk, caller, msg);
  }

  private static int send(Sk sk, Caller caller, Msg msg, Target target) {
    Ipcm6 ipc = Ipcm6.of(sk);
    ipc.gsoSize = UdpOptions.of(sk).gsoSize;
    ipc.flowinfo = target.flowinfo;
    if (target.scopeId != 0 && Ipv6Address.needsScopeId(target.daddr)) {
      ipc.oif = target.scopeId;
    }
    byte[] sticky = Inet6Options.of(sk).stickyAddress();
    if (!Ipv6Address.isAny(sticky)) {
      ipc.saddr = sticky;
    }
    if (msg.controlLength() > 0) {
      int taken = cmsgs(sk, caller, msg, ipc);
      if (taken < 0) {
        return taken;
      }
    }
    ipc.completeOptions(sk);
    byte[] daddr = Ipv6Address.isAny(target.daddr) ? Ipv6Address.loopback() : target.daddr;
    if (ipc.oif == 0) {
      Inet6Options inet6 = Inet6Options.of(sk);
      ipc.oif = Ipv6Address.isMulticast(daddr) ? inet6.mcastOif() : inet6.ucastOif();
    }
    Ip6Route.Result route = Ip6Route.lookup(sk.net(), ipc.firstHop(daddr), ipc.saddr, ipc.oif);
    NetDevice dev = route.errno() != 0 ? null : sk.net().device(route.oif());
    if (dev == null) {
      if (route.errno() == Errno.ENETUNREACH.number()) {
        sk.net().addMib(Mib.IP6_OUT_NO_ROUTES, 1);
      }
      return -route.errno();
    }
    Ip6Cork cork = new Ip6Cork(sk.net(), sk, ipc, route, daddr, dev, target.dport);
    UdpSend.Ports ports = new UdpSend.Ports(sk.sport(), target.dport, ipc.gsoSize);
    int sent = append(sk, caller, msg, cork, ports);
    if (sent == Errno.ENOBUFS.negated()) {
      UdpSend.count(sk, true, Mib.UDP_SNDBUF_ERRORS);
    }
    return sent;
  }

  private static int cmsgs(Sk sk, Caller caller, Msg msg, Ipcm6 ipc) {
    boolean[] others = new boolean[1];
    int result =
        Cmsgs.each(
            msg,
            (level, type, mem, at, length) -> {
              if (level != Abi.IPPROTO_UDP) {
                others[0] = true;
                return 0;
              }
              if (type != UdpOption.UDP_SEGMENT || length != Short.BYTES) {
                return Errno.EINVAL.negated();
              }
              ipc.gsoSize = mem.getShort(at);
              return 0;
            });
    return result < 0 || !others[0] ? result : Ip6Cmsg.send(sk, caller, msg, ipc);
  }

  private static int append(Sk sk, Caller caller, Msg msg, Ip6Cork cork, UdpSend.Ports ports) {
    int added = cork.append(sk, caller, msg, UdpSend.HEADER_BYTES, 0, msg.size());
    if (added < 0) {
      return added;
    }
    if (UdpOptions.of(sk).cork || msg.has(Abi.MSG_MORE)) {
      cork.hold(sk);
      UdpOptions udp = UdpOptions.forWrite(sk);
      udp.pending6 = cork;
      udp.pendingPorts = ports;
      return msg.size();
    }
    int sent = transmit(sk, cork, ports, true);
    return sent < 0 ? sent : msg.size();
  }

  private static int appendMore(Sk sk, Caller caller, Msg msg, Ip6Cork pending) {
    int added = pending.append(sk, caller, msg, 0, 0, msg.size());
    if (added == Progress.WAIT) {
      return added;
    }
    if (added < 0) {
      flush(sk);
      return added;
    }
    pending.hold(sk);
    if (UdpOptions.of(sk).cork || msg.has(Abi.MSG_MORE)) {
      return msg.size();
    }
    int pushed = push(sk);
    return pushed < 0 ? pushed : msg.size();
  }

  /** Drops a datagram that waits ({@code udp_v6_flush_pending_frames}). */
  static void flush(Sk sk) {
    UdpOptions udp = UdpOptions.of(sk);
    Ip6Cork pending = udp.pending6;
    if (pending != null) {
      pending.release(sk);
      udp.pending6 = null;
    }
  }

  /** Sends a datagram that waits ({@code udp_v6_push_pending_frames}). */
  static int push(Sk sk) {
    UdpOptions udp = UdpOptions.of(sk);
    Ip6Cork pending = udp.pending6;
    UdpSend.Ports ports = udp.pendingPorts;
    if (pending == null || ports == null) {
      return 0;
    }
    udp.pending6 = null;
    pending.release(sk);
    return transmit(sk, pending, ports, false);
  }

  /** {@code udp_v6_send_skb}; errors as those of {@link UdpSend}. */
  private static int transmit(Sk sk, Ip6Cork cork, UdpSend.Ports ports, boolean whole) {
    boolean lite = sk.protocol() == Abi.IPPROTO_UDPLITE;
    int length = cork.length();
    int data = length - UdpSend.HEADER_BYTES;
    if (ports.gsoSize() > 0) {
      int headers = cork.transport() - Packet.LL_RESERVED_BYTES + UdpSend.HEADER_BYTES;
      boolean noCheck = UdpOptions.of(sk).noCheck6Tx;
      int error = UdpSend.checkSegments(noCheck, headers, data, ports.gsoSize(), cork.mtu(), lite);
      if (error < 0) {
        return error;
      }
    }
    byte[] bytes = cork.bytes();
    int at = cork.transport();
    NetBytes.put16(bytes, at, ports.source());
    NetBytes.put16(bytes, at + Short.BYTES, ports.dest());
    NetBytes.put16(bytes, at + LENGTH, length);
    Packet packet = cork.finish(sk.protocol());
    checksum(sk, packet, length, lite, whole && cork.leavesChecksum());
    cork.redirectToHop(packet);
    if (ports.gsoSize() > 0 && data > ports.gsoSize()) {
      packet.setGsoSize(ports.gsoSize());
    }
    packet.setOwnerW(sk);
    int sent = Ip6Output.sendSkb(sk.net(), packet);
    if (sent == 0) {
      UdpSend.count(sk, true, Mib.UDP_OUT_DATAGRAMS);
    } else if (sent == Errno.ENOBUFS.negated() && !Inet6Options.of(sk).has(Inet6Flag.RECVERR6)) {
      UdpSend.count(sk, true, Mib.UDP_SNDBUF_ERRORS);
      return 0;
    }
    return sent;
  }

  private static void checksum(Sk sk, Packet packet, int length, boolean lite, boolean byDevice) {
    byte[] bytes = packet.bytes();
    int at = packet.transport();
    if (!lite && UdpOptions.of(sk).noCheck6Tx) {
      return;
    }
    int covered = lite ? UdpSend.coverage(sk, bytes, at, length) : length;
    long sum = Ip6Header.pseudo(bytes, packet.network(), length, sk.protocol());
    if (byDevice && !lite) {
      NetBytes.put16(bytes, at + CHECK, InetChecksum.fold(sum));
      packet.setChecksumPartial(CHECK);
      return;
    }
    int check = InetChecksum.finish(InetChecksum.add(sum, bytes, at, covered));
    NetBytes.put16(bytes, at + CHECK, check == 0 ? NO_CHECKSUM : check);
  }
}
