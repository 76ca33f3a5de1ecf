package org.netshard.namespace.actor;

import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.security.SecurityHooks;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.family.FamilyTable;

/** What all namespaces of one kernel share on the path of a creation. */
final class NetContext {
  private final KernelModel model;
  private long inodesAlive;

  NetContext(KernelModel model) {
    this.model = model;
  }

  /** The address families. */
  FamilyTable families() {
    return model.families();
  }

  /** The security hooks. */
  SecurityHooks hooks() {
    return model.hooks();
  }

  /** Size of a socket's inode in bytes. */
  int inodeBytes() {
    return model.profile().inodeBytes();
  }

  /** Positive errno when there is no room for an inode. */
  int inodeErrno() {
    return model.profile().inodeErrno();
  }

  /** Name of the task with this pid. */
  String taskName(int pid) {
    Task task = model.task(pid);
    return task == null ? "" : task.name();
  }

  /** Counts a socket's inode ({@code sock_alloc}). */
  void inodeAllocated() {
    inodesAlive++;
  }

  /** Counts it off. */
  void inodeFreed() {
    if (inodesAlive-- == 0) {
      throw new IllegalStateException("an inode was freed that was never allocated");
    }
  }
}
