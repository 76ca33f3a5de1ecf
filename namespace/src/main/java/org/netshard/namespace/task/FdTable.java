package org.netshard.namespace.task;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;

/**
 * The descriptors of a task, or of several that share them.
 *
 * <p>A bit tells which descriptors are open, and a bit of a second level which words of the first
 * are full, so that the lowest free one is found fast among a million. A descriptor costs 4 bytes
 * and two bits, up to twice that as the arrays double.
 *
 * <p><b>Source:</b> {@code fs/file.c}: {@code struct fdtable}, {@code alloc_fd}, {@code
 * expand_fdtable}, {@code dup_fd}.
 */
public final class FdTable {
  private static final int FIRST_CAPACITY = 8;

  private @Nullable OpenFile[] files = new @Nullable OpenFile[FIRST_CAPACITY];
  private long[] open = new long[1];
  private long[] full = new long[1];
  private long[] closeOnExec = new long[1];
  private int lowestFree;
  private int users = 1;

  /** The open file behind a descriptor, or null. */
  public @Nullable OpenFile get(int fd) {
    return fd >= 0 && fd < files.length ? files[fd] : null;
  }

  /**
   * The lowest free descriptor of at least {@code from} ({@code alloc_fd}).
   *
   * @param limit RLIMIT_NOFILE, at most {@code fs.nr_open}
   * @return the descriptor, or {@code -EMFILE}
   */
  public int lowestFree(int from, int limit) {
    int fd = nextFree(Math.max(from, lowestFree));
    if (from <= lowestFree) {
      lowestFree = fd;
    }
    return fd < limit ? fd : Errno.EMFILE.negated();
  }

  private int nextFree(int from) {
    int word = from >> 6;
    if (word >= open.length) {
      return from;
    }
    long free = ~open[word] & (-1L << from);
    if (free != 0) {
      return (word << 6) + Long.numberOfTrailingZeros(free);
    }
    word = nextNotFull(word + 1);
    return word >= open.length
        ? open.length << 6
        : (word << 6) + Long.numberOfTrailingZeros(~open[word]);
  }

  private int nextNotFull(int from) {
    int at = from >> 6;
    if (at >= full.length) {
      return from;
    }
    long candidates = ~full[at] & (-1L << from);
    while (candidates == 0) {
      at++;
      if (at == full.length) {
        return at << 6;
      }
      candidates = ~full[at];
    }
    return (at << 6) + Long.numberOfTrailingZeros(candidates);
  }

  /**
   * Puts a file behind a descriptor that is free, and takes a reference ({@code fd_install}).
   *
   * @param cloexec close-on-exec flag
   */
  public void install(int fd, OpenFile file, boolean cloexec) {
    if (fd >= files.length) {
      expand(Math.max(fd + 1, 2 * files.length));
    }
    if (files[fd] != null) {
      throw new IllegalStateException("descriptor " + fd + " is in use");
    }
    file.get();
    files[fd] = file;
    open[fd >> 6] |= 1L << fd;
    if (open[fd >> 6] == -1L) {
      full[fd >> 12] |= 1L << (fd >> 6);
    }
    setCloseOnExec(fd, cloexec);
  }

  private void expand(int capacity) {
    int words = (capacity + 63) >> 6;
    files = Arrays.copyOf(files, capacity);
    open = Arrays.copyOf(open, words);
    closeOnExec = Arrays.copyOf(closeOnExec, words);
    full = Arrays.copyOf(full, (words + 63) >> 6);
  }

  /**
   * Frees a descriptor.
   *
   * @return the file that was behind it, whose reference the caller must give back; null if none
   */
  public @Nullable OpenFile remove(int fd) {
    OpenFile file = get(fd);
    if (file != null) {
      files[fd] = null;
      open[fd >> 6] &= ~(1L << fd);
      full[fd >> 12] &= ~(1L << (fd >> 6));
      lowestFree = Math.min(lowestFree, fd);
    }
    return file;
  }

  /** Frees a descriptor that is open; the caller must give the file's reference back. */
  public OpenFile take(int fd) {
    OpenFile file = remove(fd);
    if (file == null) {
      throw new IllegalStateException("descriptor " + fd + " is not open");
    }
    return file;
  }

  /** The close-on-exec flag of an open descriptor. */
  public boolean closeOnExec(int fd) {
    return (closeOnExec[fd >> 6] >>> fd & 1) != 0;
  }

  /** Sets the close-on-exec flag of an open descriptor. */
  public void setCloseOnExec(int fd, boolean cloexec) {
    if (cloexec) {
      closeOnExec[fd >> 6] |= 1L << fd;
    } else {
      closeOnExec[fd >> 6] &= ~(1L << fd);
    }
  }

  /** The first open descriptor from this one on, or -1. */
  public int nextOpen(int from) {
    int word = from >> 6;
    if (word >= open.length) {
      return -1;
    }
    long candidates = open[word] & (-1L << from);
    while (candidates == 0) {
      word++;
      if (word == open.length) {
        return -1;
      }
      candidates = open[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(candidates);
  }

  /** The number of open descriptors. */
  public int openCount() {
    int count = 0;
    for (long word : open) {
      count += Long.bitCount(word);
    }
    return count;
  }

  /** One past the highest descriptor that may be in use. */
  public int capacity() {
    return files.length;
  }

  /** A copy for a child, no larger than it must be, with a reference to every file. */
  public FdTable copy() {
    int used = 0;
    for (int fd = nextOpen(0); fd >= 0; fd = nextOpen(fd + 1)) {
      used = fd + 1;
    }
    FdTable copy = new FdTable();
    if (used > FIRST_CAPACITY) {
      copy.expand(used);
    }
    for (int fd = nextOpen(0); fd >= 0; fd = nextOpen(fd + 1)) {
      OpenFile file = get(fd);
      if (file != null) {
        copy.install(fd, file, closeOnExec(fd));
      }
    }
    copy.lowestFree = lowestFree;
    return copy;
  }

  /** One more task shares the table ({@code CLONE_FILES}). */
  public FdTable share() {
    users++;
    return this;
  }

  /** A task leaves the table; true if it was the last ({@code put_files_struct}). */
  public boolean leave() {
    return --users == 0;
  }

  /** Whether several tasks share the table. */
  public boolean shared() {
    return users > 1;
  }
}
