package org.netshard.cluster.serialization;

import com.esotericsoftware.kryo.io.KryoBufferOverflowException;
import com.esotericsoftware.kryo.io.KryoBufferUnderflowException;
import org.jspecify.annotations.Nullable;

/**
 * The one exception of reading and writing messages: bytes that are no message, or an object that
 * cannot become one. The text says what is wrong, at which byte, and in which component.
 */
public final class WireFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int PATH_COUNT_MAX = 8;
  private static final int DETAIL_CHARS_MAX = 240;

  private final String detail;
  private int position = -1;
  private String path = "";
  private int pathCount;

  /** An exception of which {@code detail} says what is wrong. */
  public WireFormatException(String detail) {
    this(detail, null);
  }

  private WireFormatException(String detail, @Nullable Throwable cause) {
    super(detail, cause);
    this.detail = detail;
  }

  /** This exception, or one for whatever else a serializer or a constructor threw. */
  static WireFormatException of(Throwable thrown) {
    if (thrown instanceof WireFormatException e) {
      return e;
    }
    if (thrown instanceof KryoBufferUnderflowException) {
      return new WireFormatException("the bytes end in the middle of a value", thrown);
    }
    if (thrown instanceof KryoBufferOverflowException) {
      return new WireFormatException("larger than netshard.wire.max-message-bytes", thrown);
    }
    return new WireFormatException(printable(thrown), thrown);
  }

  /** Text of a foreign exception; it may hold bytes of a stranger, so no control characters. */
  private static String printable(Throwable thrown) {
    String message = thrown.getMessage();
    String text = message == null ? thrown.getClass().getSimpleName() : message;
    StringBuilder result = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), DETAIL_CHARS_MAX); i++) {
      char c = text.charAt(i);
      result.append(Character.isISOControl(c) ? ' ' : c);
    }
    return result.toString();
  }

  /** Adds the place outside the one that is known; the innermost position is kept. */
  WireFormatException within(String place, int bytePosition) {
    if (position < 0) {
      position = bytePosition;
    }
    if (pathCount++ < PATH_COUNT_MAX) {
      path = path.isEmpty() ? place : place + " > " + path;
    }
    return this;
  }

  @Override
  public String getMessage() {
    StringBuilder text = new StringBuilder(detail);
    if (position >= 0) {
      text.append(", at byte ").append(position);
    }
    if (!path.isEmpty()) {
      text.append(", in ").append(path);
    }
    return text.toString();
  }
}
