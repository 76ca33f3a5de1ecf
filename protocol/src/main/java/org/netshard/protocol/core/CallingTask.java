package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/** What a protocol asks of the task that makes a call, besides its credentials. */
public interface CallingTask {
  /** The file behind a descriptor, with one more reference; null if there is none. */
  @Nullable PassedFile fget(int fd);

  /**
   * Gives the task a descriptor for a file, with a reference of its own ({@code receive_fd}).
   *
   * @return the descriptor, or {@code -errno}
   */
  int receiveFd(PassedFile file, boolean cloexec);

  /**
   * Gives the task a descriptor that stands for a process ({@code pidfd_prepare}).
   *
   * @param pid of the process, which may have ended
   * @return the descriptor, or {@code -errno}
   */
  int receivePidfd(int pid);

  /** Permission bits that the files do not get which it makes ({@code current_umask}). */
  int umask();

  /** Sends the task a SIGPIPE. */
  void sigpipe();
}
