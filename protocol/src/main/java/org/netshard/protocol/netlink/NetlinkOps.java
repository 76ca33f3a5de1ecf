package org.netshard.protocol.netlink;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.NetlinkOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * The calls of netlink sockets.
 *
 * <p><b>Source:</b> {@code net/netlink/af_netlink.c}, {@code netlink_setsockopt}, {@code
 * netlink_getsockopt}, {@code netlink_getname}.
 */
public final class NetlinkOps implements SockOps {
  /** The one object of this kind, which has no state. */
  public static final NetlinkOps INSTANCE = new NetlinkOps();

  /** Size of a {@code struct sockaddr_nl}, bytes: family, padding, port, groups. */
  private static final int SOCKADDR_NL_BYTES = 12;

  private NetlinkOps() {}

  @Override
  public int init(Sk sk, Cred cred) {
    sk.setTransport(NetlinkOptions.DEFAULTS);
    sk.net().addProtoInuse(sk.proto(), 1);
    return 0;
  }

  @Override
  public void destroy(Sk sk) {
    sk.net().addProtoInuse(sk.proto(), -1);
  }

  /**
   * {@code netlink_setsockopt}: what is shorter than a number counts as 0.
   *
   * <p><b>Errors</b>, in order: ENOPROTOOPT for a foreign level, EFAULT, ENOPROTOOPT for an unknown
   * option; for a membership EPERM, EINVAL for no such group, EPERM for a guarded group; EPERM
   * without CAP_NET_BROADCAST for {@code NETLINK_LISTEN_ALL_NSID}.
   */
  @Override
  public int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    if (level != Abi.SOL_NETLINK) {
      return Errno.ENOPROTOOPT.negated();
    }
    int val = 0;
    if (optlen >= Integer.BYTES) {
      if (!optval.accessible(0, Integer.BYTES)) {
        return Errno.EFAULT.negated();
      }
      val = optval.getInt(0);
    }
    switch (optname) {
      case NetlinkOption.NETLINK_ADD_MEMBERSHIP, NetlinkOption.NETLINK_DROP_MEMBERSHIP -> {
        return setMembership(sk, cred, val, optname == NetlinkOption.NETLINK_ADD_MEMBERSHIP);
      }
      case NetlinkOption.NETLINK_LISTEN_ALL_NSID -> {
        if (!cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_BROADCAST)) {
          return Errno.EPERM.negated();
        }
      }
      default -> {
        if (!isFlag(optname)) {
          return Errno.ENOPROTOOPT.negated();
        }
      }
    }
    NetlinkOptions options = NetlinkOptions.forWrite(sk);
    options.flags = val != 0 ? options.flags | 1 << optname : options.flags & ~(1 << optname);
    return 0;
  }

  private static int setMembership(Sk sk, Cred cred, int group, boolean join) {
    if (!NetlinkGroups.mayJoin(sk, cred)) {
      return Errno.EPERM.negated();
    }
    NetlinkOptions options = NetlinkOptions.forWrite(sk);
    options.groupCount = NetlinkGroups.count(sk.protocol());
    if (group <= 0 || group > options.groupCount) {
      return Errno.EINVAL.negated();
    }
    if (join) {
      int error = NetlinkGroups.bind(sk, cred, group);
      if (error != 0) {
        return error;
      }
    }
    long bit = 1L << (group - 1);
    options.groups = join ? options.groups | bit : options.groups & ~bit;
    return 0;
  }

  private static boolean isFlag(int optname) {
    return switch (optname) {
      case NetlinkOption.NETLINK_PKTINFO,
          NetlinkOption.NETLINK_BROADCAST_ERROR,
          NetlinkOption.NETLINK_NO_ENOBUFS,
          NetlinkOption.NETLINK_LISTEN_ALL_NSID,
          NetlinkOption.NETLINK_CAP_ACK,
          NetlinkOption.NETLINK_EXT_ACK,
          NetlinkOption.NETLINK_GET_STRICT_CHK ->
          true;
      default -> false;
    };
  }

  /**
   * {@code netlink_getsockopt}.
   *
   * <p><b>Errors</b>, in order: ENOPROTOOPT for a foreign level, EFAULT if the length cannot be
   * read, EINVAL if it is negative, ENOPROTOOPT for an unknown option, EINVAL for less room than a
   * number, EFAULT after the length was written.
   */
  @Override
  public int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    if (level != Abi.SOL_NETLINK) {
      return Errno.ENOPROTOOPT.negated();
    }
    if (!optlen.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int len = optlen.getInt(0);
    if (len < 0) {
      return Errno.EINVAL.negated();
    }
    NetlinkOptions options = NetlinkOptions.of(sk);
    if (optname == NetlinkOption.NETLINK_LIST_MEMBERSHIPS) {
      return listMemberships(options, optval, optlen, len);
    }
    if (!isFlag(optname)) {
      return Errno.ENOPROTOOPT.negated();
    }
    if (len < Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    optlen.putInt(0, Integer.BYTES);
    return SocketOptions.putInt(optval, optlen, Integer.BYTES, options.flags >>> optname & 1);
  }

  /** The groups, 32 to a number, as many numbers as there is room for; the length is of all. */
  private static int listMemberships(
      NetlinkOptions options, UserMem optval, UserMem optlen, int len) {
    int error = 0;
    int size = (options.groupCount + 31) / 32 * Integer.BYTES;
    for (int pos = 0; pos < size && len - pos >= Integer.BYTES; pos += Integer.BYTES) {
      if (!optval.accessible(pos, Integer.BYTES)) {
        error = Errno.EFAULT.negated();
        break;
      }
      optval.putInt(pos, (int) (options.groups >>> (8 * pos)));
    }
    int lenError = SocketOptions.putLen(optlen, size);
    return lenError != 0 ? lenError : error;
  }

  @Override
  public int getsockname(Sk sk, UserMem addr, UserMem addrlen) {
    byte[] address = new byte[SOCKADDR_NL_BYTES];
    address[0] = Abi.AF_NETLINK;
    long groups = NetlinkOptions.of(sk).groups;
    for (int i = 0; i < Integer.BYTES; i++) {
      address[8 + i] = (byte) (groups >>> (8 * i));
    }
    return SocketOptions.moveAddrToUser(address, SOCKADDR_NL_BYTES, addr, addrlen);
  }

  /** A netlink sock always has a peer: the kernel, until it is connected to another. */
  @Override
  public int getpeername(Sk sk, byte[] address) {
    address[0] = Abi.AF_NETLINK;
    return SOCKADDR_NL_BYTES;
  }
}
