package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.cred.Capability;

/** Calls that sleep until another task, or the time, wakes them. */
class SleepingCallsTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int SOL_SOCKET = Abi.SOL_SOCKET;
  private static final int SO_RCVTIMEO = 20;
  private static final long NS_PER_MS = 1_000_000;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  /** What a call returned, and when. */
  private record Outcome(long result, long atNs) {}

  /** Calls of one task, each at its time or when the one before is over. */
  private static final class Task implements Program {
    private final List<Step> steps;
    final List<Outcome> outcomes = new ArrayList<>();
    private int position;
    private boolean asleep;

    Task(Step... steps) {
      this.steps = List.of(steps);
    }

    @Override
    public String name() {
      return "task";
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      return position == steps.size() ? null : steps.get(position++);
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
      outcomes.add(new Outcome(result, nowNs));
    }

    @Override
    public void asleep(long nowNs) {
      asleep = true;
    }
  }

  private static Program.Step at(long ms, int pid, Syscall call) {
    return new Program.Step(ms * NS_PER_MS, pid, call);
  }

  private static Syscall socketpair(int type) {
    return Syscall.of(SyscallName.SOCKETPAIR, Abi.AF_UNIX, type, 0, UserMem.zeroed(8));
  }

  private static Syscall write(int fd, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Syscall.of(SyscallName.WRITE, fd, UserMem.of(bytes), bytes.length);
  }

  private static Syscall read(int fd, int count) {
    return Syscall.of(SyscallName.READ, fd, UserMem.zeroed(count), count);
  }

  /** Runs two tasks: the first makes its first two calls and so a child, pid 2, with its files. */
  private static KernelReport run(Task parent, Task child) {
    TestKernel kernel =
        new TestKernel(
            KIT,
            TestKernel.spec(
                List.of(),
                List.of(),
                List.of(TestKernel.task("parent", "/", Capability.ALL, 64)),
                List.of()));
    kernel.attach(parent);
    kernel.attach(child);
    kernel.open();
    return kernel.report();
  }

  @Test
  void aReadSleepsUntilTheOtherEndWrites() {
    Syscall read = read(3, 10);
    Task parent =
        new Task(
            at(0, 1, socketpair(Abi.SOCK_STREAM)),
            at(0, 1, Syscall.of(SyscallName.FORK)),
            at(1, 1, read));
    Task child = new Task(at(50, 2, write(4, "hello")));
    KernelReport report = run(parent, child);
    assertThat(report.crash()).isEmpty();
    assertThat(parent.outcomes.get(2)).isEqualTo(new Outcome(5, 50 * NS_PER_MS + 2_000));
    assertThat(new String(read.mem(1).get(0, 5), StandardCharsets.UTF_8)).isEqualTo("hello");
  }

  @Test
  void aReadWithATimeLimitEndsAtIt() {
    UserMem limit = UserMem.zeroed(16);
    limit.putLong(0, 1);
    Task parent =
        new Task(
            at(0, 1, socketpair(Abi.SOCK_DGRAM)),
            at(0, 1, Syscall.of(SyscallName.FORK)),
            at(0, 1, Syscall.of(SyscallName.SETSOCKOPT, 3, SOL_SOCKET, SO_RCVTIMEO, limit, 16)),
            at(10, 1, read(3, 10)));
    run(parent, new Task());
    assertThat(parent.outcomes.get(3))
        .isEqualTo(new Outcome(Errno.EAGAIN.negated(), 1_010 * NS_PER_MS + 1_000));
  }

  @Test
  void aWriterSleepsWhileTheBufferIsFull() {
    String large = "x".repeat(1_000_000);
    Task parent =
        new Task(
            at(0, 1, socketpair(Abi.SOCK_STREAM)),
            at(0, 1, Syscall.of(SyscallName.FORK)),
            at(1, 1, write(3, large)));
    Task child =
        new Task(
            at(20, 2, read(4, 600_000)),
            at(30, 2, read(4, 600_000)),
            at(40, 2, read(4, 600_000)),
            at(50, 2, read(4, 600_000)),
            at(60, 2, read(4, 600_000)));
    KernelReport report = run(parent, child);
    assertThat(report.crash()).isEmpty();
    assertThat(parent.outcomes.get(2).result()).isEqualTo(1_000_000);
    assertThat(parent.outcomes.get(2).atNs()).isGreaterThan(20 * NS_PER_MS);
    assertThat(child.outcomes.stream().mapToLong(Outcome::result).sum()).isEqualTo(1_000_000);
  }

  @Test
  void pollSleepsUntilTheOtherEndIsClosed() {
    UserMem fds = UserMem.zeroed(8);
    fds.putInt(0, 3);
    fds.putShort(4, Poll.IN);
    Task parent =
        new Task(
            at(0, 1, socketpair(Abi.SOCK_STREAM)),
            at(0, 1, Syscall.of(SyscallName.FORK)),
            at(0, 1, Syscall.close(4)),
            at(1, 1, Syscall.of(SyscallName.POLL, fds, 1, -1)));
    run(parent, new Task(at(70, 2, Syscall.close(3)), at(70, 2, Syscall.close(4))));
    assertThat(parent.outcomes.get(3).result()).isEqualTo(1);
    assertThat(parent.outcomes.get(3).atNs()).isGreaterThan(70 * NS_PER_MS);
    assertThat(fds.getShort(6)).isEqualTo(Poll.IN | Poll.HUP);
  }

  @Test
  void aDescriptorThatIsClosedMeanwhileDoesNotEndTheRead() {
    Task parent =
        new Task(
            at(0, 1, socketpair(Abi.SOCK_STREAM)),
            at(0, 1, Syscall.of(SyscallName.CLONE, 0x00010f00, 0)),
            at(1, 1, read(3, 10)),
            at(1, 1, read(3, 10)));
    Task thread = new Task(at(5, 2, Syscall.close(3)), at(9, 2, write(4, "late")));
    run(parent, thread);
    assertThat(parent.outcomes.get(2).result()).isEqualTo(4);
    assertThat(parent.outcomes.get(3).result()).isEqualTo(Errno.EBADF.negated());
  }

  @Test
  void aThreadThatSleepsEndsWithItsProcessAndGivesBackWhatItHolds() {
    Task parent =
        new Task(
            at(0, 1, socketpair(Abi.SOCK_STREAM)),
            at(0, 1, Syscall.of(SyscallName.CLONE, 0x00010f00, 0)),
            at(1, 1, read(3, 10)),
            at(9, 1, read(3, 10)));
    Task thread =
        new Task(at(4, 2, Syscall.close(3)), at(5, 2, Syscall.of(SyscallName.EXIT_GROUP, 0)));
    KernelReport report = run(parent, thread);
    assertThat(report.crash()).isEmpty();
    assertThat(report.socketsOpen()).isZero();
    assertThat(parent.outcomes).hasSize(2);
    assertThat(parent.asleep).isFalse();
  }

  @Test
  void whoIsNeverWokenIsAsleepAtTheEnd() {
    Task parent =
        new Task(
            at(0, 1, socketpair(Abi.SOCK_SEQPACKET)),
            at(0, 1, Syscall.of(SyscallName.FORK)),
            at(1, 1, read(3, 10)));
    KernelReport report = run(parent, new Task());
    assertThat(report.crash()).isEmpty();
    assertThat(parent.asleep).isTrue();
  }
}
