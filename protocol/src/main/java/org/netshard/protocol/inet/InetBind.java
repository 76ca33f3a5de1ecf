package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.inet6.Inet6Bind;

/**
 * Binding a sock to an IPv4 address and a port.
 *
 * <p><b>Source:</b> {@code net/ipv4/af_inet.c}, {@code inet_bind_sk}, {@code __inet_bind}; {@code
 * include/net/inet_sock.h}, {@code inet_addr_valid_or_nonlocal}.
 */
public final class InetBind {
  private InetBind() {}

  /**
   * {@code bind(2)}.
   *
   * <p><b>Errors</b>, in order: EINVAL for a short address, EAFNOSUPPORT (but AF_UNSPEC with {@code
   * 0.0.0.0} is fine), EADDRNOTAVAIL for a foreign address, EACCES for a privileged port, EINVAL
   * for a sock that has a port or is connected, EADDRINUSE.
   */
  public static int bind(Sk sk, InetPorts ports, Cred cred, SockAddr address) {
    if (sk.family() == Abi.AF_INET6) {
      return Inet6Bind.bind(sk, ports, cred, address);
    }
    if (address.length() < SockAddr.IN_BYTES) {
      return Errno.EINVAL.negated();
    }
    int addr = address.inAddr();
    if (!isInet(address)) {
      return Errno.EAFNOSUPPORT.negated();
    }
    IpRoute.Type type = IpRoute.addrType(sk.net(), addr);
    if (!validOrNonlocal(sk, addr, type)) {
      return Errno.EADDRNOTAVAIL.negated();
    }
    if (!LocalPorts.mayBind(sk.net(), cred, address.port())) {
      return Errno.EACCES.negated();
    }
    if (sk.state() != Sk.TCP_CLOSE || sk.num() != 0) {
      return Errno.EINVAL.negated();
    }
    setAddress(sk, addr, type);
    int error = getPort(sk, ports, address.port());
    if (error != 0) {
      resetSaddr(sk);
      return error;
    }
    finish(sk, address.port(), addr != InetAddress4.ANY);
    return 0;
  }

  /** Whether the family is AF_INET, or, as in old programs, none at all for any address. */
  public static boolean isInet(SockAddr address) {
    return address.family() == Abi.AF_INET
        || (address.family() == Abi.AF_UNSPEC && address.inAddr() == InetAddress4.ANY);
  }

  /** Binds to an address; packets to a group or a network are sent from that of the device. */
  public static void setAddress(Sk sk, int address, IpRoute.Type type) {
    InetOptions inet = InetOptions.forWrite(sk);
    inet.rcvSaddr = address;
    boolean device = type == IpRoute.Type.MULTICAST || type == IpRoute.Type.BROADCAST;
    inet.saddr = device ? 0 : address;
  }

  /** Takes a port, unless {@code IP_BIND_ADDRESS_NO_PORT} leaves that for later. */
  public static int getPort(Sk sk, InetPorts ports, int port) {
    boolean later = port == 0 && InetOptions.of(sk).has(InetFlag.BIND_ADDRESS_NO_PORT);
    return later ? 0 : ports.getPort(sk, port);
  }

  /** What a successful bind leaves: locks, the port in the name, and no peer. */
  public static void finish(Sk sk, int port, boolean addressLock) {
    if (addressLock) {
      sk.addUserlocks(Sk.SOCK_BINDADDR_LOCK);
    }
    if (port != 0) {
      sk.addUserlocks(Sk.SOCK_BINDPORT_LOCK);
    }
    sk.setSport(sk.num());
    sk.setDport(0);
    InetOptions.forWrite(sk).daddr = 0;
  }

  /** {@code inet_reset_saddr}: bound to no address. */
  public static void resetSaddr(Sk sk) {
    InetOptions inet = InetOptions.forWrite(sk);
    inet.rcvSaddr = 0;
    inet.saddr = 0;
    if (sk.family() == Abi.AF_INET6) {
      Inet6Bind.resetSaddr(sk);
    }
  }

  /** {@code inet_addr_valid_or_nonlocal}. */
  public static boolean validOrNonlocal(Sk sk, int address, IpRoute.Type type) {
    return address == InetAddress4.ANY || type != IpRoute.Type.UNICAST || canNonlocalBind(sk);
  }

  /** {@code inet_can_nonlocal_bind}. */
  public static boolean canNonlocalBind(Sk sk) {
    return nonlocal(sk, Sysctl.IPV4_IP_NONLOCAL_BIND);
  }

  /** Whether a sysctl or an option lets the sock bind to addresses that the namespace lacks. */
  public static boolean nonlocal(Sk sk, Sysctl sysctl) {
    NetNs net = sk.net();
    InetOptions inet = InetOptions.of(sk);
    return net.sysctl(sysctl) != 0 || inet.has(InetFlag.FREEBIND) || inet.has(InetFlag.TRANSPARENT);
  }
}
