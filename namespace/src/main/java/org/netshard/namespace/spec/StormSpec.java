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
 * @param perSecond sockets per virtual second; 0 for as fast as calls take
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
    long perSecond,
    int family,
    int type,
    int protocol,
    boolean hold) {}
