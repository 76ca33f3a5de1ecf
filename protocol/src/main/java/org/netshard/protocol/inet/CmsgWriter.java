package org.netshard.protocol.inet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.UserMem;

/**
 * Control messages on their way to a program: what does not fit is cut.
 *
 * <p><b>Source:</b> {@code net/core/scm.c}, {@code put_cmsg}.
 */
public final class CmsgWriter {
  private static final int HDR_BYTES = 16;

  private final UserMem control;
  private int at;
  private int left;

  /** A writer to a buffer of this size. */
  public CmsgWriter(UserMem control, int size) {
    this.control = control;
    this.left = size;
  }

  /** Writes a message, aligned to 8 bytes. */
  public void put(int level, int type, byte[] data) {
    if (control.isNull() || left < HDR_BYTES) {
      return;
    }
    int length = Math.min(HDR_BYTES + data.length, left);
    if (!control.accessible(at, length)) {
      return;
    }
    control.putLong(at, length);
    control.putInt(at + 8, level);
    control.putInt(at + 12, type);
    control.put(at + HDR_BYTES, data, length - HDR_BYTES);
    int space = Math.min((HDR_BYTES + data.length + 7) & ~7, left);
    at += space;
    left -= space;
  }

  /** Writes a message of one 32-bit number. */
  public void putInt(int level, int type, int value) {
    put(level, type, ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  /** Bytes written. */
  public int written() {
    return at;
  }
}
