package org.netshard.protocol.netlink;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Cred;

/**
 * Ports and groups of netlink socks.
 *
 * <p><b>Source:</b> {@code net/netlink/af_netlink.c}, {@code netlink_bind}, {@code
 * netlink_connect}, {@code netlink_autobind}, {@code netlink_insert}.
 */
final class NetlinkBind {
  /** Size of a {@code struct sockaddr_nl}, bytes: family, padding, port, groups. */
  static final int SOCKADDR_NL_BYTES = 12;

  private static final int PORTID_AT = 4;
  private static final int GROUPS_AT = 8;
  private static final int GROUPS = 32;
  private static final int GROUPS_MAX = 64;

  /** Ports that the kernel chooses are negative, below this. */
  private static final int ROVER_MAX = -4096;

  private NetlinkBind() {}

  /**
   * {@code bind(2)}: a port, the process's own for 0, and the first 32 groups.
   *
   * <p><b>Errors</b>, in order: EINVAL for a short address or another family, EPERM for groups that
   * the task may not join, EINVAL for another port than the sock has, EPERM for a guarded group,
   * EADDRINUSE.
   */
  static int bind(Sk sk, Caller caller, SockAddr address) {
    if (address.length() < SOCKADDR_NL_BYTES || address.family() != Abi.AF_NETLINK) {
      return Errno.EINVAL.negated();
    }
    int groups = address.getInt(GROUPS_AT);
    int portid = address.getInt(PORTID_AT);
    NetlinkOptions options = NetlinkOptions.forWrite(sk);
    if (groups != 0) {
      if (!NetlinkGroups.mayJoin(sk, caller.cred())) {
        return Errno.EPERM.negated();
      }
      options.groupCount = NetlinkGroups.count(sk.protocol());
    }
    if (options.groupCount < GROUPS_MAX) {
      groups &= (int) ((1L << options.groupCount) - 1);
    }
    if (options.bound && portid != options.portid) {
      return Errno.EINVAL.negated();
    }
    int error = join(sk, caller.cred(), groups);
    if (error == 0 && !options.bound) {
      error = portid != 0 ? insert(sk, portid) : autobind(sk, caller.pid());
    }
    if (error == 0) {
      options.groups = (options.groups & ~0xffffffffL) | Integer.toUnsignedLong(groups);
      NetlinkTable.of(sk.net()).updateMember(sk, options.groups);
    }
    return error;
  }

  private static int join(Sk sk, Cred cred, int groups) {
    for (int group = 0; group < GROUPS; group++) {
      int error = (groups & 1 << group) == 0 ? 0 : NetlinkGroups.bind(sk, cred, group + 1);
      if (error != 0) {
        return error;
      }
    }
    return 0;
  }

  /** EADDRINUSE; the name shows the port even so. */
  private static int insert(Sk sk, int portid) {
    NetlinkOptions options = NetlinkOptions.forWrite(sk);
    options.portid = portid;
    if (!NetlinkTable.of(sk.net()).insert(sk, portid)) {
      return Errno.EADDRINUSE.negated();
    }
    options.bound = true;
    return 0;
  }

  /** {@code netlink_autobind}: the port of the process, or a negative one if that is taken. */
  static int autobind(Sk sk, int pid) {
    NetlinkTable table = NetlinkTable.of(sk.net());
    int portid = pid;
    int rover = 0;
    while (table.find(sk.protocol(), portid) != null) {
      if (rover == 0) {
        rover = Integer.MIN_VALUE + sk.net().machine().randomBelow(ROVER_MAX - Integer.MIN_VALUE);
      } else if (rover >= ROVER_MAX) {
        rover = ROVER_MAX - 1;
      }
      portid = rover--;
    }
    return insert(sk, portid);
  }

  /**
   * {@code connect(2)}; AF_UNSPEC takes the peer away.
   *
   * <p><b>Errors</b>, in order: EINVAL for no family, for another one and for a short address,
   * EPERM for anybody but the kernel without CAP_NET_ADMIN, those of a port of its own.
   */
  static int connect(Sk sk, Caller caller, SockAddr address) {
    if (address.length() < SockAddr.FAMILY_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address.family() == Abi.AF_UNSPEC) {
      setPeer(sk, 0, 0, 0);
      return 0;
    }
    if (address.family() != Abi.AF_NETLINK || address.length() < SOCKADDR_NL_BYTES) {
      return Errno.EINVAL.negated();
    }
    int groups = address.getInt(GROUPS_AT);
    int portid = address.getInt(PORTID_AT);
    if ((groups | portid) != 0 && !NetlinkGroups.maySend(sk, caller.cred())) {
      return Errno.EPERM.negated();
    }
    int error = NetlinkOptions.of(sk).bound ? 0 : autobind(sk, caller.pid());
    if (error == 0) {
      int first = groups == 0 ? 0 : Integer.numberOfTrailingZeros(groups) + 1;
      setPeer(sk, 1, portid, first);
    }
    return error;
  }

  private static void setPeer(Sk sk, int state, int portid, int group) {
    sk.setState(state);
    NetlinkOptions options = NetlinkOptions.forWrite(sk);
    options.dstPortid = portid;
    options.dstGroup = group;
  }
}
