package org.netshard.protocol.tcp;

/**
 * Arithmetic of sequence numbers, which wrap around.
 *
 * <p><b>Source:</b> RFC 9293, section 3.4; {@code include/net/tcp.h}: {@code before}, {@code
 * between}.
 */
final class Seq {
  private Seq() {}

  /** Whether {@code a} is before {@code b}. */
  static boolean before(int a, int b) {
    return a - b < 0;
  }

  /** Whether {@code a} is behind {@code b}. */
  static boolean after(int a, int b) {
    return b - a < 0;
  }

  /** Whether a number is from {@code low} to {@code high}, both included. */
  static boolean between(int seq, int low, int high) {
    return Integer.compareUnsigned(high - low, seq - low) >= 0;
  }

  /** The later of two. */
  static int max(int a, int b) {
    return before(a, b) ? b : a;
  }
}
