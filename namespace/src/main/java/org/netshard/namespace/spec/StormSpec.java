package org.netshard.namespace.spec;

/**
 * The {@code socket-storm} workload: sockets made at a rate by a task of its own.
 *
 * @param name name of the workload and its task
 * @param netns namespace it runs in
 * @param cgroup path of its memory cgroup
 * @param uid user id
 * @param caps capability set, a bit each
 * @param nofile RLIMIT_NOFILE
 * @param startNs virtual time of the first call
 * @param count how many sockets
 * @param rate sockets per virtual second; 0 for as fast as calls take
 * @param thinkNs pause before each next socket, virtual nanoseconds
 * @param family address family
 * @param type socket type, flags included
 * @param protocol protocol
 * @param hold true to keep every socket, false to close each before the next
 */
public record StormSpec(
    String name,
    String netns,
    String cgroup,
    int uid,
    long caps,
    int nofile,
    long startNs,
    long count,
    Distribution rate,
    Distribution thinkNs,
    int family,
    int type,
    int protocol,
    boolean hold)
    implements WorkloadSpec {
  /** How scenarios name it. */
  public static final String KIND = "socket-storm";

  @Override
  public String kindName() {
    return KIND;
  }
}
