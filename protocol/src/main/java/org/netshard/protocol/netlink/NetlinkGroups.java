package org.netshard.protocol.netlink;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/**
 * The multicast groups of each netlink protocol: how many there are and who may join them.
 *
 * <p><b>Source:</b> {@code net/netlink/af_netlink.c}, {@code struct netlink_table}, {@code
 * netlink_allowed}; {@code rtnetlink_bind}, {@code cn_bind}, {@code audit_multicast_bind}, {@code
 * genl_bind}. The numbers of groups were read off Linux 6.18.44.
 */
final class NetlinkGroups {
  private static final int NETLINK_ROUTE = 0;
  private static final int NETLINK_USERSOCK = 2;
  private static final int NETLINK_SOCK_DIAG = 4;
  private static final int NETLINK_SELINUX = 7;
  private static final int NETLINK_AUDIT = 9;
  private static final int NETLINK_CONNECTOR = 11;
  private static final int NETLINK_KOBJECT_UEVENT = 15;
  private static final int NETLINK_GENERIC = 16;

  private static final int GROUP_COUNT_MIN = 32;
  private static final int RTNLGRP_MAX = 39;
  private static final int RTNLGRP_IPV4_MROUTE_R = 30;
  private static final int RTNLGRP_IPV6_MROUTE_R = 31;
  private static final int GENL_GROUP_COUNT = 64;

  /** Groups of generic netlink whose families marked them {@code GENL_MCAST_CAP_NET_ADMIN}. */
  private static final int GENL_ADMIN_GROUP_FIRST = 9;

  private static final int GENL_ADMIN_GROUP_LAST = 10;

  private NetlinkGroups() {}

  /** How many groups a protocol has, numbered from 1. */
  static int count(int protocol) {
    return switch (protocol) {
      case NETLINK_ROUTE -> RTNLGRP_MAX;
      case NETLINK_GENERIC -> GENL_GROUP_COUNT;
      default -> GROUP_COUNT_MIN;
    };
  }

  /** {@code netlink_allowed} with {@code NL_CFG_F_NONROOT_RECV}: whether this task may join any. */
  static boolean mayJoin(Sk sk, Cred cred) {
    return switch (sk.protocol()) {
      case NETLINK_ROUTE,
          NETLINK_SOCK_DIAG,
          NETLINK_SELINUX,
          NETLINK_AUDIT,
          NETLINK_CONNECTOR,
          NETLINK_KOBJECT_UEVENT,
          NETLINK_GENERIC ->
          true;
      default -> isAdmin(sk, cred);
    };
  }

  /**
   * {@code netlink_allowed} with {@code NL_CFG_F_NONROOT_SEND}: whether a task may send anywhere.
   */
  static boolean maySend(Sk sk, Cred cred) {
    return sk.protocol() == NETLINK_USERSOCK || isAdmin(sk, cred);
  }

  /** What the protocol says to a new member of one of its groups ({@code netlink_bind}). */
  static int bind(Sk sk, Cred cred, int group) {
    boolean allowed =
        switch (sk.protocol()) {
          case NETLINK_ROUTE ->
              (group != RTNLGRP_IPV4_MROUTE_R && group != RTNLGRP_IPV6_MROUTE_R)
                  || isAdmin(sk, cred);
          case NETLINK_AUDIT -> cred.nsCapable(initial(cred), Capability.CAP_AUDIT_READ);
          case NETLINK_CONNECTOR -> (group & 1) != 0 || isAdmin(sk, cred);
          case NETLINK_GENERIC ->
              group < GENL_ADMIN_GROUP_FIRST || group > GENL_ADMIN_GROUP_LAST || isAdmin(sk, cred);
          default -> true;
        };
    return allowed ? 0 : Errno.EPERM.negated();
  }

  private static boolean isAdmin(Sk sk, Cred cred) {
    return cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN);
  }

  private static UserNamespace initial(Cred cred) {
    UserNamespace ns = cred.userNs();
    for (var up = ns.parent(); up != null; up = ns.parent()) {
      ns = up;
    }
    return ns;
  }
}
