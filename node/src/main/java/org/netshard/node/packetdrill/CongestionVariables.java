package org.netshard.node.packetdrill;

import java.math.BigInteger;
import java.util.Map;
import org.netshard.protocol.abi.UserMem;

/**
 * What code in scripts is told of {@code TCP_CC_INFO}. As in the tool, whatever is long enough for
 * an algorithm has its names.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/inet_diag.h}, {@code union tcp_cc_info}.
 */
final class CongestionVariables {
  private static final int BBR_BYTES = 20;
  private static final int DCTCP_BYTES = 16;

  private CongestionVariables() {}

  static void put(UserMem value, int length, Map<String, Object> known) {
    if (length >= BBR_BYTES) {
      long low = number(value, 0);
      long high = number(value, 4);
      put(known, "bbr_bw_lo", low);
      put(known, "bbr_bw_hi", high);
      known.put("bbr_bw", BigInteger.valueOf(high).shiftLeft(32).add(BigInteger.valueOf(low)));
      put(known, "bbr_min_rtt", number(value, 8));
      put(known, "bbr_pacing_gain", number(value, 12));
      put(known, "bbr_cwnd_gain", number(value, 16));
    }
    if (length >= DCTCP_BYTES) {
      put(known, "dctcp_enabled", value.getShort(0));
      put(known, "dctcp_ce_state", value.getShort(2));
      put(known, "dctcp_alpha", number(value, 4));
      put(known, "dctcp_ab_ecn", number(value, 8));
      put(known, "dctcp_ab_tot", number(value, 12));
    }
  }

  private static long number(UserMem value, int offset) {
    return value.getInt(offset) & 0xffff_ffffL;
  }

  private static void put(Map<String, Object> known, String name, long value) {
    known.put(name, BigInteger.valueOf(value));
  }
}
