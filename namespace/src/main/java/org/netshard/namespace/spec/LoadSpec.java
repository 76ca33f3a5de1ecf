package org.netshard.namespace.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.netshard.protocol.abi.UserMem;

/**
 * A workload of tasks that talk to each other.
 *
 * @param kind what they do
 * @param name name of the workload; see {@link #clientName} for its tasks
 * @param netns namespace it runs in
 * @param cgroup path of its memory cgroup
 * @param uid user id
 * @param caps capability set, a bit each
 * @param nofile RLIMIT_NOFILE
 * @param startNs virtual time of the first call
 * @param count datagrams, echoes or requests of each client
 * @param parallel clients side by side
 * @param family address family
 * @param type socket type
 * @param protocol protocol
 * @param port port of the server, the first of them if there are several; 0 for one that is free
 * @param size bytes that a client sends
 * @param response bytes that a server answers with
 * @param rate messages per virtual second of a client that does not wait; 0 for no schedule
 * @param thinkNs pause of a client before its next message, virtual nanoseconds
 * @param serviceNs time that a server takes before it answers, virtual nanoseconds
 * @param timeoutNs how long a client waits for an answer that may be lost, virtual nanoseconds
 * @param tcp what only servers and clients of TCP have that do not know each other
 */
public record LoadSpec(
    Kind kind,
    String name,
    String netns,
    String cgroup,
    int uid,
    long caps,
    int nofile,
    long startNs,
    long count,
    int parallel,
    int family,
    int type,
    int protocol,
    int port,
    Distribution size,
    Distribution response,
    Distribution rate,
    Distribution thinkNs,
    Distribution serviceNs,
    long timeoutNs,
    Tcp tcp)
    implements WorkloadSpec {
  /** What the tasks of a workload do. */
  public enum Kind {
    /** Datagrams from one task to another. */
    UDP_FLOW,
    /** ICMP echoes, and the answers of the kernel. */
    PING,
    /** Two tasks at the ends of a {@code socketpair}. */
    UNIX_PAIR,
    /** Clients that ask one server. */
    REQUEST_RESPONSE,
    /** Streams from clients to a server. */
    BULK,
    /** Clients that make a connection for each request. */
    HTTP_LIKE,
    /** Processes that accept at one socket, for whoever comes. */
    TCP_SERVER,
    /** Clients of whatever server has an address. */
    TCP_CLIENT;

    /** How scenarios name it. */
    public String scenarioName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * What {@code tcp-server} and {@code tcp-client} have.
   *
   * @param address where the server is: a {@code sockaddr_in} or {@code sockaddr_in6}
   * @param backlog connections that may wait to be accepted
   * @param workers processes of the server
   * @param requests requests of a client by one connection
   */
  public record Tcp(UserMem address, int backlog, int workers, long requests) {
    /** What the other kinds have. */
    public static final Tcp NONE = new Tcp(UserMem.zeroed(0), 0, 0, 0);
  }

  @Override
  public String kindName() {
    return kind.scenarioName();
  }

  /** The clients, then the servers. */
  @Override
  public List<String> taskNames() {
    List<String> names = new ArrayList<>(parallel + servers());
    for (int i = 0; i < parallel; i++) {
      names.add(clientName(i));
    }
    for (int i = 0; i < servers(); i++) {
      names.add(serverName(i));
    }
    return names;
  }

  /** Name of a client's task. */
  public String clientName(int client) {
    return parallel == 1 ? name : name + "." + client;
  }

  /** How many servers it has. */
  public int servers() {
    return switch (kind) {
      case UDP_FLOW -> parallel;
      case REQUEST_RESPONSE, BULK, HTTP_LIKE, TCP_SERVER -> 1;
      case PING, UNIX_PAIR, TCP_CLIENT -> 0;
    };
  }

  /** Name of a server's task. */
  public String serverName(int server) {
    if (kind == Kind.TCP_SERVER) {
      return name;
    }
    return (servers() == 1 ? name : clientName(server)) + ".server";
  }
}
