package org.netshard.protocol.actor;

import akka.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.SockMemcg;

/** What a {@code ProtoSw} understands. */
public sealed interface ProtoSwMessage extends BatonMessage {
  /**
   * Allocate a sock ({@code sk_alloc}).
   *
   * @param call the baton; its {@code create()} holds what was chosen
   */
  record SkAlloc(Call call) implements ProtoSwMessage {}

  /**
   * Free a sock ({@code sk_free}), which must be at rest.
   *
   * @param call the baton
   * @param sock the actor that held it
   * @param memcg the cgroup that paid for its buffers, or null
   * @param objcg who pays for the sock itself and its inode, or null
   * @param kern whether it is a socket of the kernel's own
   * @param result 0 after a release, {@code -errno} if the sock could not be initialized
   */
  record SkFree(
      Call call,
      ActorRef<SockMessage> sock,
      @Nullable SockMemcg memcg,
      @Nullable ObjCgroup objcg,
      boolean kern,
      int result)
      implements ProtoSwMessage {}

  /**
   * A sock goes on by itself, without a file; only the actor that held it comes back ({@code
   * sock_orphan}).
   *
   * @param call the baton
   * @param sock the actor that held it
   * @param objcg who pays for the inode, or null
   */
  record SkOrphan(Call call, ActorRef<SockMessage> sock, @Nullable ObjCgroup objcg)
      implements ProtoSwMessage {}
}
