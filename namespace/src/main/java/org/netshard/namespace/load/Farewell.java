package org.netshard.namespace.load;

import org.netshard.namespace.program.KernelView;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/**
 * How a client of a datagram server tells that it is at its end, so that the server can end too: it
 * says so until it hears an answer, at most ten times, as {@code iperf} does.
 */
final class Farewell {
  private static final int TRIES_MAX = 10;
  private static final long WAIT_NS = 250_000_000;

  private final LoadProgram client;
  private final int fd;
  private final long number;
  private final Message message = new Message();
  private final UserMem answer = UserMem.zeroed(Message.BYTES_MIN);
  private int tries;

  /**
   * The end of a client.
   *
   * @param fd its socket
   * @param number its number among the clients of its server
   */
  Farewell(LoadProgram client, int fd, long number) {
    this.client = client;
    this.fd = fd;
    this.number = number;
  }

  /** Begins it; the client exits after it. */
  void begin(long nowNs) {
    client.must(nowNs, Endpoint.timeout(fd, WAIT_NS), this::say);
  }

  private void say(KernelView kernel, Syscall call, long result, long nowNs) {
    if (tries++ == TRIES_MAX) {
      client.exit(nowNs);
      return;
    }
    message.write(Message.BYTES_MIN, Message.END, number);
    client.call(nowNs, message.send(fd), this::said);
  }

  private void said(KernelView kernel, Syscall call, long result, long nowNs) {
    client.call(nowNs, Message.receive(fd, answer), this::heard);
  }

  /** Late answers to something else are passed over. */
  private void heard(KernelView kernel, Syscall call, long result, long nowNs) {
    if (result < 0) {
      say(kernel, call, result, nowNs);
    } else if (Message.number(answer) == Message.END) {
      client.exit(nowNs);
    } else {
      said(kernel, call, result, nowNs);
    }
  }
}
