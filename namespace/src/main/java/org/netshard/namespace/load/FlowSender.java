package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;

/**
 * The sender of a {@code udp-flow} or a {@code bulk}: messages at a rate, each with the time of its
 * sending.
 */
final class FlowSender extends LoadProgram {
  private final LoadSpec spec;
  private final Endpoint server;
  private final Draw draw;
  private final Schedule schedule;
  private final Message message = new Message();
  private final Then sent = this::sent;
  private int fd;
  private int number;

  FlowSender(LoadSpec spec, String name, int pid, LoadStats stats, Endpoint server, Draw draw) {
    super(name, pid, spec.startNs(), stats);
    this.spec = spec;
    this.server = server;
    this.draw = draw;
    this.schedule = new Schedule(spec.rate(), spec.thinkNs(), draw);
  }

  @Override
  void begin(long nowNs) {
    must(nowNs, server.socket(), this::made);
  }

  private void made(KernelView kernel, Syscall call, long result, long nowNs) {
    fd = (int) result;
    must(nowNs, server.connect(fd), this::connected);
  }

  private void connected(KernelView kernel, Syscall call, long result, long nowNs) {
    send(nowNs);
  }

  private void send(long nowNs) {
    if (number == spec.count()) {
      if (server.isConnected()) {
        exit(nowNs);
      } else {
        new Farewell(this, fd, 0).begin(nowNs);
      }
      return;
    }
    long atNs = schedule.next(nowNs);
    int size = (int) draw.nextWhole(spec.size(), Message.BYTES_MIN, Message.BYTES_MAX);
    message.write(size, number++, atNs);
    call(atNs, message.send(fd), sent);
  }

  private void sent(KernelView kernel, Syscall call, long result, long nowNs) {
    if (Errno.isError(result)) {
      stats.failed(call.name(), result);
      if (server.isConnected()) {
        // Nobody is at the other end any more.
        exit(nowNs);
        return;
      }
    } else {
      stats.sent();
    }
    send(nowNs);
  }
}
