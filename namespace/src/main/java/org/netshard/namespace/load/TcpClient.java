package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;

/**
 * A client of a {@code tcp-client}: it connects, asks some requests, closes, and connects again. If
 * that fails, so does one request.
 */
final class TcpClient extends ConnectingClient {
  /** What it takes at once, as it does not know how much the server answers. */
  private static final int BUFFER_BYTES = 16_384;

  private final Then connected = this::connected;

  /** Requests of this connection. */
  private long asked;

  TcpClient(LoadSpec spec, String name, int pid, LoadStats stats, Draw draw) {
    super(spec, name, pid, stats, new Endpoint(spec), draw, BUFFER_BYTES);
  }

  @Override
  void connect(long nowNs, Syscall connect) {
    stats.connects().sent();
    call(nowNs, connect, connected);
  }

  private void connected(KernelView kernel, Syscall call, long result, long nowNs) {
    if (Errno.isError(result)) {
      stats.connects().failed(call.name(), result);
      lose(nowNs);
      return;
    }
    stats.connects().received(nowNs - dueNs(), 0, nowNs);
    asked = 0;
    ask(nowNs, nowNs);
  }

  @Override
  boolean keepsConnection() {
    return ++asked < spec.tcp().requests();
  }
}
