package org.netshard.namespace.task;

/**
 * Who gets the signals of a file: F_SETOWN, F_SETOWN_EX, F_SETSIG.
 *
 * <p><b>Source:</b> {@code include/linux/fs.h}, {@code struct fown_struct}; {@code fs/fcntl.c},
 * {@code __f_setown}.
 *
 * @param type what {@code pid} is: {@link #TID} and so on
 * @param pid the thread, process or process group; 0 for none
 * @param uid the user that set it
 * @param euid the effective user that set it
 * @param signal signal in place of SIGIO; 0 for SIGIO
 */
record FileOwner(int type, int pid, int uid, int euid, int signal) {
  /** {@code F_OWNER_TID}. */
  static final int TID = 0;

  /** {@code F_OWNER_PID}. */
  static final int PID = 1;

  /** {@code F_OWNER_PGRP}. */
  static final int PGRP = 2;

  /** Nobody, as the kernel allocates it. */
  static final FileOwner NOBODY = new FileOwner(TID, 0, 0, 0, 0);

  /** Another signal. */
  FileOwner withSignal(int newSignal) {
    return new FileOwner(type, pid, uid, euid, newSignal);
  }
}
