package org.netshard.namespace.load;

import org.netshard.namespace.spec.Distribution;

/**
 * When a task begins its next message: at a rate that does not wait for anything, or after a pause.
 *
 * <p>With a rate {@code exponential(n)} the gaps are exponential with a mean of 1/n seconds, which
 * makes a Poisson process; with any other one each gap is one over a drawn rate.
 */
final class Schedule {
  private static final double NS_PER_SECOND = 1e9;
  private static final long GAP_MAX_NS = 1L << 61;
  private static final double GAP_MAX = 0x1p61;

  private final Distribution rate;
  private final Distribution thinkNs;
  private final Draw draw;
  private long startNs;
  private double sinceStartNs;
  private long begun;

  Schedule(Distribution rate, Distribution thinkNs, Draw draw) {
    this.rate = rate;
    this.thinkNs = thinkNs;
    this.draw = draw;
  }

  /** Virtual time of the next message; the first one is due at once. */
  long next(long nowNs) {
    startNs = begun == 0 ? nowNs : startNs;
    long think = begun == 0 ? 0 : draw.nextWhole(thinkNs, 0, GAP_MAX_NS);
    long dueNs = rate.isZero() ? nowNs : due();
    begun++;
    return Math.max(nowNs + think, dueNs);
  }

  private long due() {
    if (rate.isConstant()) {
      // A multiplication each, so that no error adds up.
      sinceStartNs = begun * NS_PER_SECOND / rate.first();
    } else if (begun > 0) {
      sinceStartNs += gapNs();
    }
    return startNs + (long) Math.min(sinceStartNs, GAP_MAX);
  }

  private double gapNs() {
    if (rate.shape() == Distribution.Shape.EXPONENTIAL) {
      return draw.next(Distribution.exponential(NS_PER_SECOND / rate.first()));
    }
    double drawn = draw.next(rate);
    return drawn <= 0 ? GAP_MAX : Math.min(NS_PER_SECOND / drawn, GAP_MAX);
  }
}
