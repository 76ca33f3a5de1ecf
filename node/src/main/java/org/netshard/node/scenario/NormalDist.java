package org.netshard.node.scenario;

/**
 * The normal distribution as {@code netem} draws from it: values whose share below is equally far
 * apart, in units of which a standard deviation has 8,192.
 *
 * <p><b>Source:</b> iproute2, {@code netem/normal.c}, whose table this has the form of.
 */
final class NormalDist {
  private static final int SCALE = 8192;
  private static final int SIZE = 4096;
  private static final double STEP = 1.0 / 1024;
  private static final double FAR = 6;

  /** {@code /usr/lib/tc/normal.dist}. */
  static final short[] TABLE = table();

  private NormalDist() {}

  /** Adds up the density by Simpson's rule, and notes where the share of each value is passed. */
  private static short[] table() {
    short[] table = new short[SIZE];
    double below = 0;
    double x = -FAR;
    for (int i = 0; i < SIZE; i++) {
      double wanted = (i + 0.5) / SIZE;
      double slice = slice(x);
      while (below + slice < wanted) {
        below += slice;
        x += STEP;
        slice = slice(x);
      }
      double value = x + STEP * (wanted - below) / slice;
      table[i] = (short) Math.rint(value * SCALE);
    }
    return table;
  }

  private static double slice(double x) {
    return STEP / 6 * (density(x) + 4 * density(x + STEP / 2) + density(x + STEP));
  }

  private static double density(double x) {
    return StrictMath.exp(-x * x / 2) / StrictMath.sqrt(2 * StrictMath.PI);
  }
}
