package org.netshard.namespace.actor;

import akka.actor.typed.Behavior;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import org.netshard.namespace.cgroup.MemCgroupTree;
import org.netshard.protocol.actor.BatonBehavior;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.actor.MemCgroupMessage;

/**
 * The memory cgroups of a kernel: charges what its tasks allocate, and refuses past a limit.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}.
 */
public final class MemCgroup extends BatonBehavior<MemCgroupMessage> {
  private final MemCgroupTree tree;

  private MemCgroup(MemCgroupTree tree) {
    this.tree = tree;
  }

  /** The actor over this tree. */
  public static Behavior<MemCgroupMessage> create(MemCgroupTree tree) {
    return new MemCgroup(tree);
  }

  @Override
  protected Behavior<MemCgroupMessage> onMessage(
      TypedActorContext<MemCgroupMessage> context, MemCgroupMessage message) {
    if (message instanceof MemCgroupMessage.Charge<?, ?> charge) {
      onCharge(charge);
    } else if (message instanceof MemCgroupMessage.Uncharge<?> uncharge) {
      onUncharge(uncharge);
    } else {
      throw new IllegalStateException("no handler for " + message);
    }
    return Behaviors.same();
  }

  private <M, N> void onCharge(MemCgroupMessage.Charge<M, N> charge) {
    Call call = charge.call();
    if (tree.tryCharge(call.cgroup(), charge.bytes())) {
      call.pass("MemCgroup", charge.to(), charge.granted(), "obj_cgroup_charge");
    } else {
      call.pass("MemCgroup", charge.back(), charge.refused(), "try_charge");
    }
  }

  private <M> void onUncharge(MemCgroupMessage.Uncharge<M> uncharge) {
    tree.uncharge(uncharge.cgroup(), uncharge.bytes());
    uncharge.call().pass("MemCgroup", uncharge.to(), uncharge.message(), "obj_cgroup_uncharge");
  }
}
