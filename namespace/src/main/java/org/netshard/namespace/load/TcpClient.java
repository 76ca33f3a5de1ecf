package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/**
 * A client of a {@code tcp-client}: it connects, asks some requests, closes, and connects again. If
 * that fails, so does one request.
 */
final class TcpClient extends LoadProgram {
  private static final int BUFFER_BYTES = 16_384;

  private final LoadSpec spec;
  private final Endpoint server;
  private final Draw draw;
  private final Schedule schedule;
  private final Message message = new Message();
  private final UserMem buffer = UserMem.zeroed(BUFFER_BYTES);
  private final Then sent = this::sent;
  private final Then answered = this::answered;
  private int fd;
  private boolean connected;
  private int number;

  /** Requests of this connection. */
  private long asked;

  /** When what is measured was due: the connection or the request. */
  private long dueNs;

  private int got;
  private int wanted;

  TcpClient(LoadSpec spec, String name, int pid, LoadStats stats, Draw draw) {
    super(name, pid, spec.startNs(), stats);
    this.spec = spec;
    this.server = new Endpoint(spec);
    this.draw = draw;
    this.schedule = new Schedule(spec.rate(), spec.thinkNs(), draw);
  }

  @Override
  void begin(long nowNs) {
    if (number == spec.count()) {
      exit(nowNs);
      return;
    }
    dueNs = schedule.next(nowNs);
    if (connected) {
      send(dueNs);
    } else {
      must(dueNs, server.socket(), this::made);
    }
  }

  private void made(KernelView kernel, Syscall call, long result, long nowNs) {
    fd = (int) result;
    stats.connects().sent();
    call(nowNs, server.connect(fd), this::connected);
  }

  private void connected(KernelView kernel, Syscall call, long result, long nowNs) {
    if (Errno.isError(result)) {
      stats.connects().failed(call.name(), result);
      number++;
      close(nowNs);
      return;
    }
    stats.connects().received(nowNs - dueNs, 0, nowNs);
    connected = true;
    asked = 0;
    dueNs = nowNs;
    send(nowNs);
  }

  private void send(long atNs) {
    int size = (int) draw.nextWhole(spec.size(), Message.BYTES_MIN, Message.BYTES_MAX);
    message.write(size, number++, 0);
    asked++;
    call(atNs, message.send(fd), sent);
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
    if (asked < spec.tcp().requests() && number < spec.count()) {
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
    must(nowNs, Syscall.close(fd), this::closed);
  }

  private void closed(KernelView kernel, Syscall call, long result, long nowNs) {
    begin(nowNs);
  }
}
