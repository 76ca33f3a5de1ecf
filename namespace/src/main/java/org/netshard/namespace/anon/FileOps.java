package org.netshard.namespace.anon;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Msg;

/**
 * What can be done with a file.
 *
 * <p><b>Source:</b> {@code include/linux/fs.h}, {@code struct file_operations}.
 */
public interface FileOps extends PollSource {
  /**
   * Reads.
   *
   * @return bytes, 0 at the end, {@code -errno}, or {@link
   *     org.netshard.protocol.core.Progress#WAIT}
   */
  default int read(Caller caller, Msg msg) {
    return Errno.EINVAL.negated();
  }

  /**
   * Writes.
   *
   * @return bytes, {@code -errno}, or {@link org.netshard.protocol.core.Progress#WAIT}
   */
  default int write(Caller caller, Msg msg) {
    return Errno.EINVAL.negated();
  }

  /** Bytes that can be read ({@code FIONREAD}); ENOTTY, negated, if the file does not know. */
  default int queued() {
    return Errno.ENOTTY.negated();
  }

  /**
   * Bytes that {@code sendfile} takes ({@code splice_read}); NULL if it cannot take from such a
   * file.
   *
   * @param position where from, below 0 for where the file is
   * @param count how many at most
   */
  default UserMem sendable(long position, long count) {
    return UserMem.NULL;
  }

  /** The last descriptor is closed. */
  default void release() {}
}
