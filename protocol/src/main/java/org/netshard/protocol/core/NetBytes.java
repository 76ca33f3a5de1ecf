package org.netshard.protocol.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Numbers in network byte order, as headers of packets have them.
 *
 * <p>An IPv4 address is kept as the kernel keeps it, its first octet in the lowest byte, and is
 * read and written by {@link #getAddr} and {@link #putAddr}.
 */
public final class NetBytes {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle ADDR =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private NetBytes() {}

  /** One byte, unsigned. */
  public static int get8(byte[] bytes, int at) {
    return bytes[at] & 0xff;
  }

  /** 16 bits, unsigned. */
  public static int get16(byte[] bytes, int at) {
    return (short) SHORT.get(bytes, at) & 0xffff;
  }

  /** 32 bits. */
  public static int get32(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  /** An IPv4 address. */
  public static int getAddr(byte[] bytes, int at) {
    return (int) ADDR.get(bytes, at);
  }

  /** Writes one byte. */
  public static void put8(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
  }

  /** Writes 16 bits. */
  public static void put16(byte[] bytes, int at, int value) {
    SHORT.set(bytes, at, (short) value);
  }

  /** Writes 32 bits. */
  public static void put32(byte[] bytes, int at, int value) {
    INT.set(bytes, at, value);
  }

  /** Writes an IPv4 address. */
  public static void putAddr(byte[] bytes, int at, int address) {
    ADDR.set(bytes, at, address);
  }

  /** A number of 64 bits. */
  public static long get64(byte[] bytes, int at) {
    return (long) get32(bytes, at) << Integer.SIZE
        | Integer.toUnsignedLong(get32(bytes, at + Integer.BYTES));
  }

  /** Writes a number of 64 bits. */
  public static void put64(byte[] bytes, int at, long value) {
    put32(bytes, at, (int) (value >>> Integer.SIZE));
    put32(bytes, at + Integer.BYTES, (int) value);
  }
}
