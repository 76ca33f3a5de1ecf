package org.netshard.namespace.load;

import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Syscall;

/**
 * A client of a {@code http-like}: a connection for each request, measured with it. Its server is
 * there, so that connecting must succeed.
 */
final class HttpClient extends ConnectingClient {
  private final Then connected = (kernel, call, result, nowNs) -> ask(nowNs, dueNs());

  HttpClient(LoadSpec spec, String name, int pid, LoadStats stats, Endpoint server, Draw draw) {
    super(spec, name, pid, stats, server, draw, Loads.bufferBytes(spec.response()));
  }

  @Override
  void connect(long nowNs, Syscall connect) {
    must(nowNs, connect, connected);
  }

  @Override
  boolean keepsConnection() {
    return false;
  }
}
