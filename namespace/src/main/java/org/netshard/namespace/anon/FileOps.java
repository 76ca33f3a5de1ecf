package org.netshard.namespace.anon;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.files.InodeAttr;
import org.netshard.namespace.vfs.Kstat;
import org.netshard.namespace.vfs.PollSource;
import org.netshard.namespace.vfs.SuperBlock;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.Msg;

/**
 * What can be done with a file.
 *
 * <p><b>Source:</b> {@code include/linux/fs.h}, {@code struct file_operations}.
 */
public interface FileOps extends PollSource {
  /** The number of the one inode of files that are no pipes ({@code anon_inode_inode}). */
  int ANON_INODE_INO = 1038;

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

  /**
   * What {@code fstat} tells of it: most share one inode.
   *
   * @param uid owner of the file
   * @param gid group of the file
   */
  default Kstat getattr(Machine machine, int uid, int gid) {
    return new Kstat(SuperBlock.ANON_INODEFS, ANON_INODE_INO, 0600, 1, 0, 0);
  }

  /**
   * What {@code chmod} and {@code chown} change of it; null if they cannot, as of the inode that
   * most share ({@code anon_inode_setattr}).
   *
   * @param uid owner of the file
   * @param gid group of the file
   */
  default @Nullable InodeAttr attr(int uid, int gid) {
    return null;
  }

  /** What {@code lseek} gives: most files have a position that does not move. */
  default int llseek() {
    return 0;
  }

  /** Whether it lies in a file system, so that {@code pread64} asks it ({@code FMODE_PREAD}). */
  default boolean hasPosition() {
    return false;
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
