package org.netshard.protocol.actor;

/** What a {@code Kernel} understands; those below it send only the messages named here. */
public interface KernelMessage {
  /**
   * The baton comes home: the call has its result.
   *
   * @param call the call
   * @param result what the call returns: 0 and above, or {@code -errno}
   */
  record Done(Call call, long result) implements KernelMessage {}

  /**
   * A bug stopped an actor while it held the baton.
   *
   * @param where path of the actor
   * @param message the message that it was handling
   * @param cause what was thrown
   */
  record Crashed(String where, String message, Throwable cause) implements KernelMessage {}
}
