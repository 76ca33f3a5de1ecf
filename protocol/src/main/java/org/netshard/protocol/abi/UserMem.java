package org.netshard.protocol.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a simulated program to which a pointer argument of a call refers.
 *
 * <p>Numbers are little-endian, as on x86-64. A pointer is NULL, or bad (an address that is not
 * mapped), or refers to a number of bytes, past whose end nothing is mapped.
 */
public final class UserMem {
  /** The null pointer. */
  public static final UserMem NULL = new UserMem(null);

  /** An address that is not mapped. */
  public static final UserMem BAD = new UserMem(null);

  private final byte @Nullable [] array;
  private final @Nullable ByteBuffer bytes;

  /** What the pointers in it refer to, by their offset; null if there are none. */
  private @Nullable NavigableMap<Integer, UserMem> pointers;

  private UserMem(byte @Nullable [] array) {
    this.array = array;
    this.bytes = array == null ? null : ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Memory that holds a copy of these bytes. */
  public static UserMem of(byte... content) {
    return new UserMem(content.clone());
  }

  /** Zeroed memory. */
  public static UserMem zeroed(int size) {
    return new UserMem(new byte[size]);
  }

  /** Memory that holds one 32-bit number. */
  public static UserMem ofInt(int value) {
    UserMem mem = zeroed(4);
    mem.putInt(0, value);
    return mem;
  }

  /** Memory that holds several 32-bit numbers. */
  public static UserMem ofInts(int... values) {
    UserMem mem = zeroed(4 * values.length);
    for (int i = 0; i < values.length; i++) {
      mem.putInt(4 * i, values[i]);
    }
    return mem;
  }

  /** The same kind of pointer to a copy of the content, for one more execution of a call. */
  public UserMem copy() {
    if (array == null) {
      return this;
    }
    UserMem copy = of(array);
    if (pointers != null) {
      pointers.forEach((offset, target) -> copy.putPointer(offset, target.copy()));
    }
    return copy;
  }

  /** Writes a pointer, 8 bytes, through which {@link #pointer} comes to other memory. */
  public void putPointer(int offset, UserMem target) {
    putLong(offset, target.isNull() ? 0 : 1);
    if (pointers == null) {
      pointers = new TreeMap<>();
    }
    pointers.put(offset, target);
  }

  /** What the pointer here refers to; a number in its place is NULL if zero, else a bad address. */
  public UserMem pointer(int offset) {
    UserMem target = pointers == null ? null : pointers.get(offset);
    if (target != null) {
      return target;
    }
    return getLong(offset) == 0 ? NULL : BAD;
  }

  /** What the pointers in it refer to, by their offset, in order. */
  public Map<Integer, UserMem> pointers() {
    return pointers == null ? Map.of() : Collections.unmodifiableMap(pointers);
  }

  /** Whether this is the null pointer. */
  public boolean isNull() {
    return this == NULL;
  }

  /** The number of bytes that are mapped here. */
  public int size() {
    return array == null ? 0 : array.length;
  }

  /** Whether these bytes can be read and written; no bytes can always be, even at NULL. */
  public boolean accessible(int offset, int length) {
    return length == 0 || (length > 0 && offset >= 0 && (long) offset + length <= size());
  }

  /** The byte here, as an unsigned number. */
  public int getByte(int offset) {
    return mapped().get(offset) & 0xff;
  }

  /** The 16-bit number here, unsigned. */
  public int getShort(int offset) {
    return mapped().getShort(offset) & 0xffff;
  }

  /** The 32-bit number here. */
  public int getInt(int offset) {
    return mapped().getInt(offset);
  }

  /** The 64-bit number here. */
  public long getLong(int offset) {
    return mapped().getLong(offset);
  }

  /** Writes one byte. */
  public void putByte(int offset, int value) {
    mapped().put(offset, (byte) value);
  }

  /** Writes a 16-bit number. */
  public void putShort(int offset, int value) {
    mapped().putShort(offset, (short) value);
  }

  /** Writes a 32-bit number. */
  public void putInt(int offset, int value) {
    mapped().putInt(offset, value);
  }

  /** Writes a 64-bit number. */
  public void putLong(int offset, long value) {
    mapped().putLong(offset, value);
  }

  /** A copy of these bytes. */
  public byte[] get(int offset, int length) {
    byte[] content = new byte[length];
    if (length > 0) {
      mapped().get(offset, content);
    }
    return content;
  }

  /** Copies bytes from here into an array. */
  public void copyTo(int offset, byte[] into, int at, int length) {
    if (length > 0) {
      mapped().get(offset, into, at, length);
    }
  }

  /** Copies bytes of an array to here. */
  public void copyFrom(int offset, byte[] from, int at, int length) {
    if (length > 0) {
      mapped().put(offset, from, at, length);
    }
  }

  /**
   * A copy of a part; pointers in it refer to the same memory. A bad address if it is not there.
   */
  public UserMem part(int offset, int length) {
    if (!accessible(offset, length)) {
      return isNull() ? NULL : BAD;
    }
    UserMem part = of(get(offset, length));
    if (pointers != null) {
      pointers
          .subMap(offset, offset + length)
          .forEach((at, to) -> part.putPointer(at - offset, to));
    }
    return part;
  }

  /** Writes the numbers of such a part back. */
  public void putPart(int offset, UserMem part) {
    put(offset, part.content(), part.size());
  }

  /** Writes the first bytes of an array. */
  public void put(int offset, byte[] content, int length) {
    if (length > 0) {
      mapped().put(offset, content, 0, length);
    }
  }

  /** A copy of everything here; empty for NULL and bad addresses. */
  public byte[] content() {
    return array == null ? new byte[0] : array.clone();
  }

  /** Lets a checksum go on over everything here. */
  public void update(Checksum checksum) {
    if (array != null) {
      checksum.update(array, 0, array.length);
    }
  }

  private ByteBuffer mapped() {
    if (bytes == null) {
      throw new IllegalStateException("access to unmapped user memory without a check");
    }
    return bytes;
  }

  @Override
  public String toString() {
    if (this == NULL) {
      return "NULL";
    }
    if (array == null) {
      return "bad address";
    }
    return Arrays.toString(array) + (pointers == null ? "" : pointers);
  }
}
