package org.netshard.protocol.tcp;

/**
 * The least or the most of what was seen within a window of time, kept as the best, the second and
 * the third best. Numbers are unsigned.
 *
 * <p><b>Source:</b> {@code lib/win_minmax.c}: {@code minmax_running_min}, {@code
 * minmax_running_max}.
 */
final class Minmax {
  private int t0;
  private int v0;
  private int t1;
  private int v1;
  private int t2;
  private int v2;

  /** The least, or the most. */
  int get() {
    return v0;
  }

  /** Forgets all but this ({@code minmax_reset}). */
  int reset(int time, int value) {
    t0 = time;
    t1 = time;
    t2 = time;
    v0 = value;
    v1 = value;
    v2 = value;
    return value;
  }

  /** Becomes like another. */
  void set(Minmax other) {
    t0 = other.t0;
    v0 = other.v0;
    t1 = other.t1;
    v1 = other.v1;
    t2 = other.t2;
    v2 = other.v2;
  }

  /** Takes one more; the least. */
  int runningMin(int window, int time, int value) {
    return running(window, time, value, -1);
  }

  /** Takes one more; the most. */
  int runningMax(int window, int time, int value) {
    return running(window, time, value, 1);
  }

  /** Whether one is at least as good as another; the sign says whether more is better. */
  private static boolean isAsGood(int one, int other, int sign) {
    return Integer.compareUnsigned(one, other) * sign >= 0;
  }

  private int running(int window, int time, int value, int sign) {
    if (isAsGood(value, v0, sign) || Integer.compareUnsigned(time - t2, window) > 0) {
      return reset(time, value);
    }
    if (isAsGood(value, v1, sign)) {
      t2 = time;
      v2 = value;
      t1 = time;
      v1 = value;
    } else if (isAsGood(value, v2, sign)) {
      t2 = time;
      v2 = value;
    }
    int dt = time - t0;
    if (Integer.compareUnsigned(dt, window) > 0) {
      t0 = t1;
      v0 = v1;
      t1 = t2;
      v1 = v2;
      t2 = time;
      v2 = value;
      if (Integer.compareUnsigned(time - t0, window) > 0) {
        t0 = t1;
        v0 = v1;
        t1 = t2;
        v1 = v2;
      }
    } else if (t1 == t0 && Integer.compareUnsigned(dt, window / 4) > 0) {
      t1 = time;
      v1 = value;
      t2 = time;
      v2 = value;
    } else if (t2 == t1 && Integer.compareUnsigned(dt, window / 2) > 0) {
      t2 = time;
      v2 = value;
    }
    return v0;
  }
}
