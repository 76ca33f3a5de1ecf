package org.netshard.protocol.core;

import org.netshard.protocol.cred.Cred;

/** Who makes a call on a sock ({@code current}). */
public interface Caller {
  /** Credentials of the task. */
  Cred cred();

  /** Its process. */
  int pid();
}
