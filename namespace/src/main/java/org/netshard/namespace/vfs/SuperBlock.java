package org.netshard.namespace.vfs;

/**
 * A mounted file system, as far as a program can tell it from others.
 *
 * <p><b>Source:</b> {@code include/linux/fs.h}, {@code struct super_block}.
 *
 * <p><b>Differs from Linux:</b> device numbers are those of one machine; others have them in
 * another order.
 */
public enum SuperBlock {
  DEVTMPFS(6, 4096, false),
  NSFS(4, 4096, true),
  SOCKFS(9, 4096, true),
  PIPEFS(15, 4096, true),
  ANON_INODEFS(16, 4096, true),
  PROC(20, 1024, true),
  SYSFS(21, 4096, true),
  TMPFS(27, 4096, false),
  CGROUP(31, 4096, true);

  private static final long MAX_NON_LFS = (1L << 31) - 1;

  private final int minor;
  private final int blockBytes;
  private final boolean noexec;

  SuperBlock(int minor, int blockBytes, boolean noexec) {
    this.minor = minor;
    this.blockBytes = blockBytes;
    this.noexec = noexec;
  }

  /** {@code s_dev}: the number of a device without a driver, so that its major number is 0. */
  public int dev() {
    return minor;
  }

  /** {@code s_blocksize}, bytes. */
  public int blockBytes() {
    return blockBytes;
  }

  /** {@code s_maxbytes}: where files end at the latest, bytes. */
  public long maxBytes() {
    return this == PROC ? MAX_NON_LFS : Long.MAX_VALUE;
  }

  /** Whether no program may be run from it ({@code path_noexec}). */
  public boolean isNoexec() {
    return noexec;
  }
}
