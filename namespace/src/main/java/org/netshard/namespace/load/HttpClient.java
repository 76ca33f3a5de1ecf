package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/**
 * A client of a {@code http-like}: for each request it makes a connection, asks, reads the answer
 * and closes.
 */
final class HttpClient extends LoadProgram {
  private final LoadSpec spec;
  private final Endpoint server;
  private final Draw draw;
  private final Schedule schedule;
  private final Message message = new Message();
  private final UserMem buffer;
  private final Then made = this::made;
  private final Then connected = this::connected;
  private final Then sent = this::sent;
  private final Then answered = this::answered;
  private final Then closed = this::closed;
  private int fd;
  private int number;
  private long dueNs;
  private int got;
  private int wanted;

  HttpClient(LoadSpec spec, String name, int pid, LoadStats stats, Endpoint server, Draw draw) {
    super(name, pid, spec.startNs(), stats);
    this.spec = spec;
    this.server = server;
    this.draw = draw;
    this.schedule = new Schedule(spec.rate(), spec.thinkNs(), draw);
    this.buffer = UserMem.zeroed(Loads.bufferBytes(spec.response()));
  }

  @Override
  void begin(long nowNs) {
    if (number == spec.count()) {
      exit(nowNs);
      return;
    }
    dueNs = schedule.next(nowNs);
    must(dueNs, server.socket(), made);
  }

  private void made(KernelView kernel, Syscall call, long result, long nowNs) {
    fd = (int) result;
    must(nowNs, server.connect(fd), connected);
  }

  private void connected(KernelView kernel, Syscall call, long result, long nowNs) {
    int size = (int) draw.nextWhole(spec.size(), Message.BYTES_MIN, Message.BYTES_MAX);
    message.write(size, number++, 0);
    call(nowNs, message.send(fd), sent);
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
    } else {
      stats.received(nowNs - dueNs, message.mem().size() + got, nowNs);
      must(nowNs, Syscall.close(fd), closed);
    }
  }

  private void failed(Syscall call, long result, long nowNs) {
    stats.failed(call.name(), result);
    must(nowNs, Syscall.close(fd), closed);
  }

  private void closed(KernelView kernel, Syscall call, long result, long nowNs) {
    begin(nowNs);
  }
}
