package org.netshard.namespace.load;

import java.util.ArrayList;
import java.util.List;
import org.netshard.namespace.kernel.KernelSeed;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.Distribution;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;

/** The programs of a workload's tasks. */
public final class Loads {
  private final LoadSpec spec;
  private final LoadStats stats;
  private final long seed;

  /**
   * A workload.
   *
   * @param stats what its tasks count together
   * @param seed the kernel's seed, from which each task's is derived by its name
   */
  public Loads(LoadSpec spec, LoadStats stats, long seed) {
    this.spec = spec;
    this.stats = stats;
    this.seed = seed;
  }

  /** A buffer that takes every message whose size is drawn so, bytes. */
  static int bufferBytes(Distribution size) {
    return (int) Math.max(Message.BYTES_MIN, Math.min(Math.ceil(size.max()), Message.BYTES_MAX));
  }

  private Draw draw(String task) {
    return new Draw(KernelSeed.of(seed, task));
  }

  /**
   * What is to be attached at first; servers attach their clients when they are there.
   *
   * @param clients numbers of the clients' processes
   * @param servers numbers of the servers' processes
   * @param port the first server's port
   */
  public List<Program> programs(List<Integer> clients, List<Integer> servers, int port) {
    List<Program> first = new ArrayList<>();
    switch (spec.kind()) {
      case UDP_FLOW -> {
        for (int i = 0; i < spec.parallel(); i++) {
          first.add(flow(i, clients.get(i), servers.get(i), port + i));
        }
      }
      case PING -> {
        for (int i = 0; i < spec.parallel(); i++) {
          String name = spec.clientName(i);
          Endpoint target = new Endpoint(spec, 0, name);
          first.add(new PingProgram(spec, name, clients.get(i), stats, target, draw(name)));
        }
      }
      case UNIX_PAIR -> {
        for (int i = 0; i < spec.parallel(); i++) {
          String name = spec.clientName(i);
          Answers answers = new Answers(spec.response(), spec.serviceNs(), draw(name + ".server"));
          first.add(new PairParent(spec, name, clients.get(i), stats, draw(name), answers));
        }
      }
      case TCP_SERVER -> {
        Answers answers = new Answers(spec.response(), spec.serviceNs(), draw(spec.name()));
        first.add(new TcpServer(spec, servers.get(0), stats, answers));
      }
      case TCP_CLIENT -> {
        for (int i = 0; i < spec.parallel(); i++) {
          String name = spec.clientName(i);
          first.add(new TcpClient(spec, name, clients.get(i), stats, draw(name)));
        }
      }
      case REQUEST_RESPONSE, BULK, HTTP_LIKE -> first.add(server(clients, servers.get(0), port));
    }
    return first;
  }

  private Program flow(int index, int client, int server, int port) {
    String name = spec.serverName(index);
    Endpoint endpoint = new Endpoint(spec, port, name);
    String senderName = spec.clientName(index);
    FlowSender sender = new FlowSender(spec, senderName, client, stats, endpoint, draw(senderName));
    return new DatagramServer(
        name,
        server,
        spec.startNs(),
        stats,
        endpoint,
        Answers.NONE,
        bufferBytes(spec.size()),
        List.of(sender));
  }

  private Program client(int index, int pid, Endpoint server) {
    String name = spec.clientName(index);
    Draw draw = draw(name);
    return switch (spec.kind()) {
      case BULK -> new FlowSender(spec, name, pid, stats, server, draw);
      case HTTP_LIKE -> new HttpClient(spec, name, pid, stats, server, draw);
      default -> new RequestClient(spec, name, pid, stats, draw, server, index);
    };
  }

  private Program server(List<Integer> clientPids, int pid, int port) {
    String name = spec.serverName(0);
    Endpoint endpoint = new Endpoint(spec, port, name);
    List<Program> clients = new ArrayList<>();
    for (int i = 0; i < spec.parallel(); i++) {
      clients.add(client(i, clientPids.get(i), endpoint));
    }
    if (endpoint.isConnected()) {
      return new ForkingServer(spec, name, pid, stats, endpoint, draw(name), clients);
    }
    Answers answers = new Answers(spec.response(), spec.serviceNs(), draw(name));
    int buffer = bufferBytes(spec.size());
    return new DatagramServer(name, pid, spec.startNs(), stats, endpoint, answers, buffer, clients);
  }
}
