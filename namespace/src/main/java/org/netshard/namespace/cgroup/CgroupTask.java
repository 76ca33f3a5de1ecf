package org.netshard.namespace.cgroup;

/** A task as the cgroups see it. */
public interface CgroupTask {
  /** Its number. */
  int pid();

  /** Number of its thread group. */
  int tgid();

  /** Pages of memory that its process has resident, which the OOM killer goes by. */
  long rssPages();

  /** {@code oom_score_adj}, from -1000 (never killed) to 1000. */
  int oomScoreAdj();
}
