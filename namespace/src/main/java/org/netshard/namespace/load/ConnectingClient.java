package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/** A client that makes connections of TCP, and asks by each until it closes it. */
abstract class ConnectingClient extends LoadProgram {
  final LoadSpec spec;
  private final Endpoint server;
  private final Draw draw;
  private final Schedule schedule;
  private final Message message = new Message();
  private final UserMem buffer;
  private final Then made = this::made;
  private final Then sent = this::sent;
  private final Then answered = this::answered;
  private final Then closed = this::closed;
  private int fd;
  private boolean connected;
  private int number;

  /** When what is measured was due: the connection or the request. */
  private long dueNs;

  private int got;
  private int wanted;

  /**
   * A client.
   *
   * @param bufferBytes bytes that it takes at once
   */
  ConnectingClient(
      LoadSpec spec,
      String name,
      int pid,
      LoadStats stats,
      Endpoint server,
      Draw draw,
      int bufferBytes) {
    super(name, pid, spec.startNs(), stats);
    this.spec = spec;
    this.server = server;
    this.draw = draw;
    this.schedule = new Schedule(spec.rate(), spec.thinkNs(), draw);
    this.buffer = UserMem.zeroed(bufferBytes);
  }

  /** Makes a call that connects; {@link #ask} or {@link #lose} comes next. */
  abstract void connect(long nowNs, Syscall connect);

  /** Whether the next request goes by the same connection. */
  abstract boolean keepsConnection();

  /** When what is measured was due. */
  final long dueNs() {
    return dueNs;
  }

  @Override
  final void begin(long nowNs) {
    if (number == spec.count()) {
      exit(nowNs);
      return;
    }
    dueNs = schedule.next(nowNs);
    if (connected) {
      ask(dueNs, dueNs);
    } else {
      must(dueNs, server.socket(), made);
    }
  }

  private void made(KernelView kernel, Syscall call, long result, long nowNs) {
    fd = (int) result;
    connect(nowNs, server.connect(fd));
  }

  /** Sends a request by the connection that is there, from whose time on it is measured. */
  final void ask(long atNs, long fromNs) {
    connected = true;
    dueNs = fromNs;
    int size = (int) draw.nextWhole(spec.size(), Message.BYTES_MIN, Message.BYTES_MAX);
    message.write(size, number++, 0);
    call(atNs, message.send(fd), sent);
  }

  /** There is no connection for a request. */
  final void lose(long nowNs) {
    number++;
    close(nowNs);
  }

  private void sent(KernelView kernel, Syscall call, long result, long nowNs) {
    if (Errno.isError(result)) {
      failed(call, result, nowNs);
      return;
    }
    stats.sent();
    got = 0;
    call(nowNs, Message.receive(fd, buffer), answered);
  }

  private void answered(KernelView kernel, Syscall call, long result, long nowNs) {
    if (result <= 0) {
      failed(call, result == 0 ? Errno.ECONNRESET.negated() : result, nowNs);
      return;
    }
    if (got == 0) {
      wanted = Message.length(buffer);
    }
    got += (int) result;
    if (got < wanted) {
      call(nowNs, Message.receive(fd, buffer), answered);
      return;
    }
    stats.received(nowNs - dueNs, message.mem().size() + got, nowNs);
    if (keepsConnection() && number < spec.count()) {
      begin(nowNs);
    } else {
      close(nowNs);
    }
  }

  private void failed(Syscall call, long result, long nowNs) {
    stats.failed(call.name(), result);
    close(nowNs);
  }

  private void close(long nowNs) {
    connected = false;
    must(nowNs, Syscall.close(fd), closed);
  }

  private void closed(KernelView kernel, Syscall call, long result, long nowNs) {
    begin(nowNs);
  }
}
