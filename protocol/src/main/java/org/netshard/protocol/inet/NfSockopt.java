package org.netshard.protocol.inet;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * The options that netfilter adds: those of iptables, arptables, ip6tables and ipset.
 *
 * <p><b>Source:</b> {@code net/netfilter/nf_sockopt.c}; {@code net/ipv4/netfilter/ip_tables.c},
 * {@code do_ipt_set_ctl}, {@code do_ipt_get_ctl}; {@code net/netfilter/ipset/ip_set_core.c}, {@code
 * ip_set_sockfn_get}.
 *
 * <p><b>Differs from Linux:</b> there are no tables and no extensions: a call whose form is right
 * gets ENOENT.
 */
public final class NfSockopt {
  private static final int REPLACE_BYTES = 96;
  private static final int COUNTERS_INFO_BYTES = 40;
  private static final int GETINFO_BYTES = 84;
  private static final int GET_ENTRIES_BYTES = 40;
  private static final int GET_REVISION_BYTES = 30;
  private static final int SOCKADDR_IN_BYTES = 16;
  private static final int SOCKADDR_IN6_BYTES = 28;
  private static final int SET_COUNT = 2;
  private static final int GET_COUNT = 4;

  /** Distance from the base to {@code IP6T_SO_GET_REVISION_MATCH}. */
  private static final int IP6T_REVISION = 4;

  private static final int IP_SET_OP_VERSION = 0x100;
  private static final int IP_SET_OP_GET_BYNAME = 6;
  private static final int IP_SET_OP_GET_BYINDEX = 7;
  private static final int IP_SET_OP_GET_FNAME = 8;
  private static final int IP_SET_VERSION_BYTES = 8;
  private static final int IP_SET_GET_BYTES = 40;
  private static final int IP_SET_GET_FNAME_BYTES = 44;
  private static final int IP_SET_MAX = 256;
  private static final int IPSET_PROTOCOL_MIN = 6;
  private static final int IPSET_PROTOCOL = 7;

  private NfSockopt() {}

  /**
   * {@code nf_setsockopt}.
   *
   * <p><b>Errors</b>, in order: ENOPROTOOPT, EPERM without CAP_NET_ADMIN, EINVAL for a wrong
   * length, EFAULT, EINVAL, ENOENT.
   */
  public static int set(Sk sk, Cred cred, int pf, int optname, UserMem optval, int optlen) {
    int control = setControl(pf, optname);
    if (control < 0) {
      return Errno.ENOPROTOOPT.negated();
    }
    if (!mayAdmin(sk, cred)) {
      return Errno.EPERM.negated();
    }
    int bytes = control == 0 ? REPLACE_BYTES : COUNTERS_INFO_BYTES;
    if (optlen < bytes || (control == 1 && optlen == bytes)) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, bytes)) {
      return Errno.EFAULT.negated();
    }
    if (control == 0) {
      boolean counters = optval.getInt(84) != 0;
      return (counters ? Errno.ENOENT : Errno.EINVAL).negated();
    }
    long expected = COUNTERS_INFO_BYTES + 16L * Integer.toUnsignedLong(optval.getInt(32));
    return (optlen == expected ? Errno.ENOENT : Errno.EINVAL).negated();
  }

  private static int setControl(int pf, int optname) {
    int control = optname - IpOption.IPT_BASE_CTL;
    if (pf == Abi.AF_INET && control >= IpOption.ARPT_BASE_CTL - IpOption.IPT_BASE_CTL) {
      control = optname - IpOption.ARPT_BASE_CTL;
    }
    return control >= 0 && control < SET_COUNT ? control : -1;
  }

  /**
   * {@code nf_getsockopt}; the length is known to be readable.
   *
   * <p><b>Errors</b>, in order: ENOPROTOOPT, EPERM without CAP_NET_ADMIN, EINVAL for a wrong
   * length, EFAULT, ENOENT; of ipset EBADMSG for an unknown request.
   */
  public static int get(Cred cred, Sk sk, int pf, int optname, UserMem optval, UserMem optlen) {
    if (pf == Abi.AF_INET && optname == IpOption.SO_IP_SET) {
      return getIpSet(sk, cred, optval, optlen);
    }
    if (optname == IpOption.SO_ORIGINAL_DST) {
      return getOriginalDst(sk, pf, optlen.getInt(0));
    }
    int bytes = getBytes(pf, optname);
    if (bytes < 0) {
      return Errno.ENOPROTOOPT.negated();
    }
    if (!mayAdmin(sk, cred)) {
      return Errno.EPERM.negated();
    }
    int len = optlen.getInt(0);
    boolean fits =
        bytes == GET_ENTRIES_BYTES ? Integer.compareUnsigned(len, bytes) >= 0 : len == bytes;
    if (!fits) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, bytes)) {
      return Errno.EFAULT.negated();
    }
    if (bytes == GET_ENTRIES_BYTES
        && len != GET_ENTRIES_BYTES + Integer.toUnsignedLong(optval.getInt(32))) {
      return Errno.EINVAL.negated();
    }
    return Errno.ENOENT.negated();
  }

  /** The size of what a request reads, or -1 if there is no such request. */
  private static int getBytes(int pf, int optname) {
    int control = optname - IpOption.IPT_BASE_CTL;
    if (pf == Abi.AF_INET6) {
      if (control == IP6T_REVISION || control == IP6T_REVISION + 1) {
        return GET_REVISION_BYTES;
      }
      return control == 0 ? GETINFO_BYTES : control == 1 ? GET_ENTRIES_BYTES : -1;
    }
    boolean arp = optname >= IpOption.ARPT_BASE_CTL;
    if (arp) {
      control = optname - IpOption.ARPT_BASE_CTL;
    }
    if (control < 0 || control >= GET_COUNT) {
      return -1;
    }
    return control == 0 ? GETINFO_BYTES : control == 1 ? GET_ENTRIES_BYTES : GET_REVISION_BYTES;
  }

  /**
   * {@code getorigdst}, {@code ipv6_getorigdst}: ENOPROTOOPT but for TCP, EINVAL, ENOENT since no
   * connection was redirected.
   */
  private static int getOriginalDst(Sk sk, int pf, int len) {
    if (sk.protocol() != Abi.IPPROTO_TCP) {
      return Errno.ENOPROTOOPT.negated();
    }
    int bytes = pf == Abi.AF_INET6 ? SOCKADDR_IN6_BYTES : SOCKADDR_IN_BYTES;
    return (len < bytes ? Errno.EINVAL : Errno.ENOENT).negated();
  }

  private static int getIpSet(Sk sk, Cred cred, UserMem optval, UserMem optlen) {
    if (!mayAdmin(sk, cred)) {
      return Errno.EPERM.negated();
    }
    int len = optlen.getInt(0);
    if (len < Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, len)) {
      return Errno.EFAULT.negated();
    }
    int op = optval.getInt(0);
    if (Integer.compareUnsigned(op, IP_SET_OP_VERSION) < 0) {
      if (len < IP_SET_VERSION_BYTES) {
        return Errno.EINVAL.negated();
      }
      if (Integer.compareUnsigned(optval.getInt(4), IPSET_PROTOCOL_MIN) < 0) {
        return Errno.EPROTO.negated();
      }
    }
    return answerIpSet(op, optval, len);
  }

  /** What ipset says while there are no sets. */
  private static int answerIpSet(int op, UserMem optval, int len) {
    int bytes =
        switch (op) {
          case IP_SET_OP_VERSION -> IP_SET_VERSION_BYTES;
          case IP_SET_OP_GET_BYNAME, IP_SET_OP_GET_BYINDEX -> IP_SET_GET_BYTES;
          case IP_SET_OP_GET_FNAME -> IP_SET_GET_FNAME_BYTES;
          default -> -1;
        };
    if (bytes < 0) {
      return Errno.EBADMSG.negated();
    }
    if (len != bytes) {
      return Errno.EINVAL.negated();
    }
    switch (op) {
      case IP_SET_OP_VERSION -> optval.putInt(4, IPSET_PROTOCOL);
      case IP_SET_OP_GET_BYNAME -> putInvalidId(optval, 8);
      case IP_SET_OP_GET_FNAME -> putInvalidId(optval, 12);
      default -> {
        if (optval.getShort(8) >= IP_SET_MAX) {
          return Errno.EINVAL.negated();
        }
        optval.putByte(8, 0);
      }
    }
    return 0;
  }

  /** {@code IPSET_INVALID_ID}. */
  private static void putInvalidId(UserMem mem, int at) {
    mem.putByte(at, 0xff);
    mem.putByte(at + 1, 0xff);
  }

  private static boolean mayAdmin(Sk sk, Cred cred) {
    return cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN);
  }
}
