package org.netshard.protocol.sched;

/**
 * The kernel's generator of numbers that only look random, from a seed.
 *
 * <p><b>Source:</b> {@code lib/random32.c}, {@code prandom_u32_state}; {@code
 * include/linux/prandom.h}, {@code prandom_seed_state}; P. L'Ecuyer, "Tables of Maximally
 * Equidistributed Combined LFSR Generators", 1999.
 */
final class Prandom {
  private int s1;
  private int s2;
  private int s3;
  private int s4;

  /** {@code prandom_seed_state}. */
  Prandom(long seed) {
    int mixed = (int) ((seed >>> 32) ^ (seed << 10) ^ seed);
    s1 = atLeast(mixed, 2);
    s2 = atLeast(mixed, 8);
    s3 = atLeast(mixed, 16);
    s4 = atLeast(mixed, 128);
  }

  /** A generator in a state. */
  Prandom(int s1, int s2, int s3, int s4) {
    this.s1 = s1;
    this.s2 = s2;
    this.s3 = s3;
    this.s4 = s4;
  }

  private static int atLeast(int value, int least) {
    return Integer.compareUnsigned(value, least) < 0 ? value + least : value;
  }

  /** 32 bits. */
  int next() {
    s1 = ((s1 & -2) << 18) ^ (((s1 << 6) ^ s1) >>> 13);
    s2 = ((s2 & -8) << 2) ^ (((s2 << 2) ^ s2) >>> 27);
    s3 = ((s3 & -16) << 7) ^ (((s3 << 13) ^ s3) >>> 21);
    s4 = ((s4 & -128) << 13) ^ (((s4 << 3) ^ s4) >>> 12);
    return s1 ^ s2 ^ s3 ^ s4;
  }

  /** A probability that depends on what was drawn before it ({@code struct crndstate}). */
  static final class Correlated {
    /** How much, as a part of 2^32. */
    int rho;

    private int last;

    /**
     * {@code init_crandom}.
     *
     * @param first what is taken to have been drawn before
     */
    void init(int newRho, int first) {
      rho = newRho;
      last = first;
    }

    /** {@code get_crandom}: 32 bits. */
    int next(Prandom random) {
      if (rho == 0) {
        return random.next();
      }
      long value = Integer.toUnsignedLong(random.next());
      long part = Integer.toUnsignedLong(rho) + 1;
      long answer = (value * ((1L << 32) - part) + Integer.toUnsignedLong(last) * part) >>> 32;
      last = (int) answer;
      return last;
    }

    /** Whether something of this probability happens: 0 is never, all bits always. */
    boolean happens(int probability, Prandom random) {
      return probability != 0 && Integer.compareUnsigned(probability, next(random)) >= 0;
    }
  }
}
