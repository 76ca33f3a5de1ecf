package org.netshard.cluster.serialization;

import akka.actor.typed.ActorRef;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/**
 * The output of a message, with strings in a form that any bytes can be read as.
 *
 * <p>A string is a varint, 0 for null, else {@code 1 + (length << 1 | wide)}, then a byte for each
 * char, or two if {@code wide}. Unlike UTF-8 this keeps every string, also lone surrogates.
 */
public final class WireOutput extends Output {
  private final ActorRefs refs;

  WireOutput(int messageBytesMax, ActorRefs refs) {
    super(Math.min(512, messageBytesMax), messageBytesMax);
    this.refs = refs;
  }

  /** Writes the number of elements that follow; {@link WireInput#readLength} reads it. */
  public void writeLength(int length) {
    writeVarInt(length, true);
  }

  /** Writes a reference to an actor. */
  public void writeRef(ActorRef<?> ref) {
    writeString(refs.format(ref));
  }

  @Override
  public void writeString(@Nullable String value) {
    if (value == null) {
      writeVarInt(0, true);
      return;
    }
    int length = value.length();
    boolean wide = false;
    for (int i = 0; i < length && !wide; i++) {
      wide = value.charAt(i) > 0xff;
    }
    if (length > maxCapacity) {
      throw new WireFormatException("a string larger than netshard.wire.max-message-bytes");
    }
    writeVarInt(1 + ((length << 1) | (wide ? 1 : 0)), true);
    require(wide ? length << 1 : length);
    int at = position;
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      buffer[at++] = (byte) c;
      if (wide) {
        buffer[at++] = (byte) (c >> 8);
      }
    }
    position = at;
  }

  @Override
  public void writeAscii(@Nullable String value) {
    writeString(value);
  }
}
