package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;

/** A client of a {@code request-response}. */
final class RequestClient extends Asker {
  private final Endpoint server;
  private final int client;
  private int fd;

  /**
   * A client.
   *
   * @param client its number among those of its server
   */
  RequestClient(
      LoadSpec spec,
      String name,
      int pid,
      LoadStats stats,
      Draw draw,
      Endpoint server,
      int client) {
    super(spec, name, pid, stats, draw);
    this.server = server;
    this.client = client;
  }

  @Override
  void begin(long nowNs) {
    must(nowNs, server.socket(), this::made);
  }

  private void made(KernelView kernel, Syscall call, long result, long nowNs) {
    fd = (int) result;
    if (server.needsAutobind()) {
      must(nowNs, Endpoint.autobind(fd), this::named);
    } else if (server.isLossy()) {
      must(nowNs, Endpoint.timeout(fd, spec.timeoutNs()), this::named);
    } else {
      named(kernel, call, result, nowNs);
    }
  }

  private void named(KernelView kernel, Syscall call, long result, long nowNs) {
    must(nowNs, server.connect(fd), this::connected);
  }

  private void connected(KernelView kernel, Syscall call, long result, long nowNs) {
    ask(fd, spec.type() == Abi.SOCK_STREAM, nowNs);
  }

  @Override
  void finish(long nowNs) {
    if (server.isConnected()) {
      exit(nowNs);
    } else {
      new Farewell(this, fd, client).begin(nowNs);
    }
  }
}
