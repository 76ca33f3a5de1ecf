package org.netshard.namespace.task;

/**
 * What the threads of a process have in common of files.
 *
 * <p><b>Source:</b> {@code include/linux/fs_struct.h}, {@code struct fs_struct}.
 *
 * <p><b>Differs from Linux:</b> only threads share it, not what {@code clone} makes with CLONE_FS.
 */
final class FsStruct {
  /** The usual {@code umask}, which a task has that nobody gave another. */
  static final int UMASK = 022;

  private int umask = UMASK;

  int umask() {
    return umask;
  }

  void setUmask(int mask) {
    umask = mask;
  }

  FsStruct copy() {
    FsStruct copy = new FsStruct();
    copy.umask = umask;
    return copy;
  }
}
