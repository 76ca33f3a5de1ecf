package org.netshard.protocol.ping;

import org.jspecify.annotations.Nullable;
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
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpOptions;
import org.netshard.protocol.inet.IpRoute;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ip6Route;
import org.netshard.protocol.inet6.Ipv6Address;
import org.netshard.protocol.ip.Icmp;
import org.netshard.protocol.ip.IpCmsg;
import org.netshard.protocol.ip.IpCork;
import org.netshard.protocol.ip.IpOutput;
import org.netshard.protocol.ip.IpRouteFor;
import org.netshard.protocol.ip.Ipcm;
import org.netshard.protocol.ip6.Icmp6;
import org.netshard.protocol.ip6.Ip6Cmsg;
import org.netshard.protocol.ip6.Ip6Cork;
import org.netshard.protocol.ip6.Ip6Header;
import org.netshard.protocol.ip6.Ip6Output;
import org.netshard.protocol.ip6.Ipcm6;

/**
 * Sending echo requests: the program gives type, code, sequence and data, the sock its identifier,
 * the kernel the checksum.
 *
 * <p><b>Source:</b> {@code net/ipv4/ping.c}: {@code ping_common_sendmsg}, {@code ping_v4_sendmsg};
 * {@code net/ipv6/ping.c}, {@code ping_v6_sendmsg}.
 */
final class PingSend {
  private static final int LENGTH_MAX = 65535;
  private static final int EXT_ECHO = 42;
  private static final int EXT_ECHO_REQUEST6 = 160;
  private static final int IDENT = 4;

  private PingSend() {}

  /** {@code ping_common_sendmsg}: EMSGSIZE, EINVAL, EOPNOTSUPP, EFAULT, EINVAL; or null. */
  private static @Nullable Errno check(Msg msg, byte[] header, boolean v6) {
    if (msg.size() > LENGTH_MAX) {
      return Errno.EMSGSIZE;
    }
    if (msg.size() < Icmp.HEADER_BYTES) {
      return Errno.EINVAL;
    }
    if (msg.has(Abi.MSG_OOB)) {
      return Errno.EOPNOTSUPP;
    }
    if (!msg.readInto(0, header, 0, Icmp.HEADER_BYTES)) {
      return Errno.EFAULT;
    }
    int type = header[0] & 0xff;
    boolean supported =
        v6
            ? type == Icmp6.ECHO_REQUEST || type == EXT_ECHO_REQUEST6
            : type == Icmp.ECHO || type == EXT_ECHO;
    return supported && header[1] == 0 ? null : Errno.EINVAL;
  }

  /**
   * {@code ping_v4_sendmsg}.
   *
   * <p><b>Errors</b>, in order: EMSGSIZE, EINVAL without a header, EOPNOTSUPP for urgent data,
   * EFAULT, EINVAL for what is no echo request; EINVAL for a short address, EAFNOSUPPORT,
   * EDESTADDRREQ; those of the control messages, of the route, EACCES for a broadcast; those of
   * {@link IpCork#append}.
   */
  static int sendmsg4(Sk sk, Caller caller, Msg msg) {
    byte[] header = new byte[Icmp.HEADER_BYTES];
    Errno bad = check(msg, header, false);
    if (bad != null) {
      return bad.negated();
    }
    int daddr = InetOptions.of(sk).daddr();
    if (msg.hasName()) {
      if (msg.nameLength() < SockAddr.IN_BYTES) {
        return Errno.EINVAL.negated();
      }
      SockAddr name = SockAddr.of(msg.name(), msg.nameLength());
      if (name.family() != Abi.AF_INET) {
        return Errno.EAFNOSUPPORT.negated();
      }
      daddr = name.inAddr();
    } else if (sk.state() != Sk.TCP_ESTABLISHED) {
      return Errno.EDESTADDRREQ.negated();
    }
    Ipcm ipc = Ipcm.of(sk);
    if (msg.controlLength() > 0) {
      int taken = IpCmsg.send(sk, caller, msg, ipc, false);
      if (taken < 0) {
        return taken;
      }
    }
    if (ipc.options.length == 0) {
      ipc.options = InetOptions.of(sk).options();
    }
    if (IpOptions.hasSourceRoute(ipc.options) && daddr == 0) {
      return Errno.EINVAL.negated();
    }
    IpRoute.Result route = IpRouteFor.sock(sk, ipc, daddr);
    if (route.errno() != 0) {
      if (route.errno() == Errno.ENETUNREACH.number()) {
        sk.net().addMib(Mib.IP_OUT_NO_ROUTES, 1);
      }
      return -route.errno();
    }
    if (route.type() == IpRoute.Type.BROADCAST && !sk.flag(SockFlag.SOCK_BROADCAST)) {
      return Errno.EACCES.negated();
    }
    IpCork cork = new IpCork(sk.net(), sk, ipc, route, 0);
    int header8 = Icmp.HEADER_BYTES;
    int added = cork.append(sk, caller, msg, header8, header8, msg.size() - header8);
    if (added < 0) {
      return added;
    }
    putHeader(sk, header, cork.bytes(), cork.transport());
    long sum = InetChecksum.add(0, cork.bytes(), cork.transport(), cork.length());
    NetBytes.put16(cork.bytes(), cork.transport() + 2, InetChecksum.finish(sum));
    Packet packet = cork.finish(Icmp.PROTOCOL);
    Icmp.countOut(sk.net(), header[0] & 0xff);
    packet.setOwnerW(sk);
    IpOutput.localOut(sk.net(), packet);
    return msg.size();
  }

  private static void putHeader(Sk sk, byte[] header, byte[] bytes, int at) {
    System.arraycopy(header, 0, bytes, at, header.length);
    NetBytes.put16(bytes, at + 2, 0);
    NetBytes.put16(bytes, at + IDENT, sk.sport());
  }

  /** {@code ping_v6_sendmsg}; errors as {@link #sendmsg4}, EINVAL for a mapped address. */
  static int sendmsg6(Sk sk, Caller caller, Msg msg) {
    byte[] header = new byte[Icmp.HEADER_BYTES];
    Errno bad = check(msg, header, true);
    if (bad != null) {
      return bad.negated();
    }
    Ipcm6 ipc = Ipcm6.of(sk);
    Inet6Options inet6 = Inet6Options.of(sk);
    byte[] daddr = inet6.daddr();
    if (msg.hasName()) {
      if (msg.nameLength() < SockAddr.IN6_BYTES) {
        return Errno.EINVAL.negated();
      }
      SockAddr name = SockAddr.of(msg.name(), msg.nameLength());
      if (name.family() != Abi.AF_INET6) {
        return Errno.EAFNOSUPPORT.negated();
      }
      daddr = name.in6Addr();
      if (Ipv6Address.needsScopeId(daddr) && name.in6ScopeId() != 0) {
        ipc.oif = name.in6ScopeId();
      }
    } else if (sk.state() != Sk.TCP_ESTABLISHED) {
      return Errno.EDESTADDRREQ.negated();
    }
    if (ipc.oif == 0) {
      ipc.oif = Ipv6Address.isMulticast(daddr) ? inet6.mcastOif() : inet6.ucastOif();
    }
    boolean noScope = Ipv6Address.needsScopeId(daddr) && ipc.oif == 0;
    if (noScope || Ipv6Address.isV4Mapped(daddr)) {
      return Errno.EINVAL.negated();
    }
    if (msg.controlLength() > 0) {
      int taken = Ip6Cmsg.send(sk, caller, msg, ipc);
      if (taken < 0) {
        return taken;
      }
    }
    // Headers of control messages are read and left out; those of the sock do not count.
    ipc.opt = null;
    Ip6Route.Result route = Ip6Route.lookup(sk.net(), daddr, ipc.saddr, ipc.oif);
    NetDevice dev = route.errno() != 0 ? null : sk.net().device(route.oif());
    if (dev == null) {
      if (route.errno() == Errno.ENETUNREACH.number()) {
        sk.net().addMib(Mib.IP6_OUT_NO_ROUTES, 1);
      }
      return -route.errno();
    }
    Ip6Cork cork = new Ip6Cork(sk.net(), sk, ipc, route, daddr, dev, 0);
    int header8 = Icmp.HEADER_BYTES;
    int added = cork.append(sk, caller, msg, header8, header8, msg.size() - header8);
    if (added < 0) {
      sk.net().addMib(Mib.ICMP6_OUT_ERRORS, 1);
      return added;
    }
    putHeader(sk, header, cork.bytes(), cork.transport());
    Packet packet = cork.finish(Icmp6.PROTOCOL);
    Icmp6.countOut(sk.net(), header[0] & 0xff);
    byte[] bytes = packet.bytes();
    long sum = Ip6Header.pseudo(bytes, packet.network(), cork.length(), Icmp6.PROTOCOL);
    sum = InetChecksum.add(sum, bytes, packet.transport(), cork.length());
    NetBytes.put16(bytes, packet.transport() + 2, InetChecksum.finish(sum));
    packet.setOwnerW(sk);
    Ip6Output.localOut(sk.net(), packet);
    return msg.size();
  }
}
