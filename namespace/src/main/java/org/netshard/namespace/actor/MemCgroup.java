package org.netshard.namespace.actor;

import akka.actor.typed.Behavior;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import org.netshard.namespace.cgroup.CgroupTree;
import org.netshard.protocol.actor.BatonBehavior;
import org.netshard.protocol.actor.MemCgroupMessage;

/**
 * The memory cgroups of a kernel: makes, removes, reads and writes them, as the calls on their file
 * system ask.
 *
 * <p>What a sock is bound to and charged for needs no message: whoever holds the baton charges by
 * reference, as functions of the kernel do. A message for each new sock cost a tenth of its
 * creation.
 *
 * <p><b>Source:</b> {@code kernel/cgroup/cgroup.c}, {@code mm/memcontrol.c}.
 */
public final class MemCgroup extends BatonBehavior<MemCgroupMessage> {
  private static final String NAME = "MemCgroup";

  private final CgroupTree tree;

  private MemCgroup(CgroupTree tree) {
    this.tree = tree;
  }

  /**
   * The actor.
   *
   * @param tree the kernel's cgroups
   */
  public static Behavior<MemCgroupMessage> create(CgroupTree tree) {
    return new MemCgroup(tree);
  }

  @Override
  protected Behavior<MemCgroupMessage> onMessage(
      TypedActorContext<MemCgroupMessage> context, MemCgroupMessage message) {
    if (message instanceof CgroupfsMessage.Read read) {
      long result = read.file().read(read.task(), read.from(), read.count());
      read.call().done(NAME, result, read.file().showFunction());
    } else if (message instanceof CgroupfsMessage.Write write) {
      long result = write.file().write(write.task(), write.text());
      write.call().done(NAME, result, write.file().storeFunction());
    } else if (message instanceof CgroupfsMessage.Mkdir mkdir) {
      int result = tree.mkdir(mkdir.parent(), mkdir.name(), mkdir.owner());
      mkdir.call().done(NAME, result, "cgroup_mkdir");
    } else if (message instanceof CgroupfsMessage.Rmdir rmdir) {
      rmdir.call().done(NAME, tree.rmdir(rmdir.cgroup()), "cgroup_rmdir");
    } else {
      throw new IllegalStateException("no handler for " + message);
    }
    return Behaviors.same();
  }
}
