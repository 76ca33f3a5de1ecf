package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.Sysctl;

/**
 * The window that is offered to the other end, and the buffers behind it.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_output.c}: {@code tcp_select_initial_window}, {@code
 * tcp_select_window}, {@code __tcp_select_window}; {@code net/ipv4/tcp_input.c}: {@code
 * tcp_init_buffer_space}, {@code tcp_grow_window}, {@code tcp_rcv_space_adjust}, {@code
 * tcp_sndbuf_expand}.
 */
final class TcpWindow {
  /** {@code SOCK_MIN_RCVBUF / 2}, bytes. */
  static final int CLAMP_MIN = 1152;

  private static final int U16_MAX = 0xffff;
  private static final int MAX_TCP_WINDOW = 32767;
  private static final int SHARED_INFO_BYTES = 320;
  private static final int SK_BUFF_BYTES = 256;

  private TcpWindow() {}

  /**
   * The first window that is offered ({@code tcp_select_initial_window}).
   *
   * @param rcvWnd the window, bytes
   * @param clamp the most that it can ever be
   * @param wscale by how many bits it is shifted
   */
  record Initial(int rcvWnd, int clamp, int wscale) {}

  /**
   * Chooses the first window from the room that there is.
   *
   * @param segments how many segments it is to hold at most, or 0
   */
  static Initial initial(
      NetNs net, int room, int mss, int clampWanted, boolean scales, int segments) {
    int clamp = clampWanted != 0 ? clampWanted : U16_MAX << RxOpt.WSCALE_MAX;
    int space = Math.min(Math.max(room, 0), clamp);
    if (space > mss) {
      space -= space % mss;
    }
    boolean signed = net.sysctl(Sysctl.IPV4_TCP_WORKAROUND_SIGNED_WINDOWS) != 0;
    int window = signed ? Math.min(space, MAX_TCP_WINDOW) : space;
    if (segments != 0) {
      window = (int) Math.min(window, (segments & 0xffff_ffffL) * mss);
    }
    int wscale = 0;
    if (scales) {
      long most = Math.max(space, net.sysctl(Sysctl.IPV4_TCP_RMEM, 2));
      most = Math.min(Math.max(most, net.sysctl(Sysctl.CORE_RMEM_MAX)), clamp);
      int log = Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, most));
      wscale = Math.min(Math.max(log - 15, 0), RxOpt.WSCALE_MAX);
    }
    return new Initial(window, Math.min(U16_MAX << wscale, clamp), wscale);
  }

  /** The window for the next segment, as it stands in its header. */
  static int select(TcpSock tp) {
    if ((tp.ackPending & TcpSock.ACK_NOMEM) != 0) {
      tp.predFlags = false;
      tp.rcvWnd = 0;
      tp.rcvWup = tp.rcvNxt;
      return 0;
    }
    NetNs net = tp.net;
    int old = tp.rcvWnd;
    int current = tp.receiveWindow();
    int window = free(tp);
    int scale = tp.rxOpt.rcvWscale;
    if (window < current) {
      if (net.sysctl(Sysctl.IPV4_TCP_SHRINK_WINDOW) == 0 || scale == 0) {
        if (window == 0) {
          net.addMib(Mib.TCP_WANT_ZERO_WINDOW_ADV, 1);
        }
        window = align(current, 1 << scale);
      }
    }
    tp.rcvWnd = window;
    tp.rcvWup = tp.rcvNxt;
    boolean signed = scale == 0 && net.sysctl(Sysctl.IPV4_TCP_WORKAROUND_SIGNED_WINDOWS) != 0;
    window = signed ? Math.min(window, MAX_TCP_WINDOW) : Math.min(window, U16_MAX << scale);
    window >>>= scale;
    if (window == 0) {
      tp.predFlags = false;
      if (old != 0) {
        net.addMib(Mib.TCP_TO_ZERO_WINDOW_ADV, 1);
      }
    } else if (old == 0) {
      net.addMib(Mib.TCP_FROM_ZERO_WINDOW_ADV, 1);
    }
    return window;
  }

  private static int align(int value, int to) {
    return (value + to - 1) & -to;
  }

  /** {@code __tcp_select_window}. */
  static int free(TcpSock tp) {
    int mss = tp.rcvMss;
    int free = tp.space();
    int allowed = tp.ulp == null ? tp.fullSpace() : tp.ulp.fullSpace();
    int full = Math.min(tp.windowClamp, allowed);
    if (mss > full) {
      mss = full;
      if (mss <= 0) {
        return 0;
      }
    }
    int scale = tp.rxOpt.rcvWscale;
    if (tp.net.sysctl(Sysctl.IPV4_TCP_SHRINK_WINDOW) != 0 && scale != 0) {
      return shrinking(tp, free, allowed, full, mss);
    }
    if (free < full >> 1) {
      tp.ackQuick = 0;
      if (SkMem.underPressure(tp.sk)) {
        adjustRcvSsthresh(tp);
      }
      free &= -(1 << scale);
      if (free < allowed >> 4 || free < mss) {
        return 0;
      }
    }
    free = Math.min(free, tp.rcvSsthresh);
    if (scale != 0) {
      return align(free, 1 << scale);
    }
    int window = tp.rcvWnd;
    if (window <= free - mss || window > free) {
      return free - free % mss;
    }
    return mss == full && free > window + (full >> 1) ? free : window;
  }

  private static int shrinking(TcpSock tp, int room, int allowed, int full, int mss) {
    int scale = tp.rxOpt.rcvWscale;
    int free = room & -(1 << scale);
    if (free < full >> 1) {
      tp.ackQuick = 0;
      if (SkMem.underPressure(tp.sk)) {
        adjustRcvSsthresh(tp);
      }
      if (free < allowed >> 4 || free < mss || free < 1 << scale) {
        return 0;
      }
    }
    if (free > tp.rcvSsthresh) {
      free = tp.rcvSsthresh;
      free = align(free, 1 << scale);
    }
    return free;
  }

  /** {@code tcp_adjust_rcv_ssthresh}. */
  static void adjustRcvSsthresh(TcpSock tp) {
    tp.rcvSsthresh = TcpMem.rcvSsthreshUnderPressure(tp.sk, tp.rcvSsthresh, tp.advmss);
  }

  /** {@code tcp_set_window_clamp}. */
  static void setClamp(TcpSock tp, int value) {
    int old = tp.windowClamp;
    int clamp = Math.max(CLAMP_MIN, value);
    if (clamp == old) {
      return;
    }
    tp.windowClamp = clamp;
    if (clamp > old) {
      tp.rcvSsthresh = Math.max(Math.min(tp.rcvWnd, clamp), tp.rcvSsthresh);
      return;
    }
    int unused = SkMem.unusedReserved(tp.sk);
    int reserved = unused == 0 ? 0 : tp.winFromSpace(unused);
    tp.rcvSsthresh = Math.max(Math.min(tp.rcvSsthresh, clamp), reserved);
  }

  /** {@code tcp_init_buffer_space}: when a connection is established. */
  static void initBufferSpace(TcpSock tp) {
    if (!tp.sk.locked(Sk.SOCK_SNDBUF_LOCK)) {
      expandSndbuf(tp);
    }
    tp.refresh();
    tp.rcvqTime = tp.tcpMstamp;
    tp.rcvqSeq = tp.copiedSeq;
    int most = tp.fullSpace();
    int appWin = (int) tp.net.sysctl(Sysctl.IPV4_TCP_APP_WIN);
    if (Integer.compareUnsigned(tp.windowClamp, most) >= 0) {
      tp.windowClamp = most;
      if (appWin != 0 && most > 4 * tp.advmss) {
        tp.windowClamp = Math.max(most - (appWin >= 31 ? 0 : most >> appWin), 4 * tp.advmss);
      }
    }
    if (appWin != 0 && tp.windowClamp > 2 * tp.advmss && tp.windowClamp + tp.advmss > most) {
      tp.windowClamp = Math.max(2 * tp.advmss, most - tp.advmss);
    }
    tp.rcvSsthresh = Math.min(tp.rcvSsthresh, tp.windowClamp);
    tp.sndCwndStamp = tp.jiffies();
    tp.rcvqSpace = Math.min(Math.min(tp.rcvSsthresh, tp.rcvWnd), TcpSock.INIT_CWND * tp.advmss);
  }

  /** {@code tcp_sndbuf_expand}. */
  static void expandSndbuf(TcpSock tp) {
    int perMss =
        Math.max(tp.rxOpt.mssClamp, tp.mssCache) + TcpMss.MAX_TCP_HEADER + SHARED_INFO_BYTES;
    int rounded = Integer.highestOneBit(perMss);
    perMss = (rounded == perMss ? rounded : rounded << 1) + SK_BUFF_BYTES;
    int segs = Math.max(TcpSock.INIT_CWND, tp.sndCwnd);
    segs = Math.max(segs, tp.reordering + 1);
    long room = (long) segs * tp.ca.sndbufExpand() * perMss;
    if (tp.sk.sndbuf() < room) {
      tp.sk.setSndbuf((int) Math.min(room, tp.net.sysctl(Sysctl.IPV4_TCP_WMEM, 2)));
    }
  }

  /** {@code tcp_grow_window}: the window opens as it is seen how much data a buffer holds. */
  static void grow(TcpSock tp, int truesize, int len, boolean adjust) {
    int room = Math.min(tp.windowClamp, tp.space()) - tp.rcvSsthresh;
    if (room <= 0) {
      return;
    }
    if (SkMem.underPressure(tp.sk)) {
      adjustRcvSsthresh(tp);
      return;
    }
    int size = adjust ? adjusted(truesize, len) : truesize;
    int more = tp.winFromSpace(size) <= len ? 2 * tp.advmss : growBy(tp, len, size);
    if (more != 0) {
      more = Math.max(more, 2 * len);
      tp.rcvSsthresh += Math.min(room, more);
      tp.ackQuick |= 1;
    }
  }

  /** {@code truesize_adjust}: what is in pages takes no head of its own when it is joined. */
  private static int adjusted(int truesize, int len) {
    int pages = truesize - TcpSkb.HEAD_TRUESIZE;
    return pages < len ? truesize : pages;
  }

  private static int growBy(TcpSock tp, int len, int truesize) {
    int size = tp.winFromSpace(truesize) >> 1;
    int window = tp.winFromSpace((int) tp.net.sysctl(Sysctl.IPV4_TCP_RMEM, 2)) >> 1;
    while (tp.rcvSsthresh <= window) {
      if (size <= len) {
        return 2 * tp.rcvMss;
      }
      size >>= 1;
      window >>= 1;
    }
    return 0;
  }

  /** {@code tcp_rcv_space_adjust}: the buffer grows with what the program reads in a round trip. */
  static void rcvSpaceAdjust(TcpSock tp) {
    tp.refresh();
    long time = tp.tcpMstamp - tp.rcvqTime;
    if (time < tp.rcvRttUs >> 3 || tp.rcvRttUs == 0) {
      return;
    }
    int copied = tp.copiedSeq - tp.rcvqSeq - (tp.rcvNxt - tp.copiedSeq);
    if (copied > tp.rcvqSpace) {
      growRcvbuf(tp, copied);
    }
    tp.rcvqSeq = tp.copiedSeq;
    tp.rcvqTime = tp.tcpMstamp;
  }

  static void growRcvbuf(TcpSock tp, int value) {
    int old = tp.rcvqSpace;
    tp.rcvqSpace = value;
    Sk sk = tp.sk;
    if (tp.net.sysctl(Sysctl.IPV4_TCP_MODERATE_RCVBUF) == 0 || sk.locked(Sk.SOCK_RCVBUF_LOCK)) {
      return;
    }
    long window = (long) value << 1;
    long more = old == 0 ? 0 : window * (value - old) / old;
    window += more << 1;
    if (tp.outOfOrder != null && tp.outOfOrder.pieces.peekLast() instanceof TcpSkb last) {
      window += last.endSeq - tp.rcvNxt;
    }
    long most = tp.net.sysctl(Sysctl.IPV4_TCP_RMEM, 2);
    int rcvbuf = (int) Math.min(tp.spaceFromWin(Math.min(window, Integer.MAX_VALUE)), most);
    if (rcvbuf > sk.rcvbuf()) {
      sk.setRcvbuf(rcvbuf);
      tp.windowClamp = tp.winFromSpace(rcvbuf);
    }
  }
}
