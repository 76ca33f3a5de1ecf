package org.netshard.protocol.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A socket address in the kernel: what a program gave, followed by zeros.
 *
 * <p>How much of it counts is up to the family: each looks at {@link #length} first.
 *
 * <p><b>Source:</b> {@code include/linux/socket.h}, {@code struct sockaddr_storage}; {@code
 * net/socket.c}, {@code move_addr_to_kernel}; {@code include/uapi/linux/in.h}, {@code in6.h}.
 */
public final class SockAddr {
  /** Size of a {@code struct sockaddr_storage}: the longest address, bytes. */
  public static final int STORAGE_BYTES = 128;

  /** Size of a {@code sa_family_t}, bytes. */
  public static final int FAMILY_BYTES = 2;

  /** Size of a {@code struct sockaddr_in}, bytes. */
  public static final int IN_BYTES = 16;

  /** Size of a {@code struct sockaddr_in6}, bytes. */
  public static final int IN6_BYTES = 28;

  /** {@code SIN6_LEN_RFC2133}: the same without a scope, bytes. */
  public static final int IN6_RFC2133_BYTES = 24;

  private static final int IN_ADDR = 4;
  private static final int IN6_FLOWINFO = 4;
  private static final int IN6_ADDR = 8;
  private static final int IN6_SCOPE_ID = 24;
  private static final int ADDR6_BYTES = 16;

  private final ByteBuffer bytes;
  private final int length;

  private SockAddr(byte[] storage, int length) {
    this.bytes = ByteBuffer.wrap(storage).order(ByteOrder.LITTLE_ENDIAN);
    this.length = length;
  }

  /**
   * Whether an address of a program can be taken.
   *
   * <p><b>Errors</b>, in order: EINVAL for a length below 0 or above {@value #STORAGE_BYTES},
   * EFAULT.
   */
  public static int check(UserMem address, int length) {
    if (length < 0 || length > STORAGE_BYTES) {
      return Errno.EINVAL.negated();
    }
    return address.accessible(0, length) ? 0 : Errno.EFAULT.negated();
  }

  /** The address of a program, after {@link #check}. */
  public static SockAddr of(UserMem address, int length) {
    byte[] storage = new byte[STORAGE_BYTES];
    System.arraycopy(address.get(0, length), 0, storage, 0, length);
    return new SockAddr(storage, length);
  }

  /** A {@code struct sockaddr_in}; address in network byte order, port as a number. */
  public static SockAddr in(int address, int port) {
    SockAddr made = new SockAddr(new byte[STORAGE_BYTES], IN_BYTES);
    putIn(made.bytes.array(), address, port);
    return made;
  }

  /** Its length as the program gave it, bytes. */
  public int length() {
    return length;
  }

  /** {@code sa_family}. */
  public int family() {
    return bytes.getShort(0) & 0xffff;
  }

  /** {@code sin_port} or {@code sin6_port}, as a number. */
  public int port() {
    return Short.reverseBytes(bytes.getShort(2)) & 0xffff;
  }

  /** {@code sin_addr}, network byte order: the first octet is the lowest byte. */
  public int inAddr() {
    return bytes.getInt(IN_ADDR);
  }

  /** {@code sin6_flowinfo}, network byte order. */
  public int in6Flowinfo() {
    return bytes.getInt(IN6_FLOWINFO);
  }

  /** {@code sin6_addr}: 16 bytes, a copy. */
  public byte[] in6Addr() {
    byte[] address = new byte[ADDR6_BYTES];
    bytes.get(IN6_ADDR, address);
    return address;
  }

  /** {@code sin6_scope_id}. */
  public int in6ScopeId() {
    return bytes.getInt(IN6_SCOPE_ID);
  }

  /** One byte, unsigned. */
  public int getByte(int offset) {
    return bytes.get(offset) & 0xff;
  }

  /** A 16-bit number, unsigned. */
  public int getShort(int offset) {
    return bytes.getShort(offset) & 0xffff;
  }

  /** A 32-bit number. */
  public int getInt(int offset) {
    return bytes.getInt(offset);
  }

  /** A copy of these bytes. */
  public byte[] get(int offset, int count) {
    byte[] copy = new byte[count];
    bytes.get(offset, copy);
    return copy;
  }

  /** Writes a {@code struct sockaddr_in}; address in network byte order, port as a number. */
  public static int putIn(byte[] storage, int address, int port) {
    ByteBuffer out = ByteBuffer.wrap(storage).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort(0, (short) Abi.AF_INET).putShort(2, Short.reverseBytes((short) port));
    out.putInt(IN_ADDR, address);
    return IN_BYTES;
  }

  /** Writes a {@code struct sockaddr_in6} without flow label. */
  public static int putIn6(byte[] storage, byte[] address, int port, int scopeId) {
    ByteBuffer out = ByteBuffer.wrap(storage).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort(0, (short) Abi.AF_INET6).putShort(2, Short.reverseBytes((short) port));
    out.put(IN6_ADDR, address).putInt(IN6_SCOPE_ID, scopeId);
    return IN6_BYTES;
  }
}
