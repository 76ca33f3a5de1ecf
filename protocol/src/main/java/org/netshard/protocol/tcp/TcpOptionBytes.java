package org.netshard.protocol.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sysctl;

/**
 * The options of segments that are sent, in Linux's order.
 *
 * <p><b>Source:</b> RFC 9293, section 3.2; {@code net/ipv4/tcp_output.c}: {@code tcp_syn_options},
 * {@code tcp_synack_options}, {@code tcp_established_options}, {@code tcp_options_write}.
 */
final class TcpOptionBytes {
  private TcpOptionBytes() {}

  static final int OPTIONS_MAX = 40;

  /** {@code tcp_syn_options}. */
  static int synOptions(TcpSock tp, int flags, byte[] options, boolean signed) {
    NetNs net = tp.net;
    // What the way does not carry is not offered (tcp_advertise_mss).
    tp.advmss = Math.min(tp.advmss, TcpMss.defaultAdvmss(tp.sendsV6(), tp.pmtu));
    tp.advmss = Math.min(tp.advmss, TcpDst.advmss(tp));
    // A SYN-ACK that crosses a SYN offers the same, whatever that SYN has.
    boolean stamps = !signed && net.sysctl(Sysctl.IPV4_TCP_TIMESTAMPS) != 0;
    boolean scale = net.sysctl(Sysctl.IPV4_TCP_WINDOW_SCALING) != 0;
    boolean sack = net.sysctl(Sysctl.IPV4_TCP_SACK) != 0;
    boolean answer = (flags & TcpHeader.ACK) != 0;
    TcpFastOpenCookie cookie = TcpFastOpenClient.synCookie(tp);
    int bytes =
        writeSyn(
            options,
            signed,
            tp.advmss,
            sack,
            stamps,
            tp.tsval(tp.wstampNs / 1000),
            tp.rxOpt.tsRecent,
            scale ? tp.rxOpt.rcvWscale : -1);
    int end = appendFastopen(options, bytes, cookie);
    if (end > bytes && cookie != null) {
      tp.synFastopen = true;
      tp.synFastopenExp = cookie.exp();
    }
    return tp.ulp == null || answer ? end : tp.ulp.synOptions(options, end);
  }

  /**
   * The options of a SYN or a SYN-ACK, in Linux's order.
   *
   * @param signed whether there is room to be left for a signature, which comes first
   * @param wscale shift of the window, or below 0 for none
   * @return how many bytes
   */
  static int writeSyn(
      byte[] options,
      boolean signed,
      int mss,
      boolean sack,
      boolean stamps,
      int tsval,
      int tsecr,
      int wscale) {
    int at = 0;
    if (signed) {
      TcpMd5.putOption(options, 0);
      at = TcpMd5.OPTION_BYTES;
    }
    NetBytes.put32(options, at, RxOpt.MSS << 24 | RxOpt.MSS_BYTES << 16 | mss);
    at += Integer.BYTES;
    if (stamps) {
      int first =
          sack
              ? RxOpt.SACK_PERM << 24 | RxOpt.SACK_PERM_BYTES << 16
              : RxOpt.NOP << 24 | RxOpt.NOP << 16;
      at = putStamp(options, at, first, tsval, tsecr);
    } else if (sack) {
      NetBytes.put32(
          options,
          at,
          RxOpt.NOP << 24 | RxOpt.NOP << 16 | RxOpt.SACK_PERM << 8 | RxOpt.SACK_PERM_BYTES);
      at += Integer.BYTES;
    }
    if (wscale >= 0) {
      NetBytes.put32(
          options, at, RxOpt.NOP << 24 | RxOpt.WINDOW << 16 | RxOpt.WINDOW_BYTES << 8 | wscale);
      at += Integer.BYTES;
    }
    return at;
  }

  /**
   * Adds a cookie of Fast Open behind the other options, if there is one and it fits.
   *
   * @return how many bytes there are then
   */
  static int appendFastopen(byte[] options, int at, @Nullable TcpFastOpenCookie cookie) {
    if (cookie == null) {
      return at;
    }
    int base = cookie.exp() ? RxOpt.EXP_FASTOPEN_BASE_BYTES : RxOpt.FASTOPEN_BASE_BYTES;
    int length = base + cookie.bytes().length;
    int end = at + (length + 3 & ~3);
    if (end > OPTIONS_MAX) {
      return at;
    }
    options[at] = (byte) (cookie.exp() ? RxOpt.EXP : RxOpt.FASTOPEN);
    options[at + 1] = (byte) length;
    if (cookie.exp()) {
      NetBytes.put16(options, at + 2, RxOpt.FASTOPEN_MAGIC);
    }
    System.arraycopy(cookie.bytes(), 0, options, at + base, cookie.bytes().length);
    Arrays.fill(options, at + length, end, (byte) RxOpt.NOP);
    return end;
  }

  private static int putStamp(byte[] options, int at, int first, int tsval, int tsecr) {
    NetBytes.put32(options, at, first | RxOpt.TIMESTAMP << 8 | RxOpt.TIMESTAMP_BYTES);
    NetBytes.put32(options, at + 4, tsval);
    NetBytes.put32(options, at + 8, tsecr);
    return at + RxOpt.TIMESTAMP_ALIGNED_BYTES;
  }

  /** Room for the options of the protocol above, before blocks of SACK take theirs. */
  static int roomAbove(TcpSock tp, boolean signed) {
    return OPTIONS_MAX
        - (signed ? TcpMd5.OPTION_BYTES : 0)
        - (tp.rxOpt.tstampOk ? RxOpt.TIMESTAMP_ALIGNED_BYTES : 0);
  }

  /**
   * {@code tcp_established_options}.
   *
   * @param upperBytes what the protocol above adds behind them
   */
  static int establishedOptions(
      TcpSock tp, byte[] options, int dataLen, boolean signed, int upperBytes) {
    int at = 0;
    if (signed) {
      TcpMd5.putOption(options, 0);
      at = TcpMd5.OPTION_BYTES;
    }
    if (tp.rxOpt.tstampOk) {
      // The time of when it may go: pacing may put that off.
      int tsval = tp.tsval(tp.wstampNs / 1000);
      at = putStamp(options, at, RxOpt.NOP << 24 | RxOpt.NOP << 16, tsval, tp.rxOpt.tsRecent);
    }
    int blocks = tp.rxOpt.numSacks + (tp.rxOpt.dsack ? 1 : 0);
    if (blocks == 0) {
      return at;
    }
    int fit = (OPTIONS_MAX - upperBytes - at - Integer.BYTES) / RxOpt.SACK_BLOCK_BYTES;
    int count = Math.min(blocks, fit);
    if (count <= 0) {
      return at;
    }
    NetBytes.put32(
        options,
        at,
        RxOpt.NOP << 24
            | RxOpt.NOP << 16
            | RxOpt.SACK << 8
            | (RxOpt.SACK_BASE_BYTES + count * RxOpt.SACK_BLOCK_BYTES));
    at += Integer.BYTES;
    int[] sacks = tp.sacks;
    int first = 0;
    if (tp.rxOpt.dsack) {
      NetBytes.put32(options, at, tp.dsackStart);
      NetBytes.put32(options, at + 4, tp.dsackEnd);
      at += RxOpt.SACK_BLOCK_BYTES;
      first = 1;
      tp.rxOpt.dsack = false;
    }
    for (int i = first; i < count && sacks != null; i++) {
      NetBytes.put32(options, at, sacks[(i - first) * 2]);
      NetBytes.put32(options, at + 4, sacks[(i - first) * 2 + 1]);
      at += RxOpt.SACK_BLOCK_BYTES;
    }
    return at;
  }

  /** Bytes of the header that the next segment with data will have ({@code tcp_current_mss}). */
  static int establishedHeaderBytes(TcpSock tp) {
    int bytes = TcpHeader.BYTES + (tp.rxOpt.tstampOk ? RxOpt.TIMESTAMP_ALIGNED_BYTES : 0);
    bytes += TcpMd5.of(tp.sk, tp) != null ? TcpMd5.OPTION_BYTES : 0;
    bytes += tp.ulp == null ? 0 : tp.ulp.establishedBytes();
    int blocks = tp.rxOpt.numSacks + (tp.rxOpt.dsack ? 1 : 0);
    if (blocks > 0) {
      int room = OPTIONS_MAX - (bytes - TcpHeader.BYTES) - Integer.BYTES;
      int fit = Math.min(blocks, room / RxOpt.SACK_BLOCK_BYTES);
      bytes += fit > 0 ? Integer.BYTES + fit * RxOpt.SACK_BLOCK_BYTES : 0;
    }
    return bytes;
  }
}
