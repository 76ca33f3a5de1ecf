package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.Observe;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;

/**
 * What a cgroup pays for data that wait in UNIX sockets, as a live Linux 6.18 shows it in {@code
 * memory.kmem.usage_in_bytes}, and what happens when it may pay no more.
 */
class UnixMemoryTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int PAGE = 4096;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SENDS = 8;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  /** What the cgroup {@code /red} held after a call. */
  private record Held(long kernelPages, long slabBytes, String result) {}

  /** Calls of task 1, with what its cgroup holds after each. */
  private static final class Watched implements Program {
    private final List<Syscall> calls;
    final List<Held> held = new ArrayList<>();
    boolean killed;
    private int next;

    Watched(List<Syscall> calls) {
      this.calls = calls;
    }

    @Override
    public String name() {
      return "watched";
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      return next == calls.size() ? null : new Step(nowNs, 1, calls.get(next++));
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
      MemcgState red = kernel.model().cgroups().root().memcg().children().get(0);
      held.add(new Held(red.kernelPages(), red.slabBytes(), Errno.resultText(result)));
    }

    @Override
    public boolean killed(int pid, String by, long nowNs) {
      killed = true;
      return false;
    }

    Held last(int back) {
      return held.get(held.size() - 1 - back);
    }

    /** Bytes of slabs by which a call has changed the sum. */
    long grown(int back) {
      return last(back).slabBytes() - last(back + 1).slabBytes();
    }
  }

  private static KernelReport run(Program program, long limitBytes, boolean oomKill) {
    TestKernel kernel =
        new TestKernel(
            KIT,
            TestKernel.spec(
                    List.of(new CgroupSpec("/red", limitBytes, oomKill)),
                    List.of(),
                    List.of(TestKernel.task("t", "/red", Capability.ALL, 64)),
                    List.of())
                .observed(new Observe(true, 0)));
    KernelReport report = kernel.run(program);
    assertThat(report.crash()).isEmpty();
    return report;
  }

  /** A pair, descriptors 3 and 4, of which the first has a send buffer of many bytes. */
  private static List<Syscall> pair(int type) {
    List<Syscall> calls = new ArrayList<>();
    calls.add(Syscall.of(SyscallName.SOCKETPAIR, Abi.AF_UNIX, type, 0, UserMem.zeroed(8)));
    UserMem size = UserMem.zeroed(4);
    size.putInt(0, 1 << 26);
    calls.add(
        Syscall.of(SyscallName.SETSOCKOPT, 3, Abi.SOL_SOCKET, SO_SNDBUFFORCE, size, Integer.BYTES));
    return calls;
  }

  private static Syscall write(int count) {
    return Syscall.of(SyscallName.WRITE, 3, UserMem.zeroed(count), count);
  }

  private static Syscall read(int count) {
    return Syscall.of(SyscallName.READ, 4, UserMem.zeroed(count), count);
  }

  /** Both figures are bytes for each send; the live kernel shows the second. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 784, 784",
    "1, 192, 784, 784",
    "1, 193, 1296, 1296",
    "1, 704, 1296, 1296",
    "1, 705, 2320, 2320",
    "1, 1729, 4368, 4368",
    "1, 3777, 784, 4880",
    "1, 8000, 784, 8976",
    "1, 16000, 4368, 16656",
    "1, 20000, 4368, 20752",
    "1, 60000, 8736, 61984",
    "2, 1, 784, 784",
    "2, 3000, 4368, 4368",
    "2, 8000, 16648, 16648",
    "2, 16064, 16648, 16648",
    "2, 16065, 16648, 20744",
    "2, 60000, 16648, 61704",
    "2, 100000, 33032, 102664",
    "5, 20000, 16648, 20744",
  })
  void dataThatWaitAreKernelMemoryOfTheirSender(int type, int size, int slabEach, int allEach) {
    List<Syscall> calls = pair(type);
    for (int i = 0; i < SENDS; i++) {
      calls.add(write(size));
    }
    for (int i = 0; i < SENDS; i++) {
      calls.add(read(size));
    }
    Watched program = new Watched(calls);
    run(program, Long.MAX_VALUE, false);
    Held before = program.held.get(1);
    Held full = program.held.get(1 + SENDS);
    assertThat(full.slabBytes() - before.slabBytes()).isEqualTo((long) SENDS * slabEach);
    assertThat((full.kernelPages() - before.kernelPages()) * PAGE)
        .isCloseTo((long) SENDS * allEach, within((long) PAGE));
    assertThat(program.last(0))
        .isEqualTo(new Held(before.kernelPages, before.slabBytes, size + ""));
  }

  @Test
  void aListOfFilesIsAnObjectOfAPageAndEachSocketInFlightAnEdge() {
    List<Syscall> calls = pair(Abi.SOCK_STREAM);
    calls.add(Syscall.of(SyscallName.EVENTFD2, 0, 0));
    calls.add(sendFiles(5));
    calls.add(sendFiles(3, 4, 3));
    calls.add(read(2));
    calls.add(read(2));
    Watched program = new Watched(calls);
    run(program, Long.MAX_VALUE, false);
    assertThat(program.grown(3)).isEqualTo(784 + 4104);
    assertThat(program.grown(2)).isEqualTo(784 + 4104 + 192 + 8);
    assertThat(program.grown(1)).isEqualTo(-784 - 4104);
    assertThat(program.grown(0)).isEqualTo(-784 - 4104 - 192 - 8);
  }

  /** {@code sendmsg} of one byte with files. */
  private static Syscall sendFiles(int... fds) {
    ByteBuffer control =
        ByteBuffer.allocate(16 + fds.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    control.putLong(control.capacity()).putInt(Abi.SOL_SOCKET).putInt(Abi.SCM_RIGHTS);
    for (int fd : fds) {
      control.putInt(fd);
    }
    UserMem vector = UserMem.zeroed(16);
    vector.putPointer(0, UserMem.of(new byte[] {1}));
    vector.putLong(8, 1);
    UserMem header = UserMem.zeroed(56);
    header.putPointer(16, vector);
    header.putLong(24, 1);
    header.putPointer(32, UserMem.of(control.array()));
    header.putLong(40, control.capacity());
    return Syscall.of(SyscallName.SENDMSG, 3, header, 0);
  }

  private static List<Syscall> manyWrites(int type, int size) {
    List<Syscall> calls = pair(type);
    for (int i = 0; i < 40; i++) {
      calls.add(write(size));
    }
    return calls;
  }

  @ParameterizedTest
  @CsvSource({"100", "3000", "12000", "60000"})
  void aSendForWhichThereIsNoRoomFailsWithEnobufsAndKeepsNothing(int size) {
    List<Syscall> calls = manyWrites(Abi.SOCK_STREAM, size);
    Watched program = new Watched(calls);
    KernelReport report = run(program, 8L * PAGE + 20L * size, false);
    Held last = program.last(0);
    assertThat(last.result()).isEqualTo("ENOBUFS");
    assertThat(program.last(1)).isEqualTo(last);
    assertThat(report.socketsOpen()).isEqualTo(2);
  }

  /** A live kernel: the third send of 400,000 bytes takes those that there was room for. */
  @Test
  void aStreamThatRunsOutOfMemoryTellsHowMuchItSent() {
    List<Syscall> calls = pair(Abi.SOCK_STREAM);
    calls.add(write(400_000));
    calls.add(write(1));
    Watched program = new Watched(calls);
    run(program, 60L * PAGE, false);
    int piece = 36_544;
    int pieces = 60 * PAGE / (PAGE + 784 + 32_768);
    assertThat(program.last(1).result()).isEqualTo("" + pieces * piece);
    assertThat(program.last(0).result()).isEqualTo("1");
  }

  @Test
  void withTheOomKillerTheSenderIsKilledAndAllIsGivenBack() {
    Watched program = new Watched(manyWrites(Abi.SOCK_STREAM, 60_000));
    KernelReport report = run(program, 64L * PAGE, true);
    assertThat(program.killed).isTrue();
    assertThat(report.socketsOpen()).isZero();
    assertThat(report.cgroups()).allMatch(cgroup -> cgroup.currentBytes() == 0);
  }

  /** RAW, UDP, packet and netlink sockets allocate with {@code GFP_KERNEL}, as measured. */
  @Test
  void dataOfNetlinkSocketsAreKernelMemoryOfNobody() {
    UserMem address = UserMem.zeroed(12);
    address.putShort(0, (short) Abi.AF_NETLINK);
    address.putInt(4, 1);
    UserMem data = UserMem.zeroed(1000);
    List<Syscall> calls =
        List.of(
            Syscall.socket(Abi.AF_NETLINK, Abi.SOCK_RAW, 2),
            Syscall.socket(Abi.AF_NETLINK, Abi.SOCK_RAW, 2),
            Syscall.of(SyscallName.BIND, 3, address, 12),
            Syscall.of(SyscallName.SENDTO, 4, data, 1000, 0, address, 12));
    Watched program = new Watched(calls);
    run(program, Long.MAX_VALUE, false);
    assertThat(program.last(0).result()).isEqualTo("1000");
    assertThat(program.grown(0)).isZero();
  }
}
