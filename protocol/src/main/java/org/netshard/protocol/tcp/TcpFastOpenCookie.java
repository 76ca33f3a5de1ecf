package org.netshard.protocol.tcp;

/**
 * A cookie of Fast Open; one without bytes asks for one.
 *
 * <p><b>Source:</b> RFC 7413, section 4.1.1; {@code include/linux/tcp.h}, {@code struct
 * tcp_fastopen_cookie}.
 *
 * @param bytes none, or 4 to 16
 * @param exp whether it goes in the experimental option, kind 254 with the number 0xF989
 */
record TcpFastOpenCookie(byte[] bytes, boolean exp) {
  private static final byte[] NONE = {};
  private static final int BYTES_MIN = 4;
  private static final int BYTES_MAX = 16;

  /** What asks for a cookie. */
  static TcpFastOpenCookie request(boolean exp) {
    return new TcpFastOpenCookie(NONE, exp);
  }

  /** Whether it asks for one. */
  boolean isRequest() {
    return bytes.length == 0;
  }

  /** Whether an option with so many bytes is one. */
  static boolean isLength(int length) {
    return length == 0 || (length % 2 == 0 && length >= BYTES_MIN && length <= BYTES_MAX);
  }
}
