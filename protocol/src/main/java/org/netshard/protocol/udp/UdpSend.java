package org.netshard.protocol.udp;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UdpOption;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Cmsgs;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.inet.InetAddress4;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpOptions;
import org.netshard.protocol.inet.IpRoute;
import org.netshard.protocol.ip.IpCmsg;
import org.netshard.protocol.ip.IpCork;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip.IpOutput;
import org.netshard.protocol.ip.IpRouteFor;
import org.netshard.protocol.ip.Ipcm;

/**
 * Sending datagrams of UDP and UDP-Lite over IPv4.
 *
 * <p><b>Source:</b> RFC 768; RFC 3828; {@code net/ipv4/udp.c}: {@code udp_sendmsg}, {@code
 * udp_cmsg_send}, {@code udp_send_skb}, {@code udp_push_pending_frames}.
 */
final class UdpSend {
  /** Length of a UDP header, bytes. */
  static final int HEADER_BYTES = 8;

  /** {@code UDP_MAX_SEGMENTS}: datagrams of one send with {@code UDP_SEGMENT}. */
  static final int SEGMENTS_MAX = 128;

  private static final int LENGTH_MAX = 65535;
  private static final int CHECK = 6;
  private static final int LENGTH = 4;

  private UdpSend() {}

  /** Who a datagram is for. */
  private record Target(int daddr, int dport, boolean connected, int errno) {}

  /**
   * {@code udp_sendmsg}.
   *
   * <p><b>Errors</b>, in order: EMSGSIZE beyond 65,535 bytes, EOPNOTSUPP for urgent data, EINVAL
   * for data that wait for IPv6; EINVAL for a short address, EAFNOSUPPORT, EINVAL for port 0,
   * EDESTADDRREQ; those of the control messages; EINVAL for a source route to nowhere; those of the
   * route, EACCES for a broadcast without {@code SO_BROADCAST}; those of {@link IpCork#append};
   * those of segments.
   */
  static int sendmsg(Sk sk, Caller caller, Msg msg) {
    int size = msg.size();
    if (size > LENGTH_MAX) {
      return Errno.EMSGSIZE.negated();
    }
    if (msg.has(Abi.MSG_OOB)) {
      return Errno.EOPNOTSUPP.negated();
    }
    UdpOptions udp = UdpOptions.of(sk);
    if (udp.pending6 != null) {
      return Errno.EINVAL.negated();
    }
    IpCork pending = udp.pending;
    if (pending != null) {
      return appendMore(sk, caller, msg, pending);
    }
    Target target = target(sk, msg);
    if (target.errno != 0) {
      return -target.errno;
    }
    Ipcm ipc = Ipcm.of(sk);
    ipc.gsoSize = udp.gsoSize;
    if (msg.controlLength() > 0) {
      int taken = cmsgs(sk, caller, msg, ipc);
      if (taken < 0) {
        return taken;
      }
    }
    if (ipc.options.length == 0) {
      ipc.options = InetOptions.of(sk).options();
    }
    int faddr = target.daddr;
    if (IpOptions.hasSourceRoute(ipc.options) && faddr == 0) {
      return Errno.EINVAL.negated();
    }
    IpRoute.Result route = IpRouteFor.sock(sk, ipc, faddr);
    if (route.errno() != 0) {
      if (route.errno() == Errno.ENETUNREACH.number()) {
        sk.net().addMib(Mib.IP_OUT_NO_ROUTES, 1);
      }
      return -route.errno();
    }
    if (route.type() == IpRoute.Type.BROADCAST && !sk.flag(SockFlag.SOCK_BROADCAST)) {
      return Errno.EACCES.negated();
    }
    boolean connected =
        target.connected
            && msg.controlLength() == 0
            && ipc.options.length == 0
            && !InetAddress4.isMulticast(target.daddr);
    boolean kept = connected && sk.flag(SockFlag.SK_DST_CACHED);
    int dport = kept ? udp.flowDport : target.dport;
    IpCork cork = new IpCork(sk.net(), sk, ipc, route, dport);
    if (kept) {
      cork.redirect(udp.flowSaddr, udp.flowDaddr);
    } else if (connected) {
      sk.setFlag(SockFlag.SK_DST_CACHED, true);
    }
    Ports ports = new Ports(sk.sport(), dport, ipc.gsoSize);
    int added = append(sk, caller, msg, cork, ports);
    if (added == Errno.ENOBUFS.negated()) {
      count(sk, false, Mib.UDP_SNDBUF_ERRORS);
    }
    return added;
  }

  /** What the header says, and how large the segments are. */
  record Ports(int source, int dest, int gsoSize) {}

  private static Target target(Sk sk, Msg msg) {
    if (!msg.hasName()) {
      return sk.state() == Sk.TCP_ESTABLISHED
          ? new Target(InetOptions.of(sk).daddr(), sk.dport(), true, 0)
          : new Target(0, 0, false, Errno.EDESTADDRREQ.number());
    }
    if (msg.nameLength() < SockAddr.IN_BYTES) {
      return new Target(0, 0, false, Errno.EINVAL.number());
    }
    SockAddr name = SockAddr.of(msg.name(), msg.nameLength());
    if (name.family() != Abi.AF_INET && name.family() != Abi.AF_UNSPEC) {
      return new Target(0, 0, false, Errno.EAFNOSUPPORT.number());
    }
    int errno = name.port() == 0 ? Errno.EINVAL.number() : 0;
    return new Target(name.inAddr(), name.port(), false, errno);
  }

  /** {@code udp_cmsg_send}, then {@code ip_cmsg_send} if one is not of UDP. */
  private static int cmsgs(Sk sk, Caller caller, Msg msg, Ipcm ipc) {
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
    if (result < 0 || !others[0]) {
      return result;
    }
    return IpCmsg.send(sk, caller, msg, ipc, sk.family() == Abi.AF_INET6);
  }

  private static int append(Sk sk, Caller caller, Msg msg, IpCork cork, Ports ports) {
    boolean more = UdpOptions.of(sk).cork || msg.has(Abi.MSG_MORE);
    if (more) {
      // Also if nothing can be added.
      keepFlow(sk, cork.saddr(), cork.daddr(), ports.dest);
    }
    int added = cork.append(sk, caller, msg, HEADER_BYTES, 0, msg.size());
    if (added < 0) {
      return added;
    }
    if (more) {
      cork.hold(sk);
      UdpOptions udp = UdpOptions.forWrite(sk);
      udp.pending = cork;
      udp.pendingPorts = ports;
      return msg.size();
    }
    int sent = send(sk, cork, ports, true);
    return sent < 0 ? sent : msg.size();
  }

  /** More data for a datagram that waits. */
  private static int appendMore(Sk sk, Caller caller, Msg msg, IpCork pending) {
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

  /** Drops a datagram that waits ({@code udp_flush_pending_frames}). */
  static void flush(Sk sk) {
    UdpOptions udp = UdpOptions.of(sk);
    IpCork pending = udp.pending;
    if (pending != null) {
      pending.release(sk);
      udp.pending = null;
    }
  }

  /** A datagram that waits goes elsewhere now, as the sock connects. */
  static void redirect(Sk sk, int saddr, int daddr, int dport) {
    keepFlow(sk, saddr, daddr, dport);
    UdpOptions udp = UdpOptions.of(sk);
    Ports ports = udp.pendingPorts;
    if (udp.pending != null && ports != null) {
      udp.pending.redirect(saddr, daddr);
      udp.pendingPorts = new Ports(ports.source, dport, ports.gsoSize);
    }
  }

  /** Writes {@code inet->cork.fl}, which a connected sock that keeps a route sends by. */
  private static void keepFlow(Sk sk, int saddr, int daddr, int dport) {
    UdpOptions udp = UdpOptions.forWrite(sk);
    udp.flowSaddr = saddr;
    udp.flowDaddr = daddr;
    udp.flowDport = dport;
  }

  /** Sends a datagram that waits ({@code udp_push_pending_frames}). */
  static int push(Sk sk) {
    UdpOptions udp = UdpOptions.of(sk);
    IpCork pending = udp.pending;
    if (pending == null) {
      return 0;
    }
    Ports ports = udp.pendingPorts;
    if (ports == null) {
      throw new IllegalStateException("a datagram waits without ports");
    }
    udp.pending = null;
    pending.release(sk);
    return send(sk, pending, ports, false);
  }

  /**
   * Writes the header and hands the datagram to IP ({@code udp_send_skb}).
   *
   * <p><b>Errors</b>, in order, of segments: EMSGSIZE for one that does not fit, EINVAL for too
   * many or without checksum, EIO for UDP-Lite; those of {@link IpOutput#localOut}.
   *
   * @param whole whether all came with one call, so that the device can add the checksum
   */
  private static int send(Sk sk, IpCork cork, Ports ports, boolean whole) {
    boolean lite = sk.protocol() == Abi.IPPROTO_UDPLITE;
    int length = cork.length();
    if (ports.gsoSize > 0) {
      int headers = cork.transport() - Packet.LL_RESERVED_BYTES + HEADER_BYTES;
      int data = length - HEADER_BYTES;
      boolean noCheck = sk.flag(SockFlag.SK_NO_CHECK_TX);
      int error = checkSegments(noCheck, headers, data, ports.gsoSize, cork.mtu(), lite);
      if (error < 0) {
        return error;
      }
    }
    byte[] bytes = cork.bytes();
    int at = cork.transport();
    NetBytes.put16(bytes, at, ports.source);
    NetBytes.put16(bytes, at + Short.BYTES, ports.dest);
    NetBytes.put16(bytes, at + LENGTH, length);
    Packet packet = cork.finish(sk.protocol());
    checksum(sk, packet, length, lite, whole && length + at - packet.network() <= cork.mtu());
    if (ports.gsoSize > 0 && length - HEADER_BYTES > ports.gsoSize) {
      packet.setGsoSize(ports.gsoSize);
    }
    packet.setOwnerW(sk);
    int sent = IpOutput.sendSkb(sk.net(), packet);
    if (sent == 0) {
      count(sk, false, Mib.UDP_OUT_DATAGRAMS);
    } else if (sent == Errno.ENOBUFS.negated() && !InetOptions.of(sk).has(InetFlag.RECVERR)) {
      count(sk, false, Mib.UDP_SNDBUF_ERRORS);
      return 0;
    }
    return sent;
  }

  /** Whether data can be sent in segments: 0 or {@code -errno}. */
  static int checkSegments(
      boolean noCheck, int headers, int data, int gsoSize, int mtu, boolean lite) {
    if (headers + Math.min(data, gsoSize) > mtu) {
      return Errno.EMSGSIZE.negated();
    }
    if (data > gsoSize * SEGMENTS_MAX || noCheck) {
      return Errno.EINVAL.negated();
    }
    return lite ? Errno.EIO.negated() : 0;
  }

  private static void checksum(Sk sk, Packet packet, int length, boolean lite, boolean byDevice) {
    byte[] bytes = packet.bytes();
    int at = packet.transport();
    int covered = length;
    if (lite) {
      covered = coverage(sk, bytes, at, length);
    } else if (sk.flag(SockFlag.SK_NO_CHECK_TX)) {
      return;
    }
    long sum = IpHeader.pseudo(bytes, packet.network(), length, sk.protocol());
    if (byDevice && !lite) {
      NetBytes.put16(bytes, at + CHECK, InetChecksum.fold(sum));
      packet.setChecksumPartial(CHECK);
      return;
    }
    int check = InetChecksum.finish(InetChecksum.add(sum, bytes, at, covered));
    NetBytes.put16(bytes, at + CHECK, check == 0 ? LENGTH_MAX : check);
  }

  /** {@code udplite_csum}: writes the coverage, and tells how many bytes it is. */
  static int coverage(Sk sk, byte[] bytes, int at, int length) {
    UdpOptions udp = UdpOptions.of(sk);
    if (!udp.hasSendCscov || udp.sendCscov >= length) {
      return length;
    }
    NetBytes.put16(bytes, at + LENGTH, udp.sendCscov);
    return udp.sendCscov > 0 ? udp.sendCscov : length;
  }

  /** Counts for the kind of sock and the version of IP. */
  static void count(Sk sk, boolean v6, Mib mib) {
    sk.net().addMib(Mib.udp(mib, v6, sk.protocol() == Abi.IPPROTO_UDPLITE), 1);
  }

  /** Counts for the kind of sock and the version of a packet. */
  static void count(Sk sk, Packet packet, Mib mib) {
    count(sk, packet.ethertype() == Packet.ETH_P_IPV6, mib);
  }
}
