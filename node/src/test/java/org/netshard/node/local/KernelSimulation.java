package org.netshard.node.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.LsmRule;
import org.netshard.namespace.spec.Observe;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;

class KernelSimulation {
  private static final long LIMIT = 20_000;

  private static KernelSpec machine(List<LsmRule> rules, List<KernelOperation> operations) {
    TaskSpec task =
        new TaskSpec("tester", "init", "/red", 0, 0, List.of(), Capability.ALL, 64, 0, List.of());
    KernelSpec spec =
        new KernelSpec(
            "machine",
            1,
            "linux-6.18",
            "",
            List.of(),
            List.of(),
            List.of(new CgroupSpec("/red", LIMIT, false)),
            rules,
            List.of(task),
            List.of(),
            operations);
    return spec.observed(new Observe(true, 0));
  }

  /** Calls of task 1, and their results. */
  private static final class Calls implements Program {
    private final List<Syscall> calls;
    private final long gapNs;
    private final List<Long> results = new ArrayList<>();
    private @Nullable NetState init;
    private int used = -1;

    Calls(long gapNs, List<Syscall> calls) {
      this.gapNs = gapNs;
      this.calls = calls;
    }

    @Override
    public String name() {
      return "calls";
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      NetState present = kernel.model().machine().initNet();
      init = present;
      used = present.socketsUsed();
      return results.size() == calls.size() || kernel.cred(1) == null
          ? null
          : new Step(nowNs + gapNs, 1, calls.get(results.size()));
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
      results.add(result);
    }

    /** Sockets that are used when nothing happens any more: RCU has let go of those of netlink. */
    int usedInTheEnd() {
      return Objects.requireNonNull(init).socketsUsed();
    }
  }

  private static List<Syscall> random(long seed) {
    Random random = new Random(seed);
    List<Syscall> calls = new ArrayList<>();
    int[] families = {Abi.AF_INET, Abi.AF_INET6, Abi.AF_UNIX, Abi.AF_NETLINK, Abi.AF_PACKET, 3};
    for (int i = 0; i < 400; i++) {
      int fd = random.nextInt(40);
      calls.add(
          switch (random.nextInt(8)) {
            case 0, 1, 2 ->
                Syscall.socket(
                    families[random.nextInt(families.length)],
                    random.nextInt(6),
                    random.nextInt(3) * 3);
            case 3 -> Syscall.of(SyscallName.SOCKETPAIR, Abi.AF_UNIX, 1, 0, UserMem.zeroed(8));
            case 4 -> Syscall.of(SyscallName.DUP, fd);
            case 5 -> Syscall.of(SyscallName.DUP2, fd, random.nextInt(60));
            case 6 -> Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWNET);
            default -> Syscall.close(fd);
          });
    }
    calls.add(Syscall.of(SyscallName.EXIT_GROUP, 0));
    return calls;
  }

  @Test
  void everythingIsGivenBackAtTheEndOfRandomPrograms() {
    for (long seed = 1; seed <= 5; seed++) {
      Calls program = new Calls(0, random(seed));
      KernelReport report;
      try (LocalKernel kernel = LocalKernel.start(machine(List.of(), List.of()))) {
        report = kernel.run(program);
      }
      assertThat(report.crash()).isEmpty();
      assertThat(report.socketsCreated()).isGreaterThan(5);
      assertThat(report.socketsOpen()).isZero();
      assertThat(report.namespacesAlive()).isOne();
      assertThat(report.cgroups().get(0).currentBytes()).isZero();
      assertThat(report.cgroups().get(0).refused()).isPositive();
      assertThat(program.usedInTheEnd()).isZero();
    }
  }

  @Test
  void sameSeedIsTheSameBitForBit() {
    List<String> hashes = new ArrayList<>();
    for (long seed : new long[] {7, 7, 8}) {
      try (LocalKernel kernel = LocalKernel.start(machine(List.of(), List.of()))) {
        hashes.add(kernel.run(new Calls(0, random(seed))).traceHash());
      }
    }
    assertThat(hashes.get(0)).isEqualTo(hashes.get(1)).isNotEqualTo(hashes.get(2));
  }

  @Test
  void hooksDecideBeforeAndAfterTheFamily() {
    List<LsmRule> rules =
        List.of(
            new LsmRule(
                LsmRule.Hook.SOCKET_CREATE,
                "tester",
                Abi.AF_UNIX,
                LsmRule.ANY,
                LsmRule.ANY,
                0,
                Errno.EACCES.number()),
            new LsmRule(
                LsmRule.Hook.SOCKET_POST_CREATE,
                "",
                Abi.AF_INET,
                Abi.SOCK_DGRAM,
                LsmRule.ANY,
                LsmRule.ANY,
                Errno.EPERM.number()));
    Calls program =
        new Calls(
            0,
            List.of(
                Syscall.socket(Abi.AF_UNIX, 99, 0),
                Syscall.socket(Abi.AF_UNIX, Abi.SOCK_STREAM, 77),
                Syscall.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 77),
                Syscall.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 0),
                Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0)));
    try (LocalKernel kernel = LocalKernel.start(machine(rules, List.of()))) {
      kernel.run(program);
    }
    assertThat(program.results)
        .containsExactly(
            (long) Errno.EINVAL.negated(),
            (long) Errno.EACCES.negated(),
            (long) Errno.EPROTONOSUPPORT.negated(),
            (long) Errno.EPERM.negated(),
            3L);
    assertThat(program.used).isOne();
  }

  @Test
  void familiesComeAndGoWhileTheKernelRuns() {
    String udpFirst =
        "AF_INET { number = 2, create = inet_create, alloc-errno = ENOMEM, protosw = [ %s ] }";
    List<KernelOperation> operations =
        List.of(
            new KernelOperation(
                1_500_000,
                KernelOperation.Kind.INET_REGISTER_PROTOSW,
                udpFirst.formatted("\"SOCK_DGRAM 99 UDP\""),
                "test:1"),
            new KernelOperation(
                1_600_000,
                KernelOperation.Kind.INET_REGISTER_PROTOSW,
                udpFirst.formatted("\"SOCK_STREAM 6 TCP\""),
                "test:2"),
            new KernelOperation(
                2_500_000, KernelOperation.Kind.SOCK_UNREGISTER, udpFirst.formatted(""), "test:3"));
    Syscall socket = Syscall.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 99);
    Calls program = new Calls(1_000_000, List.of(socket, socket, socket));
    KernelReport report;
    try (LocalKernel kernel = LocalKernel.start(machine(List.of(), operations))) {
      report = kernel.run(program);
    }
    assertThat(program.results)
        .containsExactly(
            (long) Errno.EPROTONOSUPPORT.negated(), 3L, (long) Errno.EAFNOSUPPORT.negated());
    assertThat(report.warnings()).containsExactly("test:2: inet_register_protosw: EPERM");
  }

  @Test
  void bugEndsInTheReportAndNamesTheEvent() {
    Program broken =
        new Program() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public Step next(KernelView kernel, long nowNs) {
            return new Step(nowNs, 1, Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0));
          }

          @Override
          public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
            throw new IllegalStateException("a bug, on purpose");
          }
        };
    try (LocalKernel kernel = LocalKernel.start(machine(List.of(), List.of()))) {
      KernelReport report = kernel.run(broken);
      assertThat(report.crash()).contains("event 1").contains("a bug, on purpose");
    }
  }
}
