package org.netshard.namespace.actor;

import akka.actor.typed.Behavior;
import akka.actor.typed.TypedActorContext;
import org.netshard.protocol.actor.BatonBehavior;
import org.netshard.protocol.actor.MemCgroupMessage;

/**
 * The memory cgroups of a kernel, as the calls on their file system reach them.
 *
 * <p>What a sock is bound to and charged for needs no message: whoever holds the baton charges by
 * reference, as functions of the kernel do. A message for each new sock cost a tenth of its
 * creation.
 *
 * <p><b>Source:</b> {@code kernel/cgroup/cgroup.c}, {@code mm/memcontrol.c}.
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
    throw new IllegalStateException("no handler for " + message);
  }
}
