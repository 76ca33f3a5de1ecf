package org.netshard.namespace.load;

import java.util.List;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** A server that makes a child for each connection, and ends when all have come. */
final class ForkingServer extends LoadProgram {
  private static final int BACKLOG = 4096;

  private final LoadSpec spec;
  private final Endpoint endpoint;
  private final Draw draw;
  private final List<? extends Program> clients;
  private int fd;
  private int connection;
  private final long connectionCount;
  private long accepted;

  /**
   * A server.
   *
   * @param clients who begin when it is there
   */
  ForkingServer(
      LoadSpec spec,
      String name,
      int pid,
      LoadStats stats,
      Endpoint endpoint,
      Draw draw,
      List<? extends Program> clients) {
    super(name, pid, spec.startNs(), stats);
    this.spec = spec;
    this.endpoint = endpoint;
    this.draw = draw;
    this.clients = List.copyOf(clients);
    this.connectionCount =
        clients.size() * (spec.kind() == LoadSpec.Kind.HTTP_LIKE ? spec.count() : 1);
  }

  @Override
  void begin(long nowNs) {
    must(nowNs, endpoint.socket(), this::made);
  }

  private void made(KernelView kernel, Syscall call, long result, long nowNs) {
    fd = (int) result;
    must(nowNs, endpoint.bind(fd), this::bound);
  }

  private void bound(KernelView kernel, Syscall call, long result, long nowNs) {
    must(nowNs, Syscall.of(SyscallName.LISTEN, fd, BACKLOG), this::listening);
  }

  private void listening(KernelView kernel, Syscall call, long result, long nowNs) {
    accept(nowNs);
    clients.forEach(kernel::attach);
  }

  private void accept(long nowNs) {
    if (accepted == connectionCount) {
      exit(nowNs);
    } else {
      must(nowNs, Syscall.of(SyscallName.ACCEPT, fd, UserMem.NULL, UserMem.NULL), this::accepted);
    }
  }

  private void accepted(KernelView kernel, Syscall call, long result, long nowNs) {
    connection = (int) result;
    accepted++;
    must(nowNs, PairParent.fork(), this::forked);
  }

  private void forked(KernelView kernel, Syscall call, long result, long nowNs) {
    must(nowNs, Syscall.close(connection), this::closed);
    kernel.attach(child(kernel.lastChildPid()));
  }

  private Program child(int childPid) {
    if (spec.kind() == LoadSpec.Kind.BULK) {
      return new StreamReader(name(), childPid, stats, connection, fd);
    }
    Answers answers = new Answers(spec.response(), spec.serviceNs(), draw);
    boolean stream = spec.type() == Abi.SOCK_STREAM;
    return new Answerer(
        name(), childPid, stats, connection, fd, stream, Loads.bufferBytes(spec.size()), answers);
  }

  private void closed(KernelView kernel, Syscall call, long result, long nowNs) {
    accept(nowNs);
  }
}
