package org.netshard.protocol.core;

/**
 * The checksum of the Internet protocols: the ones' complement of the ones' complement sum of
 * 16-bit words.
 *
 * <p><b>Source:</b> RFC 1071; {@code include/net/checksum.h}, {@code csum_partial}, {@code
 * csum_fold}, {@code csum_tcpudp_magic}, {@code csum_ipv6_magic}.
 */
public final class InetChecksum {
  private static final int ADDR6_BYTES = 16;

  private InetChecksum() {}

  /**
   * The sum of bytes as a program gets it, of 32 bits of which each is a word in the order of this
   * machine ({@code csum_partial}).
   */
  public static int ofWords(byte[] bytes, int at, int length) {
    long total = 0;
    int end = at + (length & ~3);
    int i = at;
    for (; i < end; i += Integer.BYTES) {
      total += Integer.reverseBytes(NetBytes.get32(bytes, i)) & 0xffff_ffffL;
    }
    for (int shift = 0; i < at + length; i++, shift += Byte.SIZE) {
      total += (long) NetBytes.get8(bytes, i) << shift;
    }
    while (total >>> Integer.SIZE != 0) {
      total = (total & 0xffff_ffffL) + (total >>> Integer.SIZE);
    }
    return (int) total;
  }

  /**
   * Adds bytes to a sum ({@code csum_partial}).
   *
   * @param sum what was summed before, unfolded
   */
  public static long add(long sum, byte[] bytes, int at, int length) {
    long total = sum;
    int end = at + (length & ~3);
    int i = at;
    for (; i < end; i += 4) {
      total += NetBytes.get32(bytes, i) & 0xffff_ffffL;
    }
    if ((length & 2) != 0) {
      total += NetBytes.get16(bytes, i);
      i += 2;
    }
    if ((length & 1) != 0) {
      total += NetBytes.get8(bytes, i) << 8;
    }
    return total;
  }

  /** Adds the pseudo header of IPv4, or that of IPv6 with addresses of 16 bytes. */
  public static long addPseudo(
      long sum, byte[] bytes, int saddrAt, int daddrAt, int addrBytes, int length, int protocol) {
    long total = add(sum, bytes, saddrAt, addrBytes);
    total = add(total, bytes, daddrAt, addrBytes);
    if (addrBytes == ADDR6_BYTES) {
      return total + length + protocol;
    }
    return total + (length & 0xffff) + protocol;
  }

  /** Folds a sum to 16 bits, not complemented. */
  public static int fold(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) folded;
  }

  /** The checksum of a sum ({@code csum_fold}). */
  public static int finish(long sum) {
    return ~fold(sum) & 0xffff;
  }
}
