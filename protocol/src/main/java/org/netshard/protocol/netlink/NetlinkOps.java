package org.netshard.protocol.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.NetlinkOption;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
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
  private final NetlinkKernels kernels;

  /**
   * The calls of netlink socks.
   *
   * @param kernels finds the kernel's end of a protocol
   */
  public NetlinkOps(NetlinkKernels kernels) {
    this.kernels = kernels;
  }

  @Override
  public int init(Sk sk, Cred cred) {
    sk.setTransport(NetlinkOptions.DEFAULTS);
    sk.net().addProtoInuse(sk.proto(), 1);
    return 0;
  }

  @Override
  public void destroy(Sk sk) {
    NetlinkTable.remove(sk);
    sk.net().addProtoInuse(sk.proto(), -1);
  }

  /** {@code netlink_sock_destruct}. */
  @Override
  public void destruct(Sk sk) {
    NetlinkData.purge(sk);
  }

  /** {@code netlink_release} leaves it to {@code call_rcu}. */
  @Override
  public boolean isUsedUntilFreed() {
    return true;
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
    NetlinkTable.of(sk.net()).updateMember(sk, options.groups);
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
  public int bind(Sk sk, Caller caller, SockAddr address) {
    return NetlinkBind.bind(sk, caller, address);
  }

  @Override
  public int connect(Sk sk, Caller caller, SockAddr address) {
    return NetlinkBind.connect(sk, caller, address);
  }

  @Override
  public boolean movesData(Sk sk) {
    return true;
  }

  @Override
  public int sendmsg(Sk sk, Caller caller, Msg msg) {
    return NetlinkData.send(kernels, sk, caller, msg);
  }

  @Override
  public int recvmsg(Sk sk, Caller caller, Msg msg) {
    return NetlinkData.receive(sk, caller, msg);
  }

  @Override
  public int poll(Sk sk) {
    return NetlinkData.poll(sk);
  }

  /** A netlink sock always has a peer: the kernel, until it is connected to another. */
  @Override
  public int getname(Sk sk, byte[] address, int which) {
    NetlinkOptions options = NetlinkOptions.of(sk);
    boolean own = which == SockNames.OWN;
    int mask = options.dstGroup == 0 ? 0 : 1 << (options.dstGroup - 1);
    ByteBuffer out = ByteBuffer.wrap(address).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort((short) Abi.AF_NETLINK).putShort((short) 0);
    out.putInt(own ? options.portid : options.dstPortid);
    out.putInt(own ? (int) options.groups : mask);
    return NetlinkBind.SOCKADDR_NL_BYTES;
  }
}
