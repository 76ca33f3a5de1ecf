package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * A {@code tcp-server}: it listens, and makes children that accept at its socket side by side,
 * until as many connections have been taken as it is there for.
 */
final class TcpServer extends LoadProgram {
  private static final int BUFFER_BYTES = 16_384;

  private final LoadSpec spec;
  private final Endpoint endpoint;
  private final Answers answers;
  private int listener;
  private int workers;

  /** Connections that a child has, or waits for. */
  private long taken;

  TcpServer(LoadSpec spec, int pid, LoadStats stats, Answers answers) {
    super(spec.serverName(0), pid, spec.startNs(), stats);
    this.spec = spec;
    this.endpoint = new Endpoint(spec);
    this.answers = answers;
  }

  @Override
  void begin(long nowNs) {
    must(nowNs, endpoint.socket(), this::made);
  }

  private void made(KernelView kernel, Syscall call, long result, long nowNs) {
    listener = (int) result;
    must(nowNs, endpoint.bind(listener), this::bound);
  }

  private void bound(KernelView kernel, Syscall call, long result, long nowNs) {
    int backlog = spec.tcp().backlog();
    must(nowNs, Syscall.of(SyscallName.LISTEN, listener, backlog), this::listening);
  }

  private void listening(KernelView kernel, Syscall call, long result, long nowNs) {
    must(nowNs, PairParent.fork(), this::forked);
  }

  private void forked(KernelView kernel, Syscall call, long result, long nowNs) {
    kernel.attach(new Worker(kernel.lastChildPid()));
    if (++workers < spec.tcp().workers()) {
      must(nowNs, PairParent.fork(), this::forked);
    } else {
      exit(nowNs);
    }
  }

  /** A child: it takes one connection after the other. */
  private final class Worker extends Answerer {
    Worker(int pid) {
      super(TcpServer.this.name(), pid, TcpServer.this.stats, -1, -1, true, BUFFER_BYTES, answers);
    }

    @Override
    void begin(long nowNs) {
      if (taken == spec.count()) {
        exit(nowNs);
        return;
      }
      taken++;
      Syscall accept = Syscall.of(SyscallName.ACCEPT, listener, UserMem.NULL, UserMem.NULL);
      must(nowNs, accept, this::accepted);
    }

    private void accepted(KernelView kernel, Syscall call, long result, long nowNs) {
      serve((int) result, nowNs);
    }

    @Override
    void answered(int bytes, long tookNs, long nowNs) {
      stats.sent();
      stats.received(tookNs, bytes, nowNs);
    }

    @Override
    void over(int connection, long nowNs) {
      must(nowNs, Syscall.close(connection), this::closed);
    }

    private void closed(KernelView kernel, Syscall call, long result, long nowNs) {
      begin(nowNs);
    }
  }
}
