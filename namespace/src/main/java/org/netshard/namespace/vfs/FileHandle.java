package org.netshard.namespace.vfs;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.SockInodes;

/**
 * What stands behind an open file of {@code /proc} or of a cgroup: its position, and how it is read
 * and written.
 *
 * <p><b>Source:</b> {@code include/linux/fs.h}, {@code struct file_operations}.
 */
public abstract class FileHandle {
  private @Nullable Inode inode;
  private int ino;
  private long position;
  private byte[] loaded = new byte[0];

  /** Says of which inode it is ({@code f_inode}). */
  final void setInode(Inode newInode) {
    inode = newInode;
  }

  /** Of which inode it is, or null if it was not opened by a path. */
  final @Nullable Inode inode() {
    return inode;
  }

  /**
   * What {@code fstat} tells of it, or null if it was not opened by a path.
   *
   * <p><b>Differs from Linux:</b> its inode has a number from when somebody first asks, and the
   * inode of another open file has another, as if the first had been forgotten in between.
   */
  public final @Nullable Kstat getattr(Machine machine) {
    Inode of = inode;
    if (of == null) {
      return null;
    }
    ino = ino == 0 ? SockInodes.next(machine) : ino;
    return Kstat.of(of, ino);
  }

  /** {@code fsync}: EINVAL, as most of these files have none. */
  public int fsync() {
    return Errno.EINVAL.negated();
  }

  /** Whether a mapping of it is asked for at all ({@code f_op->mmap}). */
  public boolean hasMmap() {
    return false;
  }

  /** {@code mmap} of a file that is asked. <b>Errors:</b> ENODEV. */
  public int mmap() {
    return Errno.ENODEV.negated();
  }

  /** Where the next read or write begins ({@code f_pos}). */
  public final long position() {
    return position;
  }

  /** Moves the position. */
  public final void setPosition(long newPosition) {
    position = newPosition;
  }

  /**
   * Makes bytes ready that a read gets; {@link #loaded} has them.
   *
   * @param task who reads
   * @param from position in the file
   * @param count most bytes that are wanted
   * @return how many there are, 0 at the end; or {@code -errno}
   */
  public final long read(Task task, long from, long count) {
    byte[] bytes = new byte[0];
    long result = 0;
    if (count > 0) {
      result = load(task, from);
      if (result > 0) {
        bytes = slice(from, (int) Math.min(count, result));
        result = bytes.length;
      }
    }
    loaded = bytes;
    return result;
  }

  /** What the last {@link #read} made ready. */
  public final byte[] loaded() {
    return loaded;
  }

  /** {@code s_maxbytes} of its file system: {@code sendfile} does not begin there. */
  public final long maxBytes() {
    return (inode == null ? SuperBlock.PROC : inode.superBlock()).maxBytes();
  }

  /** Whether {@code sendfile} and {@code splice} take from it ({@code f_op->splice_read}). */
  public boolean hasSpliceRead() {
    return false;
  }

  /** How many bytes there are from a position on, 0 at the end; or {@code -errno}. */
  abstract long load(Task task, long from);

  /** Some of these bytes. */
  abstract byte[] slice(long from, int count);

  /**
   * How many bytes of a write are taken before anything else is checked.
   *
   * @param count how many the task would like to write
   * @return as many, fewer, or {@code -errno}
   */
  public long writable(long count) {
    return count;
  }

  /**
   * Writes at the present position, and moves it.
   *
   * @param task who writes
   * @param text what
   * @return the number of bytes taken, or {@code -errno}
   */
  public long write(Task task, String text) {
    return Errno.EINVAL.negated();
  }

  /**
   * {@code lseek}.
   *
   * <p><b>Errors:</b> ENXIO for data or holes, as the size is 0, or EINVAL if the file knows no
   * end; EINVAL for a position below 0 or past the most that there can be.
   *
   * @param whence {@code SEEK_SET} and so on, one that there is
   * @return the new position, or {@code -errno}
   */
  public long seek(long offset, int whence) {
    if (whence > 2) {
      return (seeksFromEnd() ? Errno.ENXIO : Errno.EINVAL).negated();
    }
    long to = whence == 1 ? position + offset : offset;
    if (to < 0 || to > sizeMax() || (whence == 2 && !seeksFromEnd())) {
      return Errno.EINVAL.negated();
    }
    position = to;
    return to;
  }

  /** Whether {@code SEEK_END} is known, with a size of 0. */
  boolean seeksFromEnd() {
    return true;
  }

  /** The last position that can be sought ({@code s_maxbytes}). */
  long sizeMax() {
    return Long.MAX_VALUE;
  }

  /** The last descriptor is closed. */
  public void release() {}
}
