package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.cred.Capability;

/** Much data over a connection of MPTCP arrives whole and in order, whatever holds it up. */
class MptcpTransferTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final long NS_PER_MS = 1_000_000;
  private static final int LISTENER = 3;
  private static final int CLIENT = 4;
  private static final int ACCEPTED = 5;
  private static final int PORT = 7000;

  @AfterAll
  static void shutdown() {
    KIT.shutdownTestKit();
  }

  /** Writes as much as it can, then reads some, over and over; then closes both ends. */
  private static final class Transfer implements Program {
    private final List<Syscall> first;
    private final int total;
    private final int writeBytes;
    private final int readBytes;
    private final int readEveryMs;
    private final List<Long> downMs;
    private int shutMs;
    private int position;
    private int written;
    private int read;
    private boolean shut;
    boolean ended;
    private boolean writing = true;
    private long atNs;
    int eagains;
    long retransmitted;

    Transfer(int server, int total, int writeBytes, int readBytes, int everyMs, List<Long> downMs) {
      int nonblock = Abi.SOCK_STREAM | Abi.SOCK_NONBLOCK;
      this.first =
          List.of(
              Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, server),
              LifecycleTest.named(
                  SyscallName.BIND, LISTENER, LifecycleTest.address(Abi.AF_INET, PORT)),
              Syscall.of(SyscallName.LISTEN, LISTENER, 1),
              Syscall.socket(Abi.AF_INET, nonblock, Abi.IPPROTO_MPTCP),
              LifecycleTest.named(
                  SyscallName.CONNECT, CLIENT, LifecycleTest.address(Abi.AF_INET, PORT)),
              Syscall.of(
                  SyscallName.ACCEPT4, LISTENER, UserMem.NULL, UserMem.NULL, Abi.SOCK_NONBLOCK));
      this.total = total;
      this.writeBytes = writeBytes;
      this.readBytes = readBytes;
      this.readEveryMs = everyMs;
      this.downMs = downMs;
    }

    @Override
    public String name() {
      return "transfer";
    }

    private byte pattern(int at) {
      return (byte) (at * 31 + (at >> 8));
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      boolean down = downMs.stream().anyMatch(ms -> atNs / NS_PER_MS / 50 == ms / 50);
      kernel.model().machine().initNet().setLoUp(!down);
      if (position < first.size()) {
        return new Step(atNs, 1, first.get(position++));
      }
      if (ended) {
        return null;
      }
      if (writing && written < total) {
        byte[] bytes = new byte[Math.min(writeBytes, total - written)];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = pattern(written + i);
        }
        return new Step(
            atNs, 1, Syscall.of(SyscallName.WRITE, CLIENT, UserMem.of(bytes), bytes.length));
      }
      if (written == total && !shut && atNs >= shutMs * NS_PER_MS) {
        shut = true;
        return new Step(atNs, 1, Syscall.of(SyscallName.SHUTDOWN, CLIENT, 1));
      }
      atNs = Math.max(atNs, nowNs) + readEveryMs * NS_PER_MS;
      if (atNs > 600_000 * NS_PER_MS) {
        throw new AssertionError("after 600 s, %d written, %d read".formatted(written, read));
      }
      return new Step(
          atNs, 1, Syscall.of(SyscallName.READ, ACCEPTED, UserMem.zeroed(readBytes), readBytes));
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
      if (call.name() == SyscallName.WRITE) {
        eagains += result < 0 ? 1 : 0;
        // Where the device is down now and then, there is something on its way all the time.
        writing = result > 0 && downMs.isEmpty();
        written += (int) Math.max(0, result);
      } else if (call.name() == SyscallName.READ) {
        writing = true;
        if (result < 0) {
          assertThat(result).isEqualTo(Errno.EAGAIN.negated());
          return;
        }
        ended = result == 0;
        retransmitted = kernel.model().machine().initNet().mib(Mib.TCP_RETRANS_SEGS);
        byte[] bytes = call.mem(1).get(0, (int) result);
        for (byte each : bytes) {
          assertThat(each).as("byte %d", read).isEqualTo(pattern(read));
          read++;
        }
      }
    }

    /** Shuts down not before so many milliseconds have passed. */
    Transfer shutAtMs(int ms) {
      shutMs = ms;
      return this;
    }

    void run() {
      KernelSpec spec =
          TestKernel.spec(
              List.of(),
              List.of(),
              List.of(TestKernel.task("t", "/", Capability.ALL, 64)),
              List.of());
      TestKernel kernel = new TestKernel(KIT, spec);
      kernel.run(this);
      kernel.stop(KIT);
      assertThat(ended).isTrue();
      assertThat(read).isEqualTo(total);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "262, 1000000, 70000, 100000, 1",
    "262, 1000000, 1000, 10000, 1",
    "262, 300000, 65536, 3000, 5",
    "262, 2000, 1, 7, 1",
    "6, 1000000, 70000, 100000, 1",
    "6, 300000, 65536, 3000, 5",
  })
  void allOfItComes(int server, int total, int writeBytes, int readBytes, int everyMs) {
    new Transfer(server, total, writeBytes, readBytes, everyMs, List.of()).run();
  }

  /** The window is closed for a long time before anything is read. */
  @Test
  void aReaderWhoSleepsHoldsTheWriterUp() {
    Transfer transfer =
        new Transfer(Abi.IPPROTO_MPTCP, 5_000_000, 500_000, 500_000, 5000, List.of());
    transfer.run();
    assertThat(transfer.eagains).isPositive();
  }

  /** The device is down now and then, when data, acknowledgements and the end should go out. */
  @Test
  void whatIsLostIsSentAgain() {
    for (long ms = 50; ms < 200; ms += 50) {
      Transfer transfer =
          new Transfer(Abi.IPPROTO_MPTCP, 100_000, 500, 1000, 1, List.of(ms, 50 + 2 * ms));
      transfer.run();
      assertThat(transfer.retransmitted).isPositive();
    }
  }

  /** The DATA_FIN is in an acknowledgement, which nobody but MPTCP sends again. */
  @Test
  void anEndThatIsLostIsSentAgain() {
    new Transfer(Abi.IPPROTO_MPTCP, 10_000, 500, 1000, 1, List.of(50L)).shutAtMs(60).run();
  }
}
