package org.netshard.protocol.inet6;

import java.util.Arrays;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Flow labels that a sock holds: {@code IPV6_FLOWLABEL_MGR}.
 *
 * <p><b>Source:</b> {@code net/ipv6/ip6_flowlabel.c}, {@code ipv6_flowlabel_opt}, {@code
 * ipv6_flowlabel_opt_get}.
 *
 * <p><b>Differs from Linux:</b> each sock has its labels to itself: no label of another sock is
 * found, shared or refused, and none lingers. A label that the kernel is to choose is the lowest
 * that the sock does not hold, not a random one. Options that follow the request are ignored.
 */
final class FlowLabels {
  private static final int REQ_BYTES = 32;
  private static final int IPV6_FL_A_GET = 0;
  private static final int IPV6_FL_A_PUT = 1;
  private static final int IPV6_FL_A_RENEW = 2;
  private static final int IPV6_FL_F_CREATE = 1;
  private static final int IPV6_FL_F_EXCL = 2;
  private static final int IPV6_FL_F_REFLECT = 4;
  private static final int IPV6_FL_F_REMOTE = 8;
  private static final int IPV6_FL_S_ANY = 255;
  private static final int IPV6_FL_S_USER = 3;
  private static final int LABEL_MAX = 0xfffff;
  private static final int FL_MAX_LINGER_SEC = 150;
  private static final int FL_MAX_PER_SOCK = 32;

  private FlowLabels() {}

  /** EINVAL below 32 bytes, EFAULT, then those of the action. */
  static int setsockopt(Sk sk, Cred cred, UserMem optval, int optlen) {
    if (optlen < REQ_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, REQ_BYTES)) {
      return Errno.EFAULT.negated();
    }
    int label = Integer.reverseBytes(optval.getInt(16));
    return switch (optval.getByte(20)) {
      case IPV6_FL_A_PUT -> put(sk, label, optval.getShort(22));
      case IPV6_FL_A_RENEW ->
          holds(sk, label) ? checkLinger(sk, cred, optval) : Errno.ESRCH.negated();
      case IPV6_FL_A_GET -> get(sk, cred, label, optval);
      default -> Errno.EINVAL.negated();
    };
  }

  private static boolean holds(Sk sk, int label) {
    for (int held : Inet6Options.of(sk).flowLabels) {
      if (held == label) {
        return true;
      }
    }
    return false;
  }

  private static int checkReflect(Sk sk) {
    return sk.protocol() == Abi.IPPROTO_TCP ? 0 : Errno.ENOPROTOOPT.negated();
  }

  private static int put(Sk sk, int label, int flags) {
    Inet6Options inet6 = Inet6Options.of(sk);
    if ((flags & IPV6_FL_F_REFLECT) != 0) {
      int error = checkReflect(sk);
      if (error != 0) {
        return error;
      }
      if (!inet6.has(Inet6Flag.REPFLOW)) {
        return Errno.ESRCH.negated();
      }
      Inet6Options.forWrite(sk).set(Inet6Flag.REPFLOW, false);
      return 0;
    }
    if (!holds(sk, label)) {
      return Errno.ESRCH.negated();
    }
    Inet6Options.forWrite(sk).flowLabels =
        Arrays.stream(inet6.flowLabels).filter(held -> held != label).toArray();
    return 0;
  }

  /** A label that outlives its sock for long is for CAP_NET_ADMIN. */
  private static int checkLinger(Sk sk, Cred cred, UserMem optval) {
    boolean isLong =
        optval.getShort(24) > FL_MAX_LINGER_SEC || optval.getShort(26) > FL_MAX_LINGER_SEC;
    boolean may = !isLong || cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN);
    return may ? 0 : Errno.EPERM.negated();
  }

  private static int get(Sk sk, Cred cred, int label, UserMem optval) {
    int flags = optval.getShort(22);
    if ((flags & IPV6_FL_F_REFLECT) != 0) {
      // net.ipv6.flowlabel_consistency is on by default, and labels of others contradict it.
      return Errno.EPERM.negated();
    }
    if ((label & ~LABEL_MAX) != 0) {
      return Errno.EINVAL.negated();
    }
    int error = checkLinger(sk, cred, optval);
    if (error != 0) {
      return error;
    }
    byte[] dst = optval.get(0, Ipv6Address.BYTES);
    int share = optval.getByte(21);
    boolean shareKnown = (share >= 1 && share <= IPV6_FL_S_USER) || share == IPV6_FL_S_ANY;
    if (Ipv6Address.isV4Mapped(dst) || Ipv6Address.isAny(dst) || !shareKnown) {
      return Errno.EINVAL.negated();
    }
    int[] held = Inet6Options.of(sk).flowLabels;
    if (label != 0 && holds(sk, label)) {
      return (flags & IPV6_FL_F_EXCL) != 0 ? Errno.EEXIST.negated() : 0;
    }
    if (label != 0 && (flags & IPV6_FL_F_CREATE) == 0) {
      return Errno.ENOENT.negated();
    }
    if (held.length >= FL_MAX_PER_SOCK) {
      return Errno.ENOBUFS.negated();
    }
    int chosen = label;
    while (chosen == 0 || (label == 0 && holds(sk, chosen))) {
      chosen++;
    }
    if (label == 0) {
      optval.putInt(16, Integer.reverseBytes(chosen));
    }
    int[] more = Arrays.copyOf(held, held.length + 1);
    more[held.length] = chosen;
    Inet6Options.forWrite(sk).flowLabels = more;
    return 0;
  }

  /** EINVAL below 32 bytes, EFAULT, EINVAL for another action than to ask, ESRCH, ENOENT. */
  static int getsockopt(Sk sk, UserMem optval, UserMem optlen, int len) {
    if (Integer.compareUnsigned(len, REQ_BYTES) < 0) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, REQ_BYTES)) {
      return Errno.EFAULT.negated();
    }
    if (optval.getByte(20) != IPV6_FL_A_GET) {
      return Errno.EINVAL.negated();
    }
    if ((optval.getShort(22) & IPV6_FL_F_REMOTE) == 0) {
      boolean repflow = Inet6Options.of(sk).has(Inet6Flag.REPFLOW);
      if (!repflow) {
        return Errno.ENOENT.negated();
      }
    }
    int error = SocketOptions.putLen(optlen, REQ_BYTES);
    if (error == 0) {
      optval.put(0, new byte[REQ_BYTES], REQ_BYTES);
    }
    return error;
  }
}
