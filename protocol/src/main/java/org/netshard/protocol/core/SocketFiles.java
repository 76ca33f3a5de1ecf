package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/**
 * The names of files, as far as sockets are bound to them and found by them.
 *
 * <p><b>Source:</b> {@code net/unix/af_unix.c}, {@code unix_bind_bsd}, {@code unix_find_bsd}.
 */
public interface SocketFiles {
  /**
   * Makes the file of a socket ({@code kern_path_create}, {@code vfs_mknod}).
   *
   * @param path its bytes without NUL
   * @param mode permission bits, of which the task's {@code umask} takes some
   * @return 0, or {@code -errno}: ENOENT, ENOTDIR, EACCES, EEXIST
   */
  int mknod(Caller caller, byte[] path, int mode, SocketInode inode);

  /** Takes back what {@link #mknod} has just made. */
  void unmake(Caller caller, byte[] path);

  /**
   * Finds a file to write to ({@code kern_path}, {@code path_permission}).
   *
   * @param path its bytes without NUL
   */
  Found find(Caller caller, byte[] path);

  /**
   * What was found.
   *
   * @param error 0, or {@code -errno}: ENOENT, ENOTDIR, EACCES
   * @param inode that of a socket, null for other files
   */
  record Found(int error, @Nullable SocketInode inode) {}
}
