package org.netshard.protocol.actor;

import akka.actor.typed.ActorRef;

/** What a {@code ProtoSw} understands. */
public sealed interface ProtoSwMessage extends BatonMessage {
  /**
   * Allocate a sock ({@code sk_alloc}).
   *
   * @param call the baton; its {@code create()} holds what was chosen
   */
  record SkAlloc(Call call) implements ProtoSwMessage {}

  /**
   * The sock was charged; go on.
   *
   * @param call the baton
   */
  record SkCharged(Call call) implements ProtoSwMessage {}

  /**
   * Free a sock ({@code sk_free}), which must be at rest.
   *
   * @param call the baton
   * @param sock the actor that held it
   * @param cgroup cgroup that it was charged to; 0 for none
   * @param kern whether it is a socket of the kernel's own
   * @param result 0 after a release, {@code -errno} if the sock could not be initialized
   */
  record SkFree(Call call, ActorRef<SockMessage> sock, int cgroup, boolean kern, int result)
      implements ProtoSwMessage {}
}
