package org.netshard.cluster.serialization;

import akka.actor.typed.ActorRef;
import com.esotericsoftware.kryo.io.Input;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The input of a message that checks every length against the bytes that are left before it
 * allocates anything: a hostile length costs nothing.
 */
public final class WireInput extends Input {
  private final ActorRefs refs;

  WireInput(ActorRefs refs) {
    this.refs = refs;
  }

  /** Bytes that are left. */
  public int remaining() {
    return limit - position;
  }

  /**
   * Reads the number of elements that follow.
   *
   * @param bytesPerElement what one element takes at least, in bytes
   * @throws WireFormatException if so many cannot follow
   */
  public int readLength(int bytesPerElement) {
    int length = readVarInt(true);
    check(length, Math.max(1, bytesPerElement));
    return length;
  }

  private void check(int length, int bytesPerElement) {
    if (length < 0 || (long) length * bytesPerElement > remaining()) {
      throw new WireFormatException(
          "a length of "
              + Integer.toUnsignedString(length)
              + ", but only "
              + remaining()
              + " bytes are left");
    }
  }

  /** Reads a reference to an actor. */
  public ActorRef<?> readRef() {
    String text = readString();
    if (text == null) {
      throw new WireFormatException("an ActorRef is null");
    }
    return refs.resolve(text);
  }

  /** Reads a boolean, and nothing but 0 and 1. */
  @Override
  public boolean readBoolean() {
    int value = readByteUnsigned();
    if (value > 1) {
      throw new WireFormatException("a boolean of " + value);
    }
    return value == 1;
  }

  @Override
  public @Nullable String readString() {
    int header = readVarInt(true);
    if (header == 0) {
      return null;
    }
    boolean wide = ((header - 1) & 1) != 0;
    int length = (header - 1) >>> 1;
    check(length, wide ? 2 : 1);
    int from = position;
    if (!wide) {
      position += length;
      return new String(buffer, from, length, StandardCharsets.ISO_8859_1);
    }
    char[] text = new char[length];
    for (int i = 0; i < length; i++) {
      text[i] = (char) ((buffer[from + 2 * i] & 0xff) | (buffer[from + 2 * i + 1] << 8));
    }
    position += 2 * length;
    return new String(text);
  }

  @Override
  public @Nullable StringBuilder readStringBuilder() {
    String text = readString();
    return text == null ? null : new StringBuilder(text);
  }

  @Override
  public byte[] readBytes(int length) {
    check(length, 1);
    return super.readBytes(length);
  }

  @Override
  public int[] readInts(int length) {
    check(length, Integer.BYTES);
    return super.readInts(length);
  }

  @Override
  public int[] readInts(int length, boolean optimizePositive) {
    check(length, 1);
    return super.readInts(length, optimizePositive);
  }

  @Override
  public long[] readLongs(int length) {
    check(length, Long.BYTES);
    return super.readLongs(length);
  }

  @Override
  public long[] readLongs(int length, boolean optimizePositive) {
    check(length, 1);
    return super.readLongs(length, optimizePositive);
  }

  @Override
  public float[] readFloats(int length) {
    check(length, Float.BYTES);
    return super.readFloats(length);
  }

  @Override
  public double[] readDoubles(int length) {
    check(length, Double.BYTES);
    return super.readDoubles(length);
  }

  @Override
  public short[] readShorts(int length) {
    check(length, Short.BYTES);
    return super.readShorts(length);
  }

  @Override
  public char[] readChars(int length) {
    check(length, Character.BYTES);
    return super.readChars(length);
  }

  @Override
  public boolean[] readBooleans(int length) {
    check(length, 1);
    return super.readBooleans(length);
  }
}
