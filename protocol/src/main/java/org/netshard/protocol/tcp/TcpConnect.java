package org.netshard.protocol.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet.BindTable;
import org.netshard.protocol.inet.InetBind;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.inet.InetConnection;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.IpRoute;
import org.netshard.protocol.inet.LocalPorts;
import org.netshard.protocol.inet6.Datagram6Connect;
import org.netshard.protocol.inet6.Inet6Flag;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ip6Route;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * Beginning a connection.
 *
 * <p><b>Source:</b> RFC 9293, section 3.5; {@code net/ipv4/tcp_ipv4.c}, {@code tcp_v4_connect};
 * {@code net/ipv6/tcp_ipv6.c}, {@code tcp_v6_connect}; {@code net/ipv4/inet_hashtables.c}, {@code
 * __inet_hash_connect}; {@code net/core/secure_seq.c}.
 */
final class TcpConnect {
  private static final NetGeneric<Secret> SECRET = new NetGeneric<>(Secret::new);
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private TcpConnect() {}

  /** What makes numbers that others cannot guess, and the ports that were given out. */
  private static final class Secret {
    private long value;
    private int perturb;

    long value(NetNs net) {
      if (value == 0) {
        value =
            ((long) net.machine().randomBelow(Integer.MAX_VALUE) << 32)
                | net.machine().randomBelow(Integer.MAX_VALUE)
                | 1;
      }
      return value;
    }
  }

  private static long mix(long value) {
    long h = value * GOLDEN;
    h = (h ^ h >>> 29) * 0xbf58476d1ce4e5b9L;
    return h ^ h >>> 32;
  }

  private static long flowHash(TcpEndpoint end, boolean ports) {
    long secret = end.net.generic(SECRET).value(end.net);
    long own = end.isV6() ? Arrays.hashCode(end.saddr6) : end.saddr;
    long other = end.isV6() ? Arrays.hashCode(end.daddr6) : end.daddr;
    long h = mix(secret ^ ((own << 32) | (other & 0xffff_ffffL)));
    return ports ? mix(h ^ ((long) end.sport << 16 | end.dport)) : h;
  }

  /** What makes SYN cookies of a namespace. */
  static long cookieSecret(NetNs net) {
    return net.generic(SECRET).value(net);
  }

  /** {@code secure_tcp_seq}: the first sequence number, which rises by one each 64 ns. */
  static int initSeq(TcpEndpoint end) {
    return (int) flowHash(end, true) + (int) (end.net.machine().nowNs() >> 6);
  }

  /** {@code secure_tcp_ts_off}: where the clock of time stamps begins for a pair of addresses. */
  static int tsOffset(TcpEndpoint end) {
    return end.net.sysctl(Sysctl.IPV4_TCP_TIMESTAMPS) == 1 ? (int) (flowHash(end, false) >> 7) : 0;
  }

  /** {@code tcp_v4_connect}, {@code tcp_v6_connect}. */
  static int begin(Sk sk, SockAddr address, TcpFastOpenClient.@Nullable Request request) {
    return sk.isInet6() ? begin6(sk, address, request) : begin4(sk, address, request);
  }

  private static int begin4(Sk sk, SockAddr address, TcpFastOpenClient.@Nullable Request request) {
    if (address.length() < SockAddr.IN_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address.family() != Abi.AF_INET) {
      return Errno.EAFNOSUPPORT.negated();
    }
    return to4(sk, address.inAddr(), address.port(), request);
  }

  private static int to4(Sk sk, int wanted, int port, TcpFastOpenClient.@Nullable Request request) {
    InetOptions inet = InetOptions.of(sk);
    IpRoute.Result route = IpRoute.connect(sk.net(), wanted, inet.saddr(), sk.boundDevIf());
    if (route.errno() != 0) {
      if (route.errno() == Errno.ENETUNREACH.number()) {
        sk.net().addMib(Mib.IP_OUT_NO_ROUTES, 1);
      }
      return -route.errno();
    }
    if (route.type() != IpRoute.Type.LOCAL && route.type() != IpRoute.Type.UNICAST) {
      return Errno.ENETUNREACH.negated();
    }
    inet = InetOptions.forWrite(sk);
    int saddr = inet.saddr() != 0 ? inet.saddr() : route.saddr();
    inet.setSaddr(saddr);
    inet.setRcvSaddr(saddr);
    inet.setDaddr(route.daddr());
    if (sk.isInet6()) {
      Inet6Options inet6 = Inet6Options.forWrite(sk);
      inet6.setSaddr(Ipv6Address.mapped(saddr));
      inet6.setRcvSaddr(Ipv6Address.mapped(saddr));
      inet6.setDaddr(Ipv6Address.mapped(route.daddr()));
    }
    TcpSock tp = make(sk, request);
    tp.saddr = saddr;
    tp.daddr = route.daddr();
    tp.mappedDaddr = sk.isInet6() ? tp.daddr : 0;
    return start(sk, tp, port);
  }

  private static int begin6(Sk sk, SockAddr address, TcpFastOpenClient.@Nullable Request request) {
    if (address.length() < SockAddr.IN6_RFC2133_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address.family() != Abi.AF_INET6) {
      return Errno.EAFNOSUPPORT.negated();
    }
    byte[] daddr = Datagram6Connect.destination(sk, address);
    if (Ipv6Address.isMulticast(daddr)) {
      return Errno.ENETUNREACH.negated();
    }
    int oif = sk.boundDevIf();
    if (Ipv6Address.isLinkLocal(daddr)) {
      boolean scoped = address.length() >= SockAddr.IN6_BYTES && address.in6ScopeId() != 0;
      if (scoped && oif != 0 && oif != address.in6ScopeId()) {
        return Errno.EINVAL.negated();
      }
      oif = scoped ? address.in6ScopeId() : oif;
      sk.setBoundDevIf(oif);
      if (oif == 0) {
        return Errno.EINVAL.negated();
      }
    }
    Inet6Options inet6 = Inet6Options.of(sk);
    if (Ipv6Address.isV4Mapped(daddr)) {
      return inet6.has(Inet6Flag.V6ONLY)
          ? Errno.ENETUNREACH.negated()
          : to4(sk, Ipv6Address.mappedAddress(daddr), address.port(), request);
    }
    byte[] bound = Ipv6Address.isAny(inet6.rcvSaddr()) ? inet6.saddr() : inet6.rcvSaddr();
    Ip6Route.Result route = Ip6Route.lookup(sk.net(), daddr, bound, oif);
    if (route.errno() != 0) {
      return -route.errno();
    }
    inet6 = Inet6Options.forWrite(sk);
    byte[] saddr = Ipv6Address.isAny(bound) ? route.saddr() : bound;
    inet6.setSaddr(saddr);
    inet6.setRcvSaddr(saddr);
    inet6.setDaddr(daddr);
    InetOptions.forWrite(sk).setDaddr(0);
    TcpSock tp = make(sk, request);
    tp.saddr6 = saddr.clone();
    tp.daddr6 = daddr.clone();
    if (tp.mappedDaddr != 0) {
      tp.daddr = tp.mappedDaddr;
      tp.saddr = IpRoute.connect(sk.net(), tp.daddr, 0, sk.boundDevIf()).saddr();
    }
    return start(sk, tp, address.port());
  }

  private static TcpSock make(Sk sk, TcpFastOpenClient.@Nullable Request request) {
    TcpSock tp = new TcpSock(sk, TcpCongs.find(TcpOptions.of(sk).congestion));
    tp.boundDevIf = sk.boundDevIf();
    tp.fastopenReq = request;
    tp.rxOpt.userMss = TcpOptions.of(sk).userMss;
    tp.reordering = TcpOptions.of(sk).reordering;
    tp.rttMin.reset(tp.jiffies(), ~0);
    tp.initPingpong();
    TcpSock before = TcpSock.of(sk);
    if (before != null) {
      tp.keep(before);
      tp.writeSeq = before.writeSeq;
      tp.mappedDaddr = before.mappedDaddr;
    }
    return tp;
  }

  /** The rest, common to both families. */
  private static int start(Sk sk, TcpSock tp, int port) {
    sk.setDport(port);
    tp.dport = port;
    tp.rxOpt.mssClamp = tp.isV6() ? TcpListenRcv.MSS_CLAMP_V6 : TcpSock.MSS_DEFAULT;
    InetBinding binding = InetBinding.forWrite(sk);
    InetConnection before = binding.connection();
    binding.setConnection(tp);
    sk.setState(TcpState.SYN_SENT);
    int error = hashConnect(sk, tp);
    if (error == 0 && !TcpMss.route(tp)) {
      error = Errno.ENETUNREACH.negated();
    }
    if (error != 0) {
      tp.setState(TcpState.CLOSE);
      binding.setConnection(before);
      if (!sk.locked(Sk.SOCK_BINDADDR_LOCK)) {
        InetBind.resetSaddr(sk);
      }
      sk.setDport(0);
      return error;
    }
    TcpOptions options = TcpOptions.of(sk);
    if (options.repair) {
      tp.writeSeq = options.writeSeq;
    } else if (tp.writeSeq == 0) {
      tp.writeSeq = initSeq(tp);
    }
    tp.tsoffset = options.repair ? options.tsoffset : tsOffset(tp);
    InetOptions.forWrite(sk).setId(sk.net().machine().randomBelow(0x10000));
    if (TcpFastOpenClient.deferConnect(tp)) {
      return 0;
    }
    return TcpConnectOutput.connectNow(tp);
  }

  /** {@code inet_hash_connect}: a port, and a place in the table. */
  private static int hashConnect(Sk sk, TcpSock tp) {
    if (sk.num() != 0) {
      tp.sport = sk.num();
      if (!unique(tp, true)) {
        return Errno.EADDRNOTAVAIL.negated();
      }
      sk.setSport(sk.num());
      TcpLife.hash(tp);
      return 0;
    }
    NetNs net = sk.net();
    BindTable table = BindTable.of(net);
    LocalPorts ports = LocalPorts.of(sk);
    boolean own = InetOptions.of(sk).localPortRange() != 0;
    int step = own ? 1 : 2;
    int low = ports.low();
    int high = ports.high() + 1;
    int remaining = high - low;
    if (!own && remaining > 1) {
      remaining &= ~1;
    }
    Secret secret = net.generic(SECRET);
    long hash = mix(flowHash(tp, false) ^ tp.dport);
    int offset = (int) Long.remainderUnsigned(hash + secret.perturb, remaining);
    if (!own) {
      offset &= ~1;
    }
    for (int parity = 0; parity < (own || remaining <= 1 ? 1 : 2); parity++) {
      int port = low + offset + parity;
      for (int i = 0; i < remaining; i += step, port += step) {
        if (port >= high) {
          port -= remaining;
        }
        if (ports.isReserved(port) || !table.mayConnectFrom(port)) {
          continue;
        }
        tp.sport = port;
        if (unique(tp, false)) {
          table.connectFrom(sk, port);
          sk.setSport(port);
          TcpLife.hash(tp);
          secret.perturb += Math.max(i, net.machine().randomBelow(8) * step) + step;
          return 0;
        }
      }
    }
    tp.sport = 0;
    return Errno.EADDRNOTAVAIL.negated();
  }

  /** {@code __inet_check_established}: one in TIME_WAIT may make room. */
  private static boolean unique(TcpSock tp, boolean bound) {
    TcpHash hash = TcpHash.of(tp.net);
    TcpEndpoint other = existing(hash, tp);
    if (other == null) {
      return true;
    }
    if (!(other instanceof TcpTimeWait wait) || !wait.mayReuse(bound)) {
      return false;
    }
    tp.writeSeq = wait.newIsn();
    tp.rxOpt.tsRecent = wait.tsRecent();
    tp.rxOpt.tsRecentStamp = wait.tsRecentStamp();
    wait.kill();
    tp.net.addMib(Mib.TCP_TIME_WAIT_RECYCLED, 1);
    return true;
  }

  private static @Nullable TcpEndpoint existing(TcpHash hash, TcpSock tp) {
    return tp.isV6()
        ? hash.find6(tp.daddr6, tp.dport, tp.saddr6, tp.sport, tp.boundDevIf)
        : hash.find4(tp.daddr, tp.dport, tp.saddr, tp.sport, tp.boundDevIf);
  }
}
