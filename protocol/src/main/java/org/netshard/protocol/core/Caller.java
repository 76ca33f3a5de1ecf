package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.memcg.ObjCgroup;

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

  /** Who pays for what the call allocates ({@code current_obj_cgroup}); null for nobody. */
  @Nullable ObjCgroup objcg();

  /** A sock was accepted that has no file and no actor yet ({@code sock_graft}). */
  void acceptedSk(Sk sk);

  /** The task that makes it. */
  CallingTask task();
}
