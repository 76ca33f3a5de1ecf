package org.netshard.protocol.inet6;

import java.util.Arrays;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Flow labels that a sock holds: {@code IPV6_FLOWLABEL_MGR}.
 *
 * <p><b>Source:</b> {@code net/ipv6/ip6_flowlabel.c}, {@code ipv6_flowlabel_opt}, {@code
 * ipv6_flowlabel_opt_get}.
 *
 * <p><b>Differs from Linux:</b> a label for one process is for all processes.
 */
public final class FlowLabels {
  private static final int REQ_BYTES = 32;
  private static final int OPTIONS_BYTES_MAX = 64 * 1024;
  private static final int IPV6_FL_A_GET = 0;
  private static final int IPV6_FL_A_PUT = 1;
  private static final int IPV6_FL_A_RENEW = 2;
  private static final int IPV6_FL_F_CREATE = 1;
  private static final int IPV6_FL_F_EXCL = 2;
  private static final int IPV6_FL_F_REFLECT = 4;
  private static final int IPV6_FL_F_REMOTE = 8;
  private static final int IPV6_FL_S_NONE = 0;
  private static final int LABEL_MAX = 0xfffff;
  private static final int STATELESS_FLAG = 0x80000;
  private static final int FL_MIN_LINGER_SEC = 6;
  private static final int FL_MAX_LINGER_SEC = 150;
  private static final int FL_MAX_PER_SOCK = 32;
  private static final int FL_MAX_SIZE = 4096;

  private FlowLabels() {}

  /**
   * The text of {@code /proc/net/ip6_flowlabel}, labels in the order of their numbers.
   *
   * <p><b>Differs from Linux:</b> of a label that a process has for itself, its number is told as
   * 0.
   */
  public static String text(NetNs net) {
    return "Label S Owner  Users  Linger Expires  Dst                              Opt\n"
        + FlowLabelTable.of(net).text(net.machine().nowNs());
  }

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
      case IPV6_FL_A_RENEW -> renew(sk, cred, label, optval);
      case IPV6_FL_A_GET -> get(sk, cred, label, optval, optlen);
      default -> Errno.EINVAL.negated();
    };
  }

  /** Gives back all labels of a sock that ends ({@code fl6_free_socklist}). */
  static void freeAll(Sk sk) {
    long nowNs = sk.net().machine().nowNs();
    for (int number : Inet6Options.of(sk).flowLabels) {
      FlowLabelTable table = FlowLabelTable.of(sk);
      if (sk.isTcp()) {
        held(table, number).release(nowNs);
      } else {
        table.releaseLater(held(table, number), nowNs);
      }
    }
  }

  private static FlowLabel held(FlowLabelTable table, int number) {
    FlowLabel label = table.find(number);
    if (label == null) {
      throw new IllegalStateException("flow label " + number + " is held and not there");
    }
    return label;
  }

  private static boolean holds(Sk sk, int label) {
    for (int held : Inet6Options.of(sk).flowLabels) {
      if (held == label) {
        return true;
      }
    }
    return false;
  }

  /** ESRCH for a label that the sock does not hold. */
  private static int put(Sk sk, int label, int flags) {
    Inet6Options inet6 = Inet6Options.of(sk);
    if ((flags & IPV6_FL_F_REFLECT) != 0) {
      if (sk.protocol() != Abi.IPPROTO_TCP) {
        return Errno.ENOPROTOOPT.negated();
      }
      if (!inet6.has(Inet6Flag.REPFLOW)) {
        return Errno.ESRCH.negated();
      }
      Inet6Options.forWrite(sk).set(Inet6Flag.REPFLOW, false);
      return 0;
    }
    int[] held = inet6.flowLabels;
    for (int i = held.length - 1; i >= 0; i--) {
      if (held[i] == label) {
        int[] rest = Arrays.copyOf(held, held.length - 1);
        System.arraycopy(held, i + 1, rest, i, rest.length - i);
        Inet6Options.forWrite(sk).flowLabels = rest;
        held(FlowLabelTable.of(sk), label).release(sk.net().machine().nowNs());
        return 0;
      }
    }
    return Errno.ESRCH.negated();
  }

  /** {@code check_linger}: at least 6 seconds; above 150 only for CAP_NET_ADMIN, else -1. */
  private static long linger(Cred cred, int seconds) {
    boolean may = seconds <= FL_MAX_LINGER_SEC || cred.capable(Capability.CAP_NET_ADMIN);
    return may ? Math.max(seconds, FL_MIN_LINGER_SEC) : -1;
  }

  private static int renew(Sk sk, Cred cred, FlowLabel label, UserMem req) {
    long lingerSec = linger(cred, req.getShort(26));
    long expiresSec = linger(cred, req.getShort(24));
    if (lingerSec < 0 || expiresSec < 0) {
      return Errno.EPERM.negated();
    }
    label.renew(lingerSec, expiresSec, sk.net().machine().nowNs());
    return 0;
  }

  /** ESRCH for a label of nobody's, and of others without CAP_NET_ADMIN; EPERM. */
  private static int renew(Sk sk, Cred cred, int number, UserMem req) {
    FlowLabel label = FlowLabelTable.of(sk).find(number);
    boolean others =
        req.getByte(21) == IPV6_FL_S_NONE
            && cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN);
    if (label == null || !label.isHeld() || !(holds(sk, number) || others)) {
      return Errno.ESRCH.negated();
    }
    return renew(sk, cred, label, req);
  }

  /**
   * Takes a label, or makes one.
   *
   * <p><b>Errors</b>, in order: EPERM to reflect labels while {@code flowlabel_consistency} is on;
   * EINVAL for a number of more than 20 bits, ERANGE for one of the stateless ones, those of its
   * options; EPERM for too long a time without CAP_NET_ADMIN, EINVAL for a destination that is any
   * or of IPv4, or an unknown way to share; EEXIST for a label that shall be new, EPERM for one
   * that is not shared; ENOENT if none shall be made, ENOBUFS for too many.
   */
  private static int get(Sk sk, Cred cred, int number, UserMem req, int optlen) {
    int flags = req.getShort(22);
    if ((flags & IPV6_FL_F_REFLECT) != 0) {
      return reflect(sk);
    }
    if ((number & ~LABEL_MAX) != 0) {
      return Errno.EINVAL.negated();
    }
    boolean ranges = sk.net().sysctl(Sysctl.IPV6_FLOWLABEL_STATE_RANGES) != 0;
    if (ranges && (number & STATELESS_FLAG) != 0) {
      return Errno.ERANGE.negated();
    }
    int error = checkOptions(sk, cred, req, optlen);
    if (error != 0) {
      return error;
    }
    int share = req.getByte(21);
    byte[] dst = req.get(0, Ipv6Address.BYTES);
    FlowLabel asked = new FlowLabel(dst, share, cred, sk.net().machine().nowNs());
    error = renew(sk, cred, asked, req);
    if (error != 0) {
      return error;
    }
    if (Ipv6Address.isV4Mapped(dst) || Ipv6Address.isAny(dst) || !FlowLabel.isShare(share)) {
      return Errno.EINVAL.negated();
    }
    return take(sk, cred, number, asked, req);
  }

  /** EINVAL for too much, EFAULT, those of control messages, EINVAL for a header of the end. */
  private static int checkOptions(Sk sk, Cred cred, UserMem req, int optlen) {
    if (optlen - REQ_BYTES > OPTIONS_BYTES_MAX) {
      return Errno.EINVAL.negated();
    }
    if (!req.accessible(REQ_BYTES, optlen - REQ_BYTES)) {
      return Errno.EFAULT.negated();
    }
    byte[][] headers = Inet6Options.NO_HEADERS.clone();
    int error = Ipv6Headers.messages(sk, cred, req, REQ_BYTES, optlen, headers);
    boolean toTheEnd = headers[headers.length - 1].length > 0;
    return error == 0 && toTheEnd ? Errno.EINVAL.negated() : error;
  }

  private static int take(Sk sk, Cred cred, int number, FlowLabel asked, UserMem req) {
    int flags = req.getShort(22);
    FlowLabelTable table = FlowLabelTable.of(sk);
    FlowLabel there = number == 0 ? null : table.find(number);
    if (there == null || !there.isHeld()) {
      if ((flags & IPV6_FL_F_CREATE) == 0) {
        return Errno.ENOENT.negated();
      }
      if (hasTooMany(sk, cred, table)) {
        return Errno.ENOBUFS.negated();
      }
    }
    if (there != null) {
      return share(sk, number, there, asked, (flags & IPV6_FL_F_EXCL) != 0);
    }
    int chosen = number == 0 ? table.choose() : number;
    table.add(chosen, asked);
    link(sk, chosen, asked);
    if (number == 0) {
      req.putInt(16, Integer.reverseBytes(chosen));
    }
    return 0;
  }

  /** {@code mem_check}. */
  private static boolean hasTooMany(Sk sk, Cred cred, FlowLabelTable table) {
    int room = FL_MAX_SIZE - table.size();
    int count = Inet6Options.of(sk).flowLabels.length;
    boolean full =
        count >= FL_MAX_PER_SOCK || (count > 0 && room < FL_MAX_SIZE / 2) || room < FL_MAX_SIZE / 4;
    return room <= FL_MAX_SIZE - FL_MAX_PER_SOCK
        && (room <= 0 || (full && !cred.capable(Capability.CAP_NET_ADMIN)));
  }

  private static int share(Sk sk, int number, FlowLabel there, FlowLabel asked, boolean isNew) {
    if (isNew || !there.mayBeShared(asked)) {
      return (isNew ? Errno.EEXIST : Errno.EPERM).negated();
    }
    there.renewAs(asked);
    link(sk, number, there);
    return 0;
  }

  private static void link(Sk sk, int number, FlowLabel label) {
    label.hold();
    Inet6Options inet6 = Inet6Options.forWrite(sk);
    int[] more = Arrays.copyOf(inet6.flowLabels, inet6.flowLabels.length + 1);
    more[more.length - 1] = number;
    inet6.flowLabels = more;
  }

  private static int reflect(Sk sk) {
    if (sk.net().sysctl(Sysctl.IPV6_FLOWLABEL_CONSISTENCY) != 0) {
      return Errno.EPERM.negated();
    }
    if (sk.protocol() != Abi.IPPROTO_TCP) {
      return Errno.ENOPROTOOPT.negated();
    }
    Inet6Options.forWrite(sk).set(Inet6Flag.REPFLOW, true);
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
