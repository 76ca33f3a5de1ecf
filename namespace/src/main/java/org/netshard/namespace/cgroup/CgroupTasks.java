package org.netshard.namespace.cgroup;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tasks of a kernel, as its cgroups look for them. */
public interface CgroupTasks {
  /** The task with this pid, or null. */
  @Nullable CgroupTask find(int pid);

  /** All threads of a thread group, in the order of their numbers. */
  List<? extends CgroupTask> threadGroup(int tgid);
}
