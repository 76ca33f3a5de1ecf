package org.netshard.namespace.vfs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.Task;

/**
 * A file whose text is made when its first byte is read, and stays so while it is read on.
 *
 * <p><b>Source:</b> {@code fs/seq_file.c}, {@code seq_read_iter}: a read at position 0, or at
 * another than that at which the last one ended, makes the text anew.
 */
public abstract class SeqFile extends FileHandle {
  private byte @Nullable [] text;
  private long readPosition;

  /**
   * Makes the text ({@code seq_show}).
   *
   * @return 0 or {@code -errno}
   */
  abstract int show(StringBuilder out);

  @Override
  final long load(Task task, long from) {
    byte[] made = text;
    if (made == null || from == 0 || from != readPosition) {
      StringBuilder out = new StringBuilder();
      int result = show(out);
      if (result < 0) {
        text = null;
        return result;
      }
      made = out.toString().getBytes(StandardCharsets.UTF_8);
      text = made;
    }
    return Math.max(0, made.length - from);
  }

  @Override
  final byte[] slice(long from, int count) {
    readPosition = from + count;
    byte[] made = text;
    if (made == null) {
      throw new IllegalStateException("nothing was made to be read");
    }
    return Arrays.copyOfRange(made, (int) from, (int) from + count);
  }
}
