package org.netshard.namespace.vfs;

import java.util.Map;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;

/**
 * {@code /dev/null}, {@code /dev/zero} and {@code /dev/full}.
 *
 * <p><b>Source:</b> {@code drivers/char/mem.c}: {@code read_null}, {@code read_zero}, {@code
 * write_null}, {@code write_full}, {@code null_lseek}.
 *
 * <p><b>Differs from Linux:</b> one call takes at most 16 MiB of zeros, and zeros are not mapped.
 */
final class MemDevice extends RegularFile {
  private static final int MAJOR = 1;
  private static final int MINORS = 256;
  private static final int ZEROS_MAX = 1 << 24;

  private enum Kind {
    NULL(3),
    ZERO(5),
    FULL(7);

    private final int minor;

    Kind(int minor) {
      this.minor = minor;
    }
  }

  /** {@code /dev}, which is the same for all machines. */
  static final Directory DIRECTORY =
      new PseudoDirectory(
          SuperBlock.DEVTMPFS,
          Map.of(
              "null", new MemDevice(Kind.NULL),
              "zero", new MemDevice(Kind.ZERO),
              "full", new MemDevice(Kind.FULL)));

  private final Kind kind;

  private MemDevice(Kind kind) {
    this.kind = kind;
  }

  @Override
  SuperBlock superBlock() {
    return SuperBlock.DEVTMPFS;
  }

  @Override
  int type() {
    return Abi.S_IFCHR;
  }

  @Override
  public int mode() {
    return 0666;
  }

  @Override
  int rdev() {
    return MAJOR * MINORS + kind.minor;
  }

  @Override
  Object open(Task task, int flags) {
    return new Handle();
  }

  private final class Handle extends FileHandle {
    @Override
    public boolean hasSpliceRead() {
      return kind != Kind.NULL;
    }

    @Override
    long load(Task task, long from) {
      return kind == Kind.NULL ? 0 : ZEROS_MAX;
    }

    @Override
    byte[] slice(long from, int count) {
      return new byte[count];
    }

    /** <b>Errors:</b> ENOSPC. */
    @Override
    public long write(Task task, String text) {
      return kind == Kind.FULL ? Errno.ENOSPC.negated() : text.length();
    }

    @Override
    public long seek(long offset, int whence) {
      if (whence > 2) {
        return Errno.EINVAL.negated();
      }
      setPosition(0);
      return 0;
    }
  }
}
