package org.netshard.protocol.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sysctl;

/**
 * The options of TCP: what both ends have agreed on, and what the last segment said.
 *
 * <p><b>Source:</b> RFC 9293, section 3.2; RFC 7323; RFC 2018; {@code include/linux/tcp.h}, {@code
 * struct tcp_options_received}; {@code net/ipv4/tcp_input.c}, {@code tcp_parse_options}.
 */
final class RxOpt {
  /** {@code TCP_MAX_WSCALE}. */
  static final int WSCALE_MAX = 14;

  static final int NOP = 1;
  static final int EOL = 0;
  static final int MSS = 2;
  static final int WINDOW = 3;
  static final int SACK_PERM = 4;
  static final int SACK = 5;
  static final int TIMESTAMP = 8;
  static final int MD5SIG = 19;
  static final int FASTOPEN = 34;
  static final int EXP = 254;

  /** {@code TCPOPT_FASTOPEN_MAGIC}. */
  static final int FASTOPEN_MAGIC = 0xf989;

  static final int MSS_BYTES = 4;
  static final int WINDOW_BYTES = 3;
  static final int SACK_PERM_BYTES = 2;
  static final int TIMESTAMP_BYTES = 10;
  static final int SACK_BASE_BYTES = 2;
  static final int MD5SIG_BYTES = 18;
  static final int SACK_BLOCK_BYTES = 8;

  /** {@code TCPOLEN_TSTAMP_ALIGNED}. */
  static final int TIMESTAMP_ALIGNED_BYTES = 12;

  /** {@code TCPOLEN_FASTOPEN_BASE}. */
  static final int FASTOPEN_BASE_BYTES = 2;

  /** {@code TCPOLEN_EXP_FASTOPEN_BASE}. */
  static final int EXP_FASTOPEN_BASE_BYTES = 4;

  /** {@code ts_recent}: the time stamp to echo next. */
  int tsRecent;

  /** {@code ts_recent_stamp}: when that came, seconds; 0 if none ever did. */
  int tsRecentStamp;

  /** {@code rcv_tsval} of the last segment. */
  int rcvTsval;

  /** {@code rcv_tsecr} of the last segment. */
  int rcvTsecr;

  /** {@code saw_tstamp}: the last segment had a time stamp. */
  boolean sawTstamp;

  boolean tstampOk;
  boolean sackOk;
  boolean wscaleOk;

  /** {@code dsack}: a duplicate is to be reported. */
  boolean dsack;

  byte sndWscale;
  byte rcvWscale;

  /** {@code num_sacks}: blocks to be reported. */
  byte numSacks;

  /** {@code user_mss}, bytes; 0 if not set. */
  int userMss;

  /** {@code mss_clamp}: the largest segment that the other end takes, bytes. */
  int mssClamp;

  /** Where in the last segment its SACK blocks begin; 0 if it has none. */
  int sackAt;

  /** How many bytes of SACK blocks it has. */
  int sackBytes;

  /** The cookie of Fast Open in the last SYN or SYN-ACK; null if the option is not there. */
  @Nullable TcpFastOpenCookie fastopenCookie;

  /** Where an option of this kind and length is in a packet; -1 if there is none. */
  static int find(Packet packet, int wanted, int length) {
    int at = packet.transport() + TcpHeader.BYTES;
    int end = packet.transport() + TcpHeader.headerBytes(packet);
    byte[] bytes = packet.bytes();
    while (at + 1 < end && bytes[at] != EOL) {
      int size = bytes[at] == NOP ? 1 : bytes[at + 1] & 0xff;
      if (size == 0 || at + size > end || (size == 1 && bytes[at] != NOP)) {
        return -1;
      }
      if ((bytes[at] & 0xff) == wanted && size == length) {
        return at;
      }
      at += size;
    }
    return -1;
  }

  /** {@code tcp_clear_options}: nothing agreed. */
  void clear() {
    tstampOk = false;
    sackOk = false;
    wscaleOk = false;
    sndWscale = 0;
  }

  /**
   * Reads the options of a segment.
   *
   * @param established whether options count only if they were agreed on
   */
  void parse(NetNs net, Packet packet, boolean established) {
    sawTstamp = false;
    sackAt = 0;
    sackBytes = 0;
    fastopenCookie = null;
    int at = packet.transport() + TcpHeader.BYTES;
    int end = packet.transport() + TcpHeader.headerBytes(packet);
    boolean syn = (TcpHeader.flags(packet) & TcpHeader.SYN) != 0;
    byte[] bytes = packet.bytes();
    while (at < end) {
      int kind = bytes[at] & 0xff;
      if (kind == EOL) {
        return;
      }
      if (kind == NOP) {
        at++;
        continue;
      }
      if (at + 1 >= end) {
        return;
      }
      int size = bytes[at + 1] & 0xff;
      if (size < 2 || at + size > end) {
        return;
      }
      one(net, bytes, at, kind, size, syn, established);
      at += size;
    }
  }

  private void one(
      NetNs net, byte[] bytes, int at, int kind, int size, boolean syn, boolean established) {
    switch (kind) {
      case MSS -> {
        if (size == MSS_BYTES && syn && !established) {
          int mss = NetBytes.get16(bytes, at + 2);
          if (mss != 0) {
            mssClamp = userMss != 0 && userMss < mss ? userMss : mss;
          }
        }
      }
      case WINDOW -> {
        if (size == WINDOW_BYTES
            && syn
            && !established
            && net.sysctl(Sysctl.IPV4_TCP_WINDOW_SCALING) != 0) {
          wscaleOk = true;
          sndWscale = (byte) Math.min(bytes[at + 2] & 0xff, WSCALE_MAX);
        }
      }
      case TIMESTAMP -> {
        if (size == TIMESTAMP_BYTES
            && ((established && tstampOk)
                || (!established && net.sysctl(Sysctl.IPV4_TCP_TIMESTAMPS) != 0))) {
          sawTstamp = true;
          rcvTsval = NetBytes.get32(bytes, at + 2);
          rcvTsecr = NetBytes.get32(bytes, at + 2 + Integer.BYTES);
        }
      }
      case SACK_PERM -> {
        if (size == SACK_PERM_BYTES
            && syn
            && !established
            && net.sysctl(Sysctl.IPV4_TCP_SACK) != 0) {
          sackOk = true;
          dsack = false;
          numSacks = 0;
        }
      }
      case SACK -> {
        boolean whole =
            size >= SACK_BASE_BYTES + SACK_BLOCK_BYTES
                && (size - SACK_BASE_BYTES) % SACK_BLOCK_BYTES == 0;
        if (whole && sackOk) {
          sackAt = at + SACK_BASE_BYTES;
          sackBytes = size - SACK_BASE_BYTES;
        }
      }
      case FASTOPEN -> {
        if (syn && !established) {
          fastopen(bytes, at + FASTOPEN_BASE_BYTES, size - FASTOPEN_BASE_BYTES, false);
        }
      }
      case EXP -> {
        if (syn
            && !established
            && size >= EXP_FASTOPEN_BASE_BYTES
            && NetBytes.get16(bytes, at + 2) == FASTOPEN_MAGIC) {
          fastopen(bytes, at + EXP_FASTOPEN_BASE_BYTES, size - EXP_FASTOPEN_BASE_BYTES, true);
        }
      }
      default -> {
        // An option that is not known is skipped.
      }
    }
  }

  /** {@code tcp_parse_fastopen_option}: an odd length is passed over, a wrong one is no cookie. */
  private void fastopen(byte[] bytes, int at, int length, boolean exp) {
    if (length % 2 == 0) {
      fastopenCookie =
          TcpFastOpenCookie.isLength(length)
              ? new TcpFastOpenCookie(Arrays.copyOfRange(bytes, at, at + length), exp)
              : null;
    }
  }
}
