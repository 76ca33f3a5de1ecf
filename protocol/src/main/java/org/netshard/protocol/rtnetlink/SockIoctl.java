package org.netshard.protocol.rtnetlink;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockTimestamping;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Requests of {@code ioctl} that a sock answers, but for those about its queues.
 *
 * <p><b>Source:</b> {@code net/socket.c}: {@code sock_ioctl}, {@code sock_do_ioctl}; {@code
 * net/core/sock.c}, {@code sock_gettstamp}; {@code inet_ioctl}, {@code inet6_ioctl}, {@code
 * packet_ioctl}, {@code unix_ioctl}, {@code raw_ioctl}.
 */
public final class SockIoctl {
  private static final int SIOCGSTAMP_OLD = 0x8906;
  private static final int SIOCGSTAMPNS_OLD = 0x8907;
  private static final int SOCK_IOC_TYPE = 0x89;
  private static final int NR_SIOCGSTAMP = 0x06;
  private static final int NR_SIOCGSTAMPNS = 0x07;
  private static final int SIOCGIFBR = 0x8940;
  private static final int SIOCSIFBR = 0x8941;
  private static final int SIOCBRADDBR = 0x89a0;
  private static final int SIOCBRDELBR = 0x89a1;
  private static final int SIOCGIFVLAN = 0x8982;
  private static final int SIOCSIFVLAN = 0x8983;
  private static final int SIOCPROTOPRIVATE = 0x89e0;
  private static final int SIOCDIFADDR = 0x8936;

  private SockIoctl() {}

  /**
   * Answers a request.
   *
   * @return 0 or {@code -errno}: ENOTTY for one that nobody knows
   */
  public static int perform(Sk sk, Cred cred, int request, UserMem arg) {
    if (request >= DevIoctl.SIOCDEVPRIVATE && request <= DevIoctl.SIOCDEVPRIVATE_LAST) {
      return DevIoctl.perform(sk.net(), cred, request, arg);
    }
    boolean timespec = (request & 0xffff) == (SOCK_IOC_TYPE << 8 | NR_SIOCGSTAMPNS);
    if (timespec || (request & 0xffff) == (SOCK_IOC_TYPE << 8 | NR_SIOCGSTAMP)) {
      boolean old = request == SIOCGSTAMP_OLD || request == SIOCGSTAMPNS_OLD;
      return old || request >>> 30 == 2 ? gettstamp(sk, arg, !timespec) : Errno.ENOTTY.negated();
    }
    return switch (request) {
      case SIOCGIFBR, SIOCSIFBR, SIOCBRADDBR, SIOCBRDELBR, SIOCGIFVLAN, SIOCSIFVLAN -> {
        sk.net().machine().leftOut("bridges and VLANs are not simulated: ENOPKG");
        yield Errno.ENOPKG.negated();
      }
      case DevIoctl.SIOCGIFCONF -> DevIoctl.ifconf(sk.net(), arg);
      default -> ofFamily(sk, cred, request, arg);
    };
  }

  private static int ofFamily(Sk sk, Cred cred, int request, UserMem arg) {
    int result =
        switch (sk.family()) {
          case Abi.AF_INET -> inet(sk, cred, request, arg);
          case Abi.AF_PACKET -> InetIoctl.perform(sk.net(), cred, request, arg);
          case Abi.AF_INET6 -> inet6(sk, request);
          case Abi.AF_UNIX -> request == SIOCPROTOPRIVATE ? unixFile(sk, cred) : InetIoctl.NOT_MINE;
          default -> InetIoctl.NOT_MINE;
        };
    if (result != InetIoctl.NOT_MINE) {
      return result;
    }
    return (request >>> 8 & 0xff) == SOCK_IOC_TYPE
        ? DevIoctl.perform(sk.net(), cred, request, arg)
        : Errno.ENOTTY.negated();
  }

  private static int inet(Sk sk, Cred cred, int request, UserMem arg) {
    if (request == InetIoctl.SIOCRTMSG) {
      return Errno.EINVAL.negated();
    }
    int result = InetIoctl.perform(sk.net(), cred, request, arg);
    return result == InetIoctl.NOT_MINE ? mroute(sk, request) : result;
  }

  /** Requests about multicast routing, of which there is none. */
  private static int mroute(Sk sk, int request) {
    boolean asks = request == SIOCPROTOPRIVATE || request == SIOCPROTOPRIVATE + 1;
    return asks && sk.type() == Abi.SOCK_RAW ? Errno.EINVAL.negated() : InetIoctl.NOT_MINE;
  }

  private static int inet6(Sk sk, int request) {
    return switch (request) {
      case InetIoctl.SIOCADDRT,
          InetIoctl.SIOCDELRT,
          InetIoctl.SIOCSIFADDR,
          InetIoctl.SIOCSIFDSTADDR,
          SIOCDIFADDR -> {
        sk.net().machine().leftOut("ioctl of IPv6 addresses is not simulated: EINVAL");
        yield Errno.EINVAL.negated();
      }
      default -> mroute(sk, request);
    };
  }

  /** {@code unix_open_file}: the file of a sock that is bound to a path. */
  private static int unixFile(Sk sk, Cred cred) {
    boolean admin = cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN);
    if (!admin) {
      return Errno.EPERM.negated();
    }
    // Only a sock that is bound to a path has a file; a descriptor for one is not simulated.
    return Errno.ENOENT.negated();
  }

  /** {@code sock->ops->gettstamp}, which not all families have. */
  private static int gettstamp(Sk sk, UserMem arg, boolean timeval) {
    boolean has = sk.isInet() || sk.family() == Abi.AF_PACKET;
    return has ? SockTimestamping.gettstamp(sk, arg, timeval) : Errno.ENOTTY.negated();
  }
}
