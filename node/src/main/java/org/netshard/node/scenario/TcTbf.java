package org.netshard.node.scenario;

import org.netshard.protocol.abi.PktSched;
import org.netshard.protocol.netlink.NlMsg;

/**
 * What a line of {@code tc} says to {@code tbf}.
 *
 * <p><b>Source:</b> iproute2, {@code tc/q_tbf.c}; {@code tc/tc_core.c}: {@code tc_calc_rtable},
 * {@code tc_calc_xmittime}.
 */
final class TcTbf {
  private static final String ALLOWED =
      "rate RATE, burst BYTES, limit BYTES or latency TIME, peakrate RATE, mtu BYTES, mpu BYTES,"
          + " overhead BYTES, linklayer ethernet|atm";

  private static final int TC_LINKLAYER_ETHERNET = 1;
  private static final int TC_LINKLAYER_ATM = 2;
  private static final int RTAB_SIZE = 256;
  private static final int MTU_DEFAULT = 2047;
  private static final long NS_PER_SEC = 1_000_000_000;
  private static final double US_PER_SEC = 1_000_000;
  private static final double TICKS_PER_US = 1_000.0 / TcWords.TICK_NS;
  private static final int ATM_CELL_BYTES = 53;
  private static final int ATM_CELL_PAYLOAD = 48;
  private static final int U16_MAX = 0xffff;

  private long limit;
  private long latencyNs;
  private long burst;
  private int burstCell = -1;
  private long mtu;
  private int mtuCell = -1;
  private int mpu;
  private int overhead;
  private int linklayer = TC_LINKLAYER_ETHERNET;
  private long rate;
  private long peakrate;

  private TcTbf() {}

  /** Reads what is left of a line, and adds the options, unless the line deletes. */
  static void options(TcWords words, NlMsg out, boolean deletes) throws BadWordException {
    TcTbf q = new TcTbf();
    while (words.more()) {
      q.option(words, words.next(""));
    }
    if (!deletes) {
      q.check(words);
      q.message(out);
    }
  }

  private void option(TcWords words, String key) throws BadWordException {
    switch (key) {
      case "limit" -> limit = words.size(words.next(key));
      case "latency" -> latencyNs = words.time();
      case "burst", "buffer", "maxburst" -> {
        String[] sizes = words.next(key).split("/", 2);
        burst = words.size(sizes[0]);
        burstCell = cell(words, sizes, burstCell);
      }
      case "mtu", "minburst" -> {
        String[] sizes = words.next(key).split("/", 2);
        mtu = words.size(sizes[0]);
        mtuCell = cell(words, sizes, mtuCell);
      }
      case "mpu" -> mpu = (int) Math.min(words.size(words.next(key)), U16_MAX);
      case "overhead" -> overhead = (int) Math.min(words.u32("overhead"), U16_MAX);
      case "linklayer" -> {
        String name = words.next("a link layer");
        linklayer = name.equals("atm") ? TC_LINKLAYER_ATM : TC_LINKLAYER_ETHERNET;
        if (!name.equals("atm") && !name.equals("ethernet")) {
          throw words.wrong("link layer `" + name + "`", "ethernet, atm");
        }
      }
      case "rate" -> rate = words.rate();
      case "peakrate" -> peakrate = words.rate();
      default -> throw words.wrong("`" + key + "` of tbf", ALLOWED);
    }
  }

  /** {@code get_size_and_cell}: the power of 2 behind the slash. */
  private static int cell(TcWords words, String[] sizes, int none) throws BadWordException {
    if (sizes.length < 2) {
      return none;
    }
    long bytes = words.size(sizes[1]);
    if (Long.bitCount(bytes) != 1) {
      throw words.bad(sizes[1], "power of 2");
    }
    return Long.numberOfTrailingZeros(bytes);
  }

  private void check(TcWords words) throws BadWordException {
    if (rate == 0) {
      throw words.badHere("tbf without a rate");
    }
    if (burst == 0) {
      throw words.badHere("tbf without a burst");
    }
    if (peakrate != 0 && mtu == 0) {
      throw words.badHere("tbf with a peakrate but without mtu");
    }
    if ((limit == 0) == (latencyNs == 0)) {
      throw words.badHere("tbf needs either limit or latency");
    }
  }

  private void message(NlMsg out) {
    long bytes = limit;
    if (bytes == 0) {
      double most = rate * (double) latencyNs / NS_PER_SEC + burst;
      if (peakrate != 0) {
        most = Math.min(most, peakrate * (double) latencyNs / NS_PER_SEC + mtu);
      }
      bytes = (long) most;
    }
    int options = out.nest(TcNotation.TCA_OPTIONS);
    int nest = out.nest(PktSched.TCA_TBF_PARMS);
    ratespec(out, rate, burstCell);
    ratespec(out, peakrate, mtuCell);
    out.putInt((int) bytes).putInt(xmittime(rate, burst));
    out.putInt(peakrate == 0 ? 0 : xmittime(peakrate, mtu)).nestEnd(nest);
    out.attrInt(PktSched.TCA_TBF_BURST, (int) burst);
    if (rate > TcWords.U32_MAX) {
      TcWords.putLong(out, PktSched.TCA_TBF_RATE64, rate);
    }
    rtable(out, PktSched.TCA_TBF_RTAB, rate, burstCell);
    if (peakrate != 0) {
      if (peakrate > TcWords.U32_MAX) {
        TcWords.putLong(out, PktSched.TCA_TBF_PRATE64, peakrate);
      }
      out.attrInt(PktSched.TCA_TBF_PBURST, (int) mtu);
      rtable(out, PktSched.TCA_TBF_PTAB, peakrate, mtuCell);
    }
    out.nestEnd(options);
  }

  /** {@code struct tc_ratespec}; that of no rate is empty. */
  private void ratespec(NlMsg out, long bytesPerSec, int cellLog) {
    if (bytesPerSec == 0) {
      out.putInt(0).putInt(0).putInt(0);
      return;
    }
    out.putInt(cellLog(cellLog) | linklayer << 8 | overhead << 16).putInt(U16_MAX | mpu << 16);
    out.putInt((int) Math.min(bytesPerSec, TcWords.U32_MAX));
  }

  private int cellLog(int given) {
    int log = Math.max(given, 0);
    while (given < 0 && (mtu == 0 ? MTU_DEFAULT : mtu) >> log >= RTAB_SIZE) {
      log++;
    }
    return log;
  }

  private void rtable(NlMsg out, int type, long bytesPerSec, int given) {
    int log = cellLog(given);
    int nest = out.nest(type);
    for (int i = 1; i <= RTAB_SIZE; i++) {
      long bytes = Math.max((long) i << log, mpu);
      if (linklayer == TC_LINKLAYER_ATM) {
        bytes = (bytes + ATM_CELL_PAYLOAD - 1) / ATM_CELL_PAYLOAD * ATM_CELL_BYTES;
      }
      out.putInt(xmittime(bytesPerSec, bytes));
    }
    out.nestEnd(nest);
  }

  private static int xmittime(long bytesPerSec, long bytes) {
    long us = (long) (US_PER_SEC * (bytes / (double) Math.min(bytesPerSec, TcWords.U32_MAX)));
    return (int) (long) (us * TICKS_PER_US);
  }
}
