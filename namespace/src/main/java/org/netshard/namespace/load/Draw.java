package org.netshard.namespace.load;

import org.netshard.namespace.spec.Distribution;

/**
 * Numbers of a distribution, the same for the same seed on every machine.
 *
 * <p>The generator is SplitMix64; logarithms and powers are those of {@link StrictMath}, as {@link
 * Math} may differ by a bit between machines.
 */
final class Draw {
  private static final long GAMMA = 0x9e3779b97f4a7c15L;
  private static final int DOUBLE_BITS = 53;
  private static final double DOUBLE_UNIT = 1.0 / (1L << DOUBLE_BITS);

  private long state;

  Draw(long seed) {
    state = seed;
  }

  /** A number of a distribution, which is never below 0. */
  double next(Distribution distribution) {
    double first = distribution.first();
    double second = distribution.second();
    return switch (distribution.shape()) {
      case CONSTANT -> first;
      case UNIFORM -> first + (second - first) * unit();
      case EXPONENTIAL -> -first * StrictMath.log(1 - unit());
      case NORMAL -> Math.max(0, first + second * gauss());
      case LOGNORMAL -> first * StrictMath.exp(second * gauss());
      case PARETO -> first * StrictMath.pow(1 - unit(), -1 / second);
    };
  }

  /** A whole number of a distribution, at least {@code min} and at most {@code max}. */
  long nextWhole(Distribution distribution, long min, long max) {
    double drawn =
        distribution.shape() == Distribution.Shape.UNIFORM
            ? Math.floor(
                distribution.first() + (distribution.second() - distribution.first() + 1) * unit())
            : Math.rint(next(distribution));
    return Math.max(min, drawn >= max ? max : (long) drawn);
  }

  /** From 0 to below 1. */
  private double unit() {
    state += GAMMA;
    long mixed = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return ((mixed ^ (mixed >>> 31)) >>> (Long.SIZE - DOUBLE_BITS)) * DOUBLE_UNIT;
  }

  /** Of the standard normal distribution (Box and Muller). */
  private double gauss() {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - unit()));
    return radius * StrictMath.cos(2 * Math.PI * unit());
  }
}
