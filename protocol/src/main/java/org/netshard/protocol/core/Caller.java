package org.netshard.protocol.core;

import org.netshard.protocol.cred.Cred;

/** Who makes a call on a sock ({@code current}). */
public interface Caller {
  /** Credentials of the task. */
  Cred cred();

  /** Its process. */
  int pid();

  /** How far the call is. */
  Progress progress();

  /** Flags of the file through which the call is made, {@code O_NONBLOCK} and so on. */
  int fileFlags();

  /** A connection was accepted; its reference goes over to the caller. */
  void accepted(PassedFile file);

  /** The task that makes it. */
  CallingTask task();
}
