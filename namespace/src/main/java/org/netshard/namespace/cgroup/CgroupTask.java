package org.netshard.namespace.cgroup;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.cred.Cred;

/** A task as the cgroups see it. */
public interface CgroupTask {
  /** Its number. */
  int pid();

  /** Number of its thread group. */
  int tgid();

  /** The cgroup that it is in. */
  Cgroup cgroup();

  /** Notes that it was moved. */
  void setCgroup(Cgroup newCgroup);

  /**
   * What one of its descriptors leads to: an {@link EventCounter}, a {@link ControlHandle},
   * something else; null if it is not open.
   */
  @Nullable Object file(int fd);

  /** Its credentials. */
  Cred cred();

  /** Pages of memory that its process has resident, which the OOM killer goes by. */
  long rssPages();

  /** {@code oom_score_adj}, from -1000 (never killed) to 1000. */
  int oomScoreAdj();
}
