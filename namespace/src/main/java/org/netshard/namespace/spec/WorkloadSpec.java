package org.netshard.namespace.spec;

import java.util.List;

/** Load that a kernel generates by itself: tasks of their own, whose calls are drawn. */
public sealed interface WorkloadSpec permits StormSpec, LoadSpec {
  /**
   * Its name, unique in its kernel; also that of its task, or the beginning of those of several.
   */
  String name();

  /** What kind of workload it is, as scenarios name it. */
  String kindName();

  /** Namespace that it runs in. */
  String netns();

  /** Path of its memory cgroup. */
  String cgroup();

  /** User id. */
  int uid();

  /** Capability set, a bit each. */
  long caps();

  /** RLIMIT_NOFILE. */
  int nofile();

  /** Virtual time of the first call. */
  long startNs();

  /** How much there is to do: sockets, datagrams, requests. */
  long count();

  /** Names of its tasks. */
  default List<String> taskNames() {
    return List.of(name());
  }

  /** Its name in the scenario: one there may be many here, each in a namespace of its own. */
  default String workload() {
    int at = name().indexOf('@');
    return at < 0 ? name() : name().substring(0, at);
  }
}
