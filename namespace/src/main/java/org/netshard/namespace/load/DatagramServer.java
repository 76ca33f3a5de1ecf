package org.netshard.namespace.load;

import java.util.BitSet;
import java.util.List;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * A server with one socket for all its clients: it takes datagrams, and answers them or only counts
 * them, until each client has said that it is at its end.
 */
final class DatagramServer extends LoadProgram {
  private final Endpoint endpoint;
  private final Answers answers;
  private final List<? extends Program> clients;
  private final UserMem buffer;
  private final UserMem from = UserMem.zeroed(SockAddr.STORAGE_BYTES);
  private final UserMem fromLength = UserMem.zeroed(Integer.BYTES);
  private final Message answer = new Message();
  private final BitSet ended = new BitSet();
  private final Then received = this::received;
  private final Then answered = this::answered;
  private Syscall receive = Syscall.close(-1);
  private int fd;

  /**
   * A server.
   *
   * @param answers how it answers; {@link Answers#NONE} if it counts what it gets
   * @param bufferBytes the longest datagram
   * @param clients who begin when it is there
   */
  DatagramServer(
      String name,
      int pid,
      long startNs,
      LoadStats stats,
      Endpoint endpoint,
      Answers answers,
      int bufferBytes,
      List<? extends Program> clients) {
    super(name, pid, startNs, stats);
    this.endpoint = endpoint;
    this.answers = answers;
    this.buffer = UserMem.zeroed(bufferBytes);
    this.clients = List.copyOf(clients);
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
    receive = Syscall.of(SyscallName.RECVFROM, fd, buffer, buffer.size(), 0, from, fromLength);
    receive(nowNs);
    clients.forEach(kernel::attach);
  }

  private void receive(long nowNs) {
    fromLength.putInt(0, from.size());
    call(nowNs, receive, received);
  }

  private void received(KernelView kernel, Syscall call, long result, long nowNs) {
    if (Errno.isError(result)) {
      stats.failed(call.name(), result);
      receive(nowNs);
      return;
    }
    int number = Message.number(buffer);
    long value = Message.value(buffer);
    if (number == Message.END) {
      ended.set((int) value);
      answer.write(Message.BYTES_MIN, Message.END, value);
      call(nowNs, reply(), answered);
    } else if (answers.isNone()) {
      stats.received(nowNs - value, result, nowNs);
      receive(nowNs);
    } else {
      answer.write(answers.size(), number, value);
      call(nowNs + answers.serviceNs(), reply(), answered);
    }
  }

  private Syscall reply() {
    return Syscall.of(
        SyscallName.SENDTO,
        fd,
        answer.mem(),
        answer.mem().size(),
        Abi.MSG_NOSIGNAL,
        from,
        fromLength.getInt(0));
  }

  private void answered(KernelView kernel, Syscall call, long result, long nowNs) {
    if (Errno.isError(result)) {
      stats.failed(call.name(), result);
    }
    if (ended.cardinality() == clients.size()) {
      exit(nowNs);
    } else {
      receive(nowNs);
    }
  }
}
