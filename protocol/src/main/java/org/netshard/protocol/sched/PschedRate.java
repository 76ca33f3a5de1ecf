package org.netshard.protocol.sched;

import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlMsg;

/**
 * A rate, by which a length becomes a time without a division.
 *
 * <p><b>Source:</b> {@code net/sched/sch_generic.c}, {@code psched_ratecfg_precompute}; {@code
 * include/net/sch_generic.h}: {@code psched_l2t_ns}, {@code psched_ratecfg_getrate}; {@code
 * include/uapi/linux/pkt_sched.h}, {@code struct tc_ratespec}.
 *
 * @param bytesPerSec bytes a second, unsigned; 0 for none
 * @param overhead bytes that each packet has besides its own
 * @param mpu bytes that a packet counts at least
 * @param linklayer {@code TC_LINKLAYER_ATM} and so on
 * @param mult {@code mult}: nanoseconds of a byte, times 2 to the power of {@code shift}
 * @param shift {@code shift}
 */
record PschedRate(long bytesPerSec, int overhead, int mpu, int linklayer, int mult, int shift) {
  /** Bytes of {@code struct tc_ratespec}. */
  static final int RATESPEC_BYTES = 12;

  /** No rate. */
  static final PschedRate NONE = new PschedRate(0, 0, 0, 0, 1, 0);

  private static final long NS_PER_SEC = 1_000_000_000;
  private static final int TC_LINKLAYER_MASK = 0x0f;
  private static final int TC_LINKLAYER_ATM = 2;
  private static final int ATM_CELL_BYTES = 53;
  private static final int ATM_CELL_PAYLOAD = 48;
  private static final int LINKLAYER_AT = 1;
  private static final int OVERHEAD_AT = 2;
  private static final int MPU_AT = 6;
  private static final int RATE_AT = 8;
  private static final long U32_MAX = 0xffff_ffffL;

  /**
   * {@code psched_ratecfg_precompute}.
   *
   * @param options what a {@code struct tc_ratespec} is in
   * @param at where it begins
   * @param rate64 the rate if it does not fit into that, or 0
   */
  static PschedRate read(NlAttr options, int at, long rate64) {
    long narrow = Integer.toUnsignedLong(options.getInt(at + RATE_AT));
    long rate = Long.compareUnsigned(narrow, rate64) > 0 ? narrow : rate64;
    int mult = 1;
    int shift = 0;
    if (rate != 0) {
      long factor = NS_PER_SEC;
      mult = (int) Long.divideUnsigned(factor, rate);
      while (mult >= 0 && factor >= 0) {
        factor <<= 1;
        shift++;
        mult = (int) Long.divideUnsigned(factor, rate);
      }
    }
    int overhead = options.getInt(at) >>> (8 * OVERHEAD_AT);
    int mpu = options.getInt(at + MPU_AT - 2) >>> 16;
    int linklayer = (options.getInt(at) >>> (8 * LINKLAYER_AT)) & TC_LINKLAYER_MASK;
    return new PschedRate(rate, overhead, mpu, linklayer, mult, shift);
  }

  /** {@code psched_l2t_ns}: how long so many bytes take, nanoseconds. */
  long nsOf(long bytes) {
    long length = Math.max((bytes + overhead) & U32_MAX, mpu);
    if (linklayer == TC_LINKLAYER_ATM) {
      long cells = ((length + ATM_CELL_PAYLOAD - 1) & U32_MAX) / ATM_CELL_PAYLOAD;
      length = (cells * ATM_CELL_BYTES) & U32_MAX;
    }
    return (length * (mult & U32_MAX)) >>> shift;
  }

  /** {@code psched_ns_t2l}: how many bytes go in so many nanoseconds. */
  long bytesIn(long ns) {
    long length = Long.divideUnsigned(ns * bytesPerSec, NS_PER_SEC);
    if (linklayer == TC_LINKLAYER_ATM) {
      length = Long.divideUnsigned(length, ATM_CELL_BYTES) * ATM_CELL_PAYLOAD;
    }
    return Long.compareUnsigned(length, overhead) > 0 ? length - overhead : 0;
  }

  /** {@code psched_ratecfg_getrate}: adds a {@code struct tc_ratespec}. */
  void dump(NlMsg out) {
    out.putInt((linklayer << (8 * LINKLAYER_AT)) | (overhead << (8 * OVERHEAD_AT)));
    out.putInt(mpu << 16);
    out.putInt(bytesPerSec >>> Integer.SIZE != 0 ? -1 : (int) bytesPerSec);
  }
}
