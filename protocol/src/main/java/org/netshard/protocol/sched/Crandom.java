package org.netshard.protocol.sched;

import java.util.SplittableRandom;

/**
 * Numbers of 32 bits, each of which leans on the one before ({@code get_crandom}).
 *
 * <p><b>Source:</b> {@code net/sched/sch_netem.c}, {@code struct crndstate}.
 */
final class Crandom {
  private final int rho;
  private long last;

  /**
   * Numbers with a correlation.
   *
   * @param rho correlation, a fraction of 2^32, unsigned
   * @param first a number that goes before the first one
   */
  Crandom(int rho, long first) {
    this.rho = rho;
    this.last = first;
  }

  /** The next number, below 2^32. */
  long next(SplittableRandom prng) {
    long value = Integer.toUnsignedLong(prng.nextInt());
    if (rho == 0) {
      return value;
    }
    long weight = Integer.toUnsignedLong(rho) + 1;
    // Both products are below 2^64, and so is their sum.
    long mixed = (value * ((1L << 32) - weight) + last * weight) >>> 32;
    last = mixed;
    return last;
  }

  /** Whether an event of a probability, a fraction of 2^32, happens now. */
  boolean happens(int probability, SplittableRandom prng) {
    return probability != 0 && Integer.toUnsignedLong(probability) >= next(prng);
  }
}
