package org.netshard.protocol.sched;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.PktSched;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.inet.SkbGso;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.NlAttrs;
import org.netshard.protocol.netlink.NlMsg;

/**
 * The token bucket filter: lets packets out at a rate, and some at once if it has been quiet.
 *
 * <p>Tokens are nanoseconds. A packet that stands for several segments and does not fit into the
 * bucket is cut into these.
 *
 * <p><b>Source:</b> {@code net/sched/sch_tbf.c}: {@code tbf_change}, {@code tbf_enqueue}, {@code
 * tbf_segment}, {@code tbf_dequeue}.
 *
 * <p><b>Differs from Linux:</b> what waits is always in a {@code bfifo}; no other discipline can be
 * put in its place.
 */
final class Tbf extends SchedQdisc {
  static final String ID = "tbf";

  private static final int PEAK_AT = PschedRate.RATESPEC_BYTES;
  private static final int LIMIT_AT = 2 * PschedRate.RATESPEC_BYTES;
  private static final int BUFFER_AT = LIMIT_AT + Integer.BYTES;
  private static final int MTU_AT = BUFFER_AT + Integer.BYTES;
  private static final int QOPT_BYTES = MTU_AT + Integer.BYTES;
  private static final int RTAB_BYTES = 1024;
  private static final long U32_MAX = 0xffff_ffffL;

  private static final NlAttrs.Rule[] POLICY = {
    NlAttrs.Rule.atLeast(PktSched.TCA_TBF_PARMS, QOPT_BYTES),
    NlAttrs.Rule.atMost(PktSched.TCA_TBF_RTAB, RTAB_BYTES),
    NlAttrs.Rule.atMost(PktSched.TCA_TBF_PTAB, RTAB_BYTES),
    NlAttrs.Rule.atLeast(PktSched.TCA_TBF_RATE64, Long.BYTES),
    NlAttrs.Rule.atLeast(PktSched.TCA_TBF_PRATE64, Long.BYTES),
    NlAttrs.Rule.u32(PktSched.TCA_TBF_BURST),
    NlAttrs.Rule.u32(PktSched.TCA_TBF_PBURST),
  };

  private final ArrayDeque<Packet> queue = new ArrayDeque<>();
  private PschedRate rate = PschedRate.NONE;
  private PschedRate peak = PschedRate.NONE;
  private int limit;
  private long maxSize;
  private long bufferNs;
  private long mtuNs;
  private long tokens;
  private long peakTokens;
  private long checkedNs;

  Tbf(NetNs net, NetDevice dev, int handle) {
    super(net, dev, handle);
    checkedNs = net.machine().nowNs();
  }

  @Override
  public String id() {
    return ID;
  }

  /**
   * {@code tbf_change}.
   *
   * <p><b>Errors</b>, in order: EINVAL without options; ERANGE for one that is too short or too
   * long; EINVAL without parameters, for a peak that is not above the rate, and for a bucket that
   * holds nothing.
   */
  @Override
  int change(@Nullable NlAttr options, ExtAck ext) {
    if (options == null) {
      return Errno.EINVAL.negated();
    }
    NlAttrs tb = options.nested(PktSched.TCA_TBF_PAD);
    if (!tb.fit(POLICY)) {
      return Errno.ERANGE.negated();
    }
    NlAttr qopt = tb.get(PktSched.TCA_TBF_PARMS);
    if (qopt == null) {
      return Errno.EINVAL.negated();
    }
    PschedRate newRate = PschedRate.read(qopt, 0, tb.getLong(PktSched.TCA_TBF_RATE64));
    long newBufferNs = ticks(qopt, BUFFER_AT);
    long size = min(newRate.bytesIn(Math.min(newBufferNs, U32_MAX)), U32_MAX);
    if (tb.has(PktSched.TCA_TBF_BURST)) {
      size = Integer.toUnsignedLong(tb.getInt(PktSched.TCA_TBF_BURST));
      newBufferNs = newRate.nsOf(size);
    }
    PschedRate newPeak = PschedRate.NONE;
    long newMtuNs = ticks(qopt, MTU_AT);
    if (qopt.getInt(PEAK_AT + PschedRate.RATESPEC_BYTES - Integer.BYTES) != 0) {
      newPeak = PschedRate.read(qopt, PEAK_AT, tb.getLong(PktSched.TCA_TBF_PRATE64));
      if (Long.compareUnsigned(newPeak.bytesPerSec(), newRate.bytesPerSec()) <= 0) {
        return Errno.EINVAL.negated();
      }
      long most = min(newPeak.bytesIn(Math.min(newMtuNs, U32_MAX)), U32_MAX);
      if (tb.has(PktSched.TCA_TBF_PBURST)) {
        most = Integer.toUnsignedLong(tb.getInt(PktSched.TCA_TBF_PBURST));
        newMtuNs = newPeak.nsOf(most);
      }
      size = Math.min(size, most);
    } else if (tb.has(PktSched.TCA_TBF_PBURST)) {
      newMtuNs = Math.min(newMtuNs, U32_MAX);
    }
    if (size == 0) {
      return Errno.EINVAL.negated();
    }
    limit = qopt.getInt(LIMIT_AT);
    rate = newRate;
    peak = newPeak;
    maxSize = size;
    bufferNs = newBufferNs;
    mtuNs = newMtuNs;
    tokens = bufferNs;
    peakTokens = mtuNs;
    return 0;
  }

  private static long min(long a, long b) {
    return Long.compareUnsigned(a, b) < 0 ? a : b;
  }

  /** {@code PSCHED_TICKS2NS}. */
  private static long ticks(NlAttr qopt, int at) {
    return Integer.toUnsignedLong(qopt.getInt(at)) * NetemOptions.TICK_NS;
  }

  @Override
  protected int enqueue(Packet packet) {
    if (bytes(packet) <= maxSize) {
      return bfifo(packet);
    }
    if (packet.gsoSize() > 0 && longestSegment(packet) <= maxSize) {
      return segments(packet);
    }
    drop(packet, DropReason.QDISC_DROP);
    return NET_XMIT_DROP;
  }

  /** {@code skb_gso_mac_seglen}. */
  private int longestSegment(Packet packet) {
    return headerBytes(packet) + packet.gsoSize();
  }

  private int bfifo(Packet packet) {
    if (backlog() + bytes(packet) > Integer.toUnsignedLong(limit)) {
      drop(packet, DropReason.QDISC_DROP);
      return NET_XMIT_DROP;
    }
    queue.add(packet);
    queued(packet);
    return NET_XMIT_SUCCESS;
  }

  /** {@code tbf_segment}. */
  private int segments(Packet packet) {
    List<Packet> segments = SkbGso.segment(packet);
    int taken = 0;
    for (Packet segment : segments) {
      taken += bfifo(segment) == NET_XMIT_SUCCESS ? 1 : 0;
    }
    packet.free();
    return taken > 0 ? NET_XMIT_SUCCESS : NET_XMIT_DROP;
  }

  @Override
  protected @Nullable Packet dequeue() {
    Packet next = queue.peek();
    if (next == null) {
      return null;
    }
    int bytes = bytes(next);
    long nowNs = nowNs();
    long sinceNs = Math.min(nowNs - checkedNs, bufferNs);
    long left = Math.min(sinceNs + tokens, bufferNs) - rate.nsOf(bytes);
    long peakLeft = 0;
    if (peak.bytesPerSec() != 0) {
      peakLeft = Math.min(sinceNs + peakTokens, mtuNs) - peak.nsOf(bytes);
    }
    if ((left | peakLeft) < 0) {
      watchdog(nowNs + Math.max(-left, -peakLeft));
      countOverlimit();
      return null;
    }
    checkedNs = nowNs;
    tokens = left;
    peakTokens = peakLeft;
    queue.remove();
    dequeued(next);
    return next;
  }

  @Override
  protected void reset() {
    for (Packet next = queue.poll(); next != null; next = queue.poll()) {
      dequeued(next);
      free(next, DropReason.QDISC_DROP);
    }
  }

  /** {@code tbf_dump}. */
  @Override
  void dump(NlMsg out) {
    int options = out.nest(RtmQdisc.TCA_OPTIONS);
    int parms = out.nest(PktSched.TCA_TBF_PARMS);
    rate.dump(out);
    peak.dump(out);
    out.putInt(limit);
    out.putInt((int) (bufferNs / NetemOptions.TICK_NS));
    out.putInt((int) (mtuNs / NetemOptions.TICK_NS)).nestEnd(parms);
    rate64(out, PktSched.TCA_TBF_RATE64, rate);
    rate64(out, PktSched.TCA_TBF_PRATE64, peak);
    out.nestEnd(options);
  }

  private static void rate64(NlMsg out, int type, PschedRate rate) {
    if (rate.bytesPerSec() >>> Integer.SIZE != 0) {
      int attr = out.nest(type);
      out.putLong(rate.bytesPerSec()).nestEnd(attr);
    }
  }
}
