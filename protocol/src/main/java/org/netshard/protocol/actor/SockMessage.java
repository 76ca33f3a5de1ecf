package org.netshard.protocol.actor;

import akka.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.memcg.SockMemcg;

/** What a {@code Sock} understands. */
public sealed interface SockMessage extends BatonMessage {
  /**
   * Begin as a new sock ({@code sock_init_data}).
   *
   * @param call the baton; its {@code create()} holds what was chosen
   * @param net the namespace
   * @param slab where the sock was allocated and is given back
   * @param memcg the cgroup that pays for its buffers, or null
   */
  record InitData(Call call, NetNs net, ActorRef<ProtoSwMessage> slab, @Nullable SockMemcg memcg)
      implements SockMessage {}

  /**
   * Answer the call of the baton: {@code getsockopt} and so on.
   *
   * @param call the baton
   */
  record Perform(Call call) implements SockMessage {}

  /**
   * Connect to another new sock ({@code socketpair}).
   *
   * @param call the baton
   * @param other the other one
   */
  record Socketpair(Call call, Sk other) implements SockMessage {}

  /**
   * Connect to another new sock, which waits at a listener from then on ({@code connect}).
   *
   * @param call the baton
   * @param end the other one
   * @param file what holds it
   */
  record Connect(Call call, Sk end, PassedFile file) implements SockMessage {}

  /**
   * The last reference is gone: end ({@code sock_release}).
   *
   * @param call the baton
   */
  record Release(Call call) implements SockMessage {}
}
