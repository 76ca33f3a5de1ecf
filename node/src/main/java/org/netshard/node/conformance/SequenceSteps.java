package org.netshard.node.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Poll;

/**
 * Calls that follow each other on some sockets, by the names that the table of errors gives them.
 */
final class SequenceSteps {
  /** How long a step waits for what is under way, ms. */
  private static final int WAIT_MS = 1000;

  private final List<Step> steps = new ArrayList<>();

  /**
   * A step.
   *
   * @param name its name, or empty if no row is about it
   * @param call the call
   * @param value what the table gives as its result, or null for what it returns
   * @param error what the table gives as its error, or null for that of the call
   */
  record Step(
      String name,
      Syscall call,
      DataRows.@Nullable Detail value,
      DataRows.@Nullable Detail error) {}

  /** All of them, in their order. */
  List<Step> all() {
    return steps;
  }

  SequenceSteps then(String name, Syscall call) {
    return then(name, call, null);
  }

  SequenceSteps then(String name, Syscall call, DataRows.@Nullable Detail value) {
    steps.add(new Step(name, call, value, null));
    return this;
  }

  /** A call that no row is about. */
  SequenceSteps first(Syscall call) {
    return then("", call);
  }

  /** Waits until something is true of a socket. */
  SequenceSteps await(int fd, int events) {
    return first(poll(fd, events, WAIT_MS));
  }

  SequenceSteps bind(String name, int fd, UserMem address) {
    return then(name, Syscall.of(SyscallName.BIND, fd, address, address.size()));
  }

  SequenceSteps connect(String name, int fd, UserMem address) {
    return then(name, Syscall.of(SyscallName.CONNECT, fd, address, address.size()));
  }

  SequenceSteps send(String name, int fd, byte[] bytes) {
    return sendto(name, fd, bytes, UserMem.NULL);
  }

  SequenceSteps sendto(String name, int fd, byte[] bytes, UserMem to) {
    return then(
        name,
        Syscall.of(
            SyscallName.SENDTO,
            fd,
            UserMem.of(bytes),
            bytes.length,
            Abi.MSG_NOSIGNAL,
            to,
            to.size()));
  }

  SequenceSteps receive(String name, int fd, int bytes) {
    return then(name, receiving(fd, bytes));
  }

  static Syscall receiving(int fd, int bytes) {
    UserMem room = UserMem.zeroed(bytes);
    return Syscall.of(
        SyscallName.RECVFROM, fd, room, bytes, Abi.MSG_DONTWAIT, UserMem.NULL, UserMem.NULL);
  }

  /** A number that a request gives, which the table has as its result. */
  SequenceSteps number(String name, int fd, int request) {
    Syscall call = Syscall.of(SyscallName.IOCTL, fd, request, UserMem.zeroed(Integer.BYTES));
    return then(name, call, (result, after) -> "" + after.mem(2).getInt(0));
  }

  /** What {@code poll} tells, which the table has as its result. */
  SequenceSteps ready(String name, int fd) {
    return then(name, poll(fd, Poll.OUT, 0), DataRows::ready);
  }

  /** What {@code SO_ERROR} tells, which the table has as the error of the step. */
  SequenceSteps error(String name, int fd) {
    steps.add(
        new Step(
            name,
            errorOf(fd),
            (result, after) -> "0",
            (result, after) -> TableProgram.okOrErrno(-after.mem(3).getInt(0))));
    return this;
  }

  static Syscall errorOf(int fd) {
    UserMem value = UserMem.zeroed(Integer.BYTES);
    UserMem length = UserMem.ofInt(Integer.BYTES);
    return Syscall.of(SyscallName.GETSOCKOPT, fd, Abi.SOL_SOCKET, SoOption.SO_ERROR, value, length);
  }

  /** Lets time go by. */
  static Syscall sleep(int ms) {
    return Syscall.of(SyscallName.POLL, UserMem.NULL, 0, ms);
  }

  static Syscall poll(int fd, int events, int timeoutMs) {
    UserMem pollfd = UserMem.zeroed(Long.BYTES);
    pollfd.putInt(0, fd);
    pollfd.putShort(Integer.BYTES, events);
    return Syscall.of(SyscallName.POLL, pollfd, 1, timeoutMs);
  }

  /** Some bytes of one kind. */
  static byte[] bytes(int count, char of) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) of);
    return bytes;
  }

  /** The first bytes of a message and zeros up to its length. */
  static byte[] message(String begin, int length) {
    return Arrays.copyOf(begin.getBytes(StandardCharsets.ISO_8859_1), length);
  }
}
