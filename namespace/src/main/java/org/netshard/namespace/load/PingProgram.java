package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * The {@code ping} workload: ICMP echoes by an unprivileged {@code SOCK_DGRAM} socket, to which the
 * kernel itself answers. The kernel fills in identification and checksum.
 *
 * <p><b>Source:</b> RFC 792; RFC 4443.
 */
final class PingProgram extends LoadProgram {
  private static final int HEADER_BYTES = 8;
  private static final int SEQUENCE = 6;
  private static final int ECHO = 8;
  private static final int ECHO6 = 128;
  private static final int BYTE = 8;
  private static final int BYTE_MASK = 0xff;

  private final LoadSpec spec;
  private final Endpoint target;
  private final Draw draw;
  private final Schedule schedule;
  private final Then sent = this::sent;
  private final Then answered = this::answered;
  private UserMem echo = UserMem.zeroed(HEADER_BYTES);
  private Syscall send = Syscall.close(-1);
  private Syscall receive = Syscall.close(-1);
  private UserMem answer = UserMem.NULL;
  private int fd;
  private int number;
  private long sentNs;

  PingProgram(LoadSpec spec, String name, int pid, LoadStats stats, Endpoint target, Draw draw) {
    super(name, pid, spec.startNs(), stats);
    this.spec = spec;
    this.target = target;
    this.draw = draw;
    this.schedule = new Schedule(spec.rate(), spec.thinkNs(), draw);
  }

  @Override
  void begin(long nowNs) {
    must(nowNs, target.socket(), this::made);
  }

  private void made(KernelView kernel, Syscall call, long result, long nowNs) {
    fd = (int) result;
    answer = UserMem.zeroed(Loads.bufferBytes(spec.size()) + HEADER_BYTES);
    receive = Message.receive(fd, answer);
    must(nowNs, target.connect(fd), this::connected);
  }

  private void connected(KernelView kernel, Syscall call, long result, long nowNs) {
    must(nowNs, Endpoint.timeout(fd, spec.timeoutNs()), this::limited);
  }

  private void limited(KernelView kernel, Syscall call, long result, long nowNs) {
    send(nowNs);
  }

  private void send(long nowNs) {
    if (number == spec.count()) {
      exit(nowNs);
      return;
    }
    sentNs = schedule.next(nowNs);
    write((int) draw.nextWhole(spec.size(), 0, Message.BYTES_MAX - HEADER_BYTES));
    call(sentNs, send, sent);
  }

  private void write(int payload) {
    int length = HEADER_BYTES + payload;
    if (echo.size() != length || number == 0) {
      echo = UserMem.zeroed(length);
      echo.putByte(0, spec.family() == Abi.AF_INET6 ? ECHO6 : ECHO);
      send = Syscall.of(SyscallName.SENDTO, fd, echo, length, 0, UserMem.NULL, 0);
    }
    number++;
    echo.putByte(SEQUENCE, (number >> BYTE) & BYTE_MASK);
    echo.putByte(SEQUENCE + 1, number & BYTE_MASK);
  }

  private void sent(KernelView kernel, Syscall call, long result, long nowNs) {
    if (Errno.isError(result)) {
      stats.failed(call.name(), result);
      send(nowNs);
    } else {
      stats.sent();
      call(nowNs, receive, answered);
    }
  }

  private void answered(KernelView kernel, Syscall call, long result, long nowNs) {
    if (result == Errno.EAGAIN.negated()) {
      send(nowNs);
    } else if (Errno.isError(result)) {
      stats.failed(call.name(), result);
      send(nowNs);
    } else if (isAnswer()) {
      stats.received(nowNs - sentNs, result, nowNs);
      send(nowNs);
    } else {
      call(nowNs, receive, answered);
    }
  }

  /** Whether it is the answer to the last echo, and not a late one. */
  private boolean isAnswer() {
    return answer.getByte(SEQUENCE) == echo.getByte(SEQUENCE)
        && answer.getByte(SEQUENCE + 1) == echo.getByte(SEQUENCE + 1);
  }
}
