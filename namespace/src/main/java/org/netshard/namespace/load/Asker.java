package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/** A task that asks, waits for the answer, and asks again. */
abstract class Asker extends LoadProgram {
  final LoadSpec spec;
  private final Draw draw;
  private final Schedule schedule;
  private final Message message = new Message();
  private final Then sent = this::sent;
  private final Then answered = this::answered;
  private UserMem buffer = UserMem.NULL;
  private Syscall receive = Syscall.close(-1);
  private int fd;
  private boolean stream;
  private int number;
  private long sentNs;
  private int got;
  private int wanted;

  Asker(LoadSpec spec, String name, int pid, LoadStats stats, Draw draw) {
    super(name, pid, spec.startNs(), stats);
    this.spec = spec;
    this.draw = draw;
    this.schedule = new Schedule(spec.rate(), spec.thinkNs(), draw);
  }

  /** All is asked. */
  abstract void finish(long nowNs);

  /**
   * Begins to ask.
   *
   * @param socket the descriptor by which the server is reached
   * @param byteStream whether an answer may come in parts
   */
  final void ask(int socket, boolean byteStream, long nowNs) {
    fd = socket;
    stream = byteStream;
    buffer = UserMem.zeroed(Loads.bufferBytes(spec.response()));
    receive = Message.receive(fd, buffer);
    send(nowNs);
  }

  private void send(long nowNs) {
    if (number == spec.count()) {
      finish(nowNs);
      return;
    }
    sentNs = schedule.next(nowNs);
    int size = (int) draw.nextWhole(spec.size(), Message.BYTES_MIN, Message.BYTES_MAX);
    message.write(size, number++, 0);
    call(sentNs, message.send(fd), sent);
  }

  private void sent(KernelView kernel, Syscall call, long result, long nowNs) {
    if (Errno.isError(result)) {
      stats.failed(call.name(), result);
      send(nowNs);
      return;
    }
    stats.sent();
    got = 0;
    call(nowNs, receive, answered);
  }

  private void answered(KernelView kernel, Syscall call, long result, long nowNs) {
    if (result == Errno.EAGAIN.negated()) {
      // The time is over: the answer is lost, or late and passed over when it comes.
      send(nowNs);
      return;
    }
    if (result <= 0) {
      stats.failed(call.name(), result == 0 ? Errno.ECONNRESET.negated() : result);
      send(nowNs);
      return;
    }
    if (got == 0) {
      wanted = stream ? Message.length(buffer) : (int) result;
      if (Message.number(buffer) != number - 1) {
        call(nowNs, receive, answered);
        return;
      }
    }
    got += (int) result;
    if (got < wanted) {
      call(nowNs, receive, answered);
    } else {
      stats.received(nowNs - sentNs, message.mem().size() + got, nowNs);
      send(nowNs);
    }
  }
}
