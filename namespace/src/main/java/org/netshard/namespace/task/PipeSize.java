package org.netshard.namespace.task;

/** A file whose room can be asked for and changed: an end of a pipe. */
public interface PipeSize {
  /** Room for data, bytes ({@code F_GETPIPE_SZ}). */
  int pipeSize();

  /**
   * Changes the room ({@code F_SETPIPE_SZ}).
   *
   * <p><b>Errors</b>, in order: EINVAL for a size that is none, EPERM for more than {@code
   * fs.pipe-max-size} without the privilege, EBUSY for less than waits.
   *
   * @param bytes unsigned; rounded up to a number of pages that is a power of 2
   * @param privileged whether the task has CAP_SYS_RESOURCE
   * @return the new room, or {@code -errno}
   */
  int setPipeSize(int bytes, boolean privileged);
}
