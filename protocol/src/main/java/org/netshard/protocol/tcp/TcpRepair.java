package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
/**
 * {@code TCP_REPAIR}: a connection is built, not made.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}; {@code net/ipv4/tcp_output.c}, {@code tcp_connect}.
 */
final class TcpRepair {
  private TcpRepair() {}

  /** {@code tcp_finish_connect} without a segment. */
  static void finishConnect(TcpSock tp) {
    tp.setState(TcpState.ESTABLISHED);
    TcpLife.initTransfer(tp);
    tp.lsndtime = tp.jiffies();
    tp.predFlags = false;
  }
  private static final int REPAIR_WINDOW_BYTES = 20;

  static int setRepair(Sk sk, Cred cred, int optname, int val, UserMem optval, int optlen) {
    TcpOptions tcp = TcpOptions.of(sk);
    return switch (optname) {
      case TcpOption.TCP_REPAIR -> mayRepair(sk, cred) ? repair(sk, val) : Errno.EPERM.negated();
      case TcpOption.TCP_REPAIR_QUEUE -> {
        if (!tcp.repair) {
          yield Errno.EPERM.negated();
        }
        if (val < TcpOptions.TCP_NO_QUEUE || val > TcpOptions.TCP_SEND_QUEUE) {
          yield Errno.EINVAL.negated();
        }
        TcpOptions.forWrite(sk).repairQueue = (byte) val;
        yield 0;
      }
      case TcpOption.TCP_QUEUE_SEQ -> setQueueSeq(sk, tcp, val);
      case TcpOption.TCP_REPAIR_OPTIONS -> {
        if (!tcp.repair) {
          yield Errno.EINVAL.negated();
        }
        yield sk.state() == TcpSetsockopt.TCP_ESTABLISHED ? 0 : Errno.EPERM.negated();
      }
      case TcpOption.TCP_REPAIR_WINDOW -> setRepairWindow(sk, tcp, optval, optlen);
      default -> {
        if (!tcp.repair) {
          yield Errno.EPERM.negated();
        }
        TcpOptions own = TcpOptions.forWrite(sk);
        own.usecTs = (val & 1) != 0;
        own.tsoffset = val - TcpInfo.clockTs(sk, own);
        yield 0;
      }
    };
  }

  /** {@code tcp_can_repair_sock}: CAP_NET_ADMIN, and the sock does not listen. */
  static boolean mayRepair(Sk sk, Cred cred) {
    return cred.nsCapable(sk.net().userNs(), Capability.CAP_NET_ADMIN) && sk.state() != TcpSetsockopt.TCP_LISTEN;
  }

  private static int repair(Sk sk, int val) {
    if (val < -1 || val > 1) {
      return Errno.EINVAL.negated();
    }
    TcpOptions tcp = TcpOptions.forWrite(sk);
    tcp.repair = val == 1;
    if (tcp.repair) {
      tcp.repairQueue = TcpOptions.TCP_NO_QUEUE;
    }
    sk.setReuse(tcp.repair ? Sk.SK_FORCE_REUSE : Sk.SK_NO_REUSE);
    return 0;
  }

  private static int setQueueSeq(Sk sk, TcpOptions tcp, int val) {
    if (sk.state() != Sk.TCP_CLOSE) {
      return Errno.EPERM.negated();
    }
    if (tcp.repairQueue == TcpOptions.TCP_SEND_QUEUE) {
      TcpOptions.forWrite(sk).writeSeq = val;
      return 0;
    }
    if (tcp.repairQueue == TcpOptions.TCP_RECV_QUEUE) {
      TcpOptions.forWrite(sk).rcvNxt = val;
      return 0;
    }
    return Errno.EINVAL.negated();
  }

  private static int setRepairWindow(Sk sk, TcpOptions tcp, UserMem optval, int optlen) {
    if (!tcp.repair) {
      return Errno.EPERM.negated();
    }
    if (optlen != REPAIR_WINDOW_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, optlen)) {
      return Errno.EFAULT.negated();
    }
    int[] window = new int[REPAIR_WINDOW_BYTES / 4];
    for (int i = 0; i < window.length; i++) {
      window[i] = optval.getInt(4 * i);
    }
    boolean valid =
        Integer.compareUnsigned(window[2], window[1]) >= 0
            && window[0] - (tcp.rcvNxt + window[3]) <= 0
            && window[4] - tcp.rcvNxt <= 0;
    if (!valid) {
      return Errno.EINVAL.negated();
    }
    TcpOptions.forWrite(sk).repairWindow = window;
    return 0;
  }
}
