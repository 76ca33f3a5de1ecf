package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/** A child that answers what comes over one connected socket, until the other end is closed. */
class Answerer extends LoadProgram {
  private int fd;
  private final int inherited;
  private final boolean stream;
  private final Answers answers;
  private final UserMem buffer;
  private Syscall receive;
  private final Message answer = new Message();
  private final Then received = this::received;
  private final Then answered = this::answered;
  private int got;
  private int wanted;
  private int number;
  private long cameNs;

  /**
   * A child.
   *
   * @param fd its socket
   * @param inherited a descriptor of its parent that it closes first
   * @param stream whether a message may come in parts
   * @param bufferBytes bytes that it takes at once
   */
  Answerer(
      String name,
      int pid,
      LoadStats stats,
      int fd,
      int inherited,
      boolean stream,
      int bufferBytes,
      Answers answers) {
    super(name, pid, 0, stats);
    this.fd = fd;
    this.inherited = inherited;
    this.stream = stream;
    this.answers = answers;
    this.buffer = UserMem.zeroed(bufferBytes);
    this.receive = Message.receive(fd, buffer);
  }

  @Override
  void begin(long nowNs) {
    must(nowNs, Syscall.close(inherited), this::answered);
  }

  /** Answers what comes by a connection. */
  final void serve(int connection, long nowNs) {
    fd = connection;
    receive = Message.receive(fd, buffer);
    got = 0;
    call(nowNs, receive, received);
  }

  /** The connection has ended. */
  void over(int connection, long nowNs) {
    exit(nowNs);
  }

  /** A request was answered, some time after it was there. */
  void answered(int bytes, long tookNs, long nowNs) {
    // The client counts.
  }

  private void received(KernelView kernel, Syscall call, long result, long nowNs) {
    if (result <= 0) {
      if (result < 0 && result != Errno.ECONNRESET.negated()) {
        stats.failed(call.name(), result);
      }
      over(fd, nowNs);
      return;
    }
    if (got == 0) {
      wanted = stream ? Message.length(buffer) : (int) result;
      number = Message.number(buffer);
    }
    got += (int) result;
    if (got < wanted) {
      call(nowNs, receive, received);
    } else if (number == Message.END) {
      answer.write(Message.BYTES_MIN, Message.END, 0);
      must(nowNs, answer.send(fd), this::dismissed);
    } else {
      cameNs = nowNs;
      answer.write(answers.size(), number, 0);
      call(nowNs + answers.serviceNs(), answer.send(fd), answered);
    }
  }

  private void dismissed(KernelView kernel, Syscall call, long result, long nowNs) {
    exit(nowNs);
  }

  private void answered(KernelView kernel, Syscall call, long result, long nowNs) {
    if (Errno.isError(result)) {
      stats.failed(call.name(), result);
      over(fd, nowNs);
      return;
    }
    if (got > 0) {
      answered(got + (int) result, nowNs - cameNs, nowNs);
    }
    got = 0;
    call(nowNs, receive, received);
  }
}
