package org.netshard.namespace.spec;

import java.util.List;

/**
 * A task and what it does.
 *
 * @param name name, unique in its kernel
 * @param netns namespace it starts in
 * @param cgroup path of its memory cgroup; {@code /} for the root
 * @param uid user id
 * @param gid group id
 * @param groups supplementary groups
 * @param caps capability set, a bit each
 * @param nofile RLIMIT_NOFILE, soft and hard
 * @param startNs virtual time of the first call
 * @param calls its calls, in order
 * @param rssBytes memory of its program, charged before its first call and held to its end
 * @param oomScoreAdj what the OOM killer adds to its badness, from -1000 to 1000
 */
public record TaskSpec(
    String name,
    String netns,
    String cgroup,
    int uid,
    int gid,
    List<Integer> groups,
    long caps,
    int nofile,
    long startNs,
    List<ScriptedCall> calls,
    long rssBytes,
    int oomScoreAdj) {
  public TaskSpec {
    groups = List.copyOf(groups);
    calls = List.copyOf(calls);
  }

  /** A task whose program takes no memory, and which the OOM killer judges as it judges others. */
  public TaskSpec(
      String name,
      String netns,
      String cgroup,
      int uid,
      int gid,
      List<Integer> groups,
      long caps,
      int nofile,
      long startNs,
      List<ScriptedCall> calls) {
    this(name, netns, cgroup, uid, gid, groups, caps, nofile, startNs, calls, 0, 0);
  }
}
