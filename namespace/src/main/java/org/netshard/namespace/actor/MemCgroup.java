package org.netshard.namespace.actor;

import akka.actor.typed.Behavior;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import org.netshard.protocol.actor.BatonBehavior;
import org.netshard.protocol.actor.MemCgroupMessage;
import org.netshard.protocol.actor.MemCgroupMessage.SkAlloc;
import org.netshard.protocol.actor.SockMessage;

/**
 * The memory cgroups of a kernel: binds new socks to the cgroup of the task that makes them.
 *
 * <p>What a sock is charged for later needs no message: whoever holds the baton charges by
 * reference, as functions of the kernel do.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}.
 */
public final class MemCgroup extends BatonBehavior<MemCgroupMessage> {
  private MemCgroup() {}

  /** The actor. */
  public static Behavior<MemCgroupMessage> create() {
    return new MemCgroup();
  }

  @Override
  protected Behavior<MemCgroupMessage> onMessage(
      TypedActorContext<MemCgroupMessage> context, MemCgroupMessage message) {
    if (!(message instanceof SkAlloc alloc)) {
      throw new IllegalStateException("no handler for " + message);
    }
    SockMessage begin =
        new SockMessage.InitData(alloc.call(), alloc.net(), alloc.slab(), alloc.memcg().skAlloc());
    alloc.call().pass("MemCgroup", alloc.sock(), begin, "mem_cgroup_sk_alloc");
    return Behaviors.same();
  }
}
