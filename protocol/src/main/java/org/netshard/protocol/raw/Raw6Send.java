package org.netshard.protocol.raw;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.SendBuffer;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.TxStamp;
import org.netshard.protocol.inet.InetFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ip6Route;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip6.Icmp6;
import org.netshard.protocol.ip6.Ip6Cmsg;
import org.netshard.protocol.ip6.Ip6Cork;
import org.netshard.protocol.ip6.Ip6Errors;
import org.netshard.protocol.ip6.Ip6Header;
import org.netshard.protocol.ip6.Ip6Output;
import org.netshard.protocol.ip6.Ipcm6;

/**
 * Sending by raw sockets of IPv6.
 *
 * <p><b>Source:</b> {@code net/ipv6/raw.c}: {@code rawv6_sendmsg}, {@code rawv6_send_hdrinc},
 * {@code rawv6_push_pending_frames}.
 */
final class Raw6Send {
  private static final int PROTOCOL_MAX = 255;
  private static final int IPPROTO_MH = 135;
  private static final int PROBED_ICMP_BYTES = 2;
  private static final int PROBED_MH_BYTES = 4;

  private Raw6Send() {}

  /**
   * {@code rawv6_sendmsg}.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for urgent data; EINVAL for a short address,
   * EAFNOSUPPORT, EINVAL for a port that is not the protocol, EDESTADDRREQ; those of the control
   * messages; EFAULT for ICMPv6 without type and code; those of the route and of the packet.
   */
  static int sendmsg(Sk sk, Caller caller, Msg msg) {
    if (msg.has(Abi.MSG_OOB)) {
      return Errno.EOPNOTSUPP.negated();
    }
    Ipcm6 ipc = Ipcm6.of(sk);
    Inet6Options inet6 = Inet6Options.of(sk);
    byte[] daddr = inet6.daddr();
    int protocol = sk.num();
    if (msg.hasName()) {
      if (msg.nameLength() < SockAddr.IN6_RFC2133_BYTES) {
        return Errno.EINVAL.negated();
      }
      SockAddr name = SockAddr.of(msg.name(), msg.nameLength());
      if (name.family() != Abi.AF_UNSPEC && name.family() != Abi.AF_INET6) {
        return Errno.EAFNOSUPPORT.negated();
      }
      int port = name.port();
      boolean other = port != 0 && port != sk.num() && sk.num() != Abi.IPPROTO_RAW;
      if (other || port > PROTOCOL_MAX) {
        return Errno.EINVAL.negated();
      }
      protocol = port == 0 ? protocol : port;
      daddr = name.in6Addr();
      if (inet6.has(Inet6Flag.SNDFLOW)) {
        ipc.flowinfo = Integer.reverseBytes(name.in6Flowinfo());
      }
      boolean scoped = name.length() >= SockAddr.IN6_BYTES && Ipv6Address.needsScopeId(daddr);
      if (scoped && name.in6ScopeId() != 0) {
        ipc.oif = name.in6ScopeId();
      }
    } else if (sk.state() != Sk.TCP_ESTABLISHED) {
      return Errno.EDESTADDRREQ.negated();
    }
    if (msg.controlLength() > 0) {
      int taken = Ip6Cmsg.send(sk, caller, msg, ipc);
      if (taken < 0) {
        return taken;
      }
    }
    ipc.completeOptions(sk);
    boolean hdrincl = InetOptions.of(sk).has(InetFlag.HDRINCL);
    if (!hdrincl && !probe(msg, protocol)) {
      return Errno.EFAULT.negated();
    }
    if (Ipv6Address.isAny(daddr)) {
      daddr = Ipv6Address.loopback();
    }
    if (ipc.oif == 0) {
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
    return hdrincl
        ? sendHdrinc(sk, caller, msg, ipc, dev, daddr)
        : send(sk, caller, msg, new Ip6Cork(sk.net(), sk, ipc, route, daddr, dev, 0), protocol);
  }

  /** {@code rawv6_probe_proto_opt}: whether what the route may depend on can be read. */
  private static boolean probe(Msg msg, int protocol) {
    int bytes =
        switch (protocol) {
          case Abi.IPPROTO_ICMPV6 -> PROBED_ICMP_BYTES;
          case IPPROTO_MH -> PROBED_MH_BYTES;
          default -> 0;
        };
    return msg.size() >= bytes && msg.readInto(0, new byte[bytes], 0, bytes);
  }

  private static int send(Sk sk, Caller caller, Msg msg, Ip6Cork anew, int protocol) {
    Ip6Cork pending = RawOptions.of(sk).pending6;
    Ip6Cork cork = pending == null ? anew : pending;
    int added = cork.append(sk, caller, msg, 0, 0, msg.size());
    if (added == Progress.WAIT) {
      return added;
    }
    if (added < 0) {
      flush(sk);
      return added;
    }
    if (msg.has(Abi.MSG_MORE)) {
      cork.hold(sk);
      RawOptions.forWrite(sk).pending6 = cork;
      return msg.size();
    }
    flush(sk);
    RawOptions raw = RawOptions.of(sk);
    if (raw.checksum && raw.offset + 1 >= cork.length()) {
      return Errno.EINVAL.negated();
    }
    Packet packet = cork.finish(protocol);
    if (protocol == Icmp6.PROTOCOL) {
      Icmp6.countOut(sk.net(), packet.u8(packet.transport()));
    }
    if (raw.checksum) {
      byte[] bytes = packet.bytes();
      NetBytes.put16(bytes, packet.transport() + raw.offset, 0);
      long sum = Ip6Header.pseudo(bytes, packet.network(), cork.length(), protocol);
      sum = InetChecksum.add(sum, bytes, packet.transport(), cork.length());
      int check = InetChecksum.finish(sum);
      int none = protocol == Abi.IPPROTO_UDP && check == 0 ? 0xffff : check;
      NetBytes.put16(bytes, packet.transport() + raw.offset, none);
    }
    cork.redirectToHop(packet);
    packet.setOwnerW(sk);
    int sent = Ip6Output.sendSkb(sk.net(), packet);
    boolean told = sent != Errno.ENOBUFS.negated() || Inet6Options.of(sk).has(Inet6Flag.RECVERR6);
    return sent < 0 && told ? sent : msg.size();
  }

  /** Nothing waits any more ({@code ip6_flush_pending_frames}). */
  static void flush(Sk sk) {
    RawOptions raw = RawOptions.of(sk);
    if (raw.pending6 != null) {
      raw.pending6.release(sk);
      raw.pending6 = null;
    }
  }

  /** {@code rawv6_send_hdrinc}: EMSGSIZE, EINVAL, those of the send buffer, EFAULT. */
  private static int sendHdrinc(
      Sk sk, Caller caller, Msg msg, Ipcm6 ipc, NetDevice dev, byte[] daddr) {
    int length = msg.size();
    if (length > dev.mtu()) {
      Ip6Errors.localError(sk, Errno.EMSGSIZE, daddr, sk.dport(), dev.mtu());
      return Errno.EMSGSIZE.negated();
    }
    if (length < Ip6Header.BYTES) {
      return Errno.EINVAL.negated();
    }
    boolean now = msg.has(Abi.MSG_DONTWAIT);
    int room = SendBuffer.room(sk, caller, now ? 0 : sk.rare().sndtimeoJiffies());
    if (room < 0) {
      return room;
    }
    int at = Packet.LL_RESERVED_BYTES;
    byte[] bytes = new byte[at + length];
    if (!msg.readInto(0, bytes, at, length)) {
      sk.net().addMib(Mib.IP6_OUT_DISCARDS, 1);
      return Errno.EFAULT.negated();
    }
    int truesize = Skb.unaccountedTruesize(length + Packet.ALLOC_EXTRA_BYTES);
    Packet packet = new Packet(dev, Packet.ETH_P_IPV6, bytes, at, truesize);
    packet.setTransport(at + Ip6Header.BYTES);
    packet.setMarkAndPriority(ipc.sockc.mark, ipc.sockc.priority);
    packet.setTxStamp(TxStamp.ofWhole(sk, ipc.sockc));
    packet.setOwnerW(sk);
    sk.net().addMib(Mib.IP6_OUT_REQUESTS, 1);
    Ip6Output.transmit(sk.net(), packet);
    return length;
  }
}
