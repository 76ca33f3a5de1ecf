package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * A child that reads the messages of a {@code bulk} from one connection, until the other end is
 * closed: the head of each, which tells its length, then the rest of it.
 */
final class StreamReader extends LoadProgram {
  private final int fd;
  private final int inherited;
  private final UserMem head = UserMem.zeroed(Message.BYTES_MIN);
  private final UserMem body = UserMem.zeroed(Message.BYTES_MAX);
  private final Syscall receiveHead;
  private final Then headCame = this::headCame;
  private final Then bodyCame = this::bodyCame;

  /**
   * A child.
   *
   * @param fd its socket
   * @param inherited a descriptor of its parent that it closes first
   */
  StreamReader(String name, int pid, LoadStats stats, int fd, int inherited) {
    super(name, pid, 0, stats);
    this.fd = fd;
    this.inherited = inherited;
    this.receiveHead = receive(head, Message.BYTES_MIN);
  }

  private Syscall receive(UserMem into, int bytes) {
    return Syscall.of(
        SyscallName.RECVFROM, fd, into, bytes, Abi.MSG_WAITALL, UserMem.NULL, UserMem.NULL);
  }

  @Override
  void begin(long nowNs) {
    must(nowNs, Syscall.close(inherited), this::ready);
  }

  private void ready(KernelView kernel, Syscall call, long result, long nowNs) {
    call(nowNs, receiveHead, headCame);
  }

  private void headCame(KernelView kernel, Syscall call, long result, long nowNs) {
    int rest = result == Message.BYTES_MIN ? Message.length(head) - Message.BYTES_MIN : 0;
    if (rest > 0) {
      call(nowNs, receive(body, rest), bodyCame);
    } else if (result == Message.BYTES_MIN) {
      came(nowNs);
    } else {
      end(call, result, nowNs);
    }
  }

  private void bodyCame(KernelView kernel, Syscall call, long result, long nowNs) {
    if (result == Message.length(head) - Message.BYTES_MIN) {
      came(nowNs);
    } else {
      end(call, result, nowNs);
    }
  }

  private void came(long nowNs) {
    stats.received(nowNs - Message.value(head), Message.length(head), nowNs);
    call(nowNs, receiveHead, headCame);
  }

  private void end(Syscall call, long result, long nowNs) {
    if (Errno.isError(result)) {
      stats.failed(call.name(), result);
    }
    exit(nowNs);
  }
}
