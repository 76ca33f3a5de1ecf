package org.netshard.namespace.load;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * The memory in which a task has the messages that it sends or receives.
 *
 * <p>A message begins with 16 bytes: its length, its number, and a value of 64 bits, which is the
 * time at which a datagram was sent, or the number of a client that has come to its end.
 */
final class Message {
  /** The least message, bytes. */
  static final int BYTES_MIN = 16;

  /** The longest message: what fits into a datagram over IPv4, bytes. */
  static final int BYTES_MAX = 65_507;

  /** In place of a number: nothing more comes. */
  static final int END = -1;

  private static final int NUMBER = 4;
  private static final int VALUE = 8;

  private UserMem mem = UserMem.NULL;
  private int callFd = -1;
  private Syscall sendCall = Syscall.close(-1);

  /** Writes the next message. */
  void write(int length, int number, long value) {
    if (mem.size() != length) {
      mem = UserMem.zeroed(length);
      callFd = -1;
    }
    mem.putInt(0, length);
    mem.putInt(NUMBER, number);
    mem.putLong(VALUE, value);
  }

  /** Its bytes. */
  UserMem mem() {
    return mem;
  }

  /** Sends it to whom the socket is connected. */
  Syscall send(int fd) {
    if (callFd != fd) {
      sendCall =
          Syscall.of(SyscallName.SENDTO, fd, mem, mem.size(), Abi.MSG_NOSIGNAL, UserMem.NULL, 0);
      callFd = fd;
    }
    return sendCall;
  }

  /** The length that a message says it has. */
  static int length(UserMem received) {
    return received.getInt(0);
  }

  /** Its number, or {@link #END}. */
  static int number(UserMem received) {
    return received.getInt(NUMBER);
  }

  /** The time or the client. */
  static long value(UserMem received) {
    return received.getLong(VALUE);
  }

  /** Receives from whom the socket is connected to. */
  static Syscall receive(int fd, UserMem into) {
    return Syscall.of(SyscallName.RECVFROM, fd, into, into.size(), 0, UserMem.NULL, UserMem.NULL);
  }
}
