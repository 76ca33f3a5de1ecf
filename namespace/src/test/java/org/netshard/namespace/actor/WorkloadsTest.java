package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.spec.Distribution;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.spec.Observe;
import org.netshard.namespace.spec.WorkloadReport;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;

/** Workloads from their beginning to their end, with all memory summed up after each event. */
class WorkloadsTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int COUNT = 40;
  private static final int PARALLEL = 15;
  private static final Distribution SMALL = Distribution.constant(64);
  private static final Distribution THINK = Distribution.exponential(50_000);

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static LoadSpec load(
      LoadSpec.Kind kind, int family, int type, Distribution size, Distribution rate) {
    return new LoadSpec(
        kind,
        "w",
        "init",
        "/",
        0,
        Capability.ALL,
        64,
        1_000_000,
        COUNT,
        PARALLEL,
        family,
        type,
        0,
        0,
        size,
        new Distribution(Distribution.Shape.UNIFORM, 16, 3000),
        rate,
        THINK,
        Distribution.exponential(1000),
        1_000_000_000,
        LoadSpec.Tcp.NONE);
  }

  private static KernelReport run(LoadSpec load, boolean loUp) {
    KernelSpec spec =
        new KernelSpec(
                "machine",
                7,
                "linux-6.18",
                "",
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(load),
                List.of())
            .observed(new Observe(true, 0));
    TestKernel kernel = new TestKernel(KIT, spec);
    TestKernel.Calls setup =
        new TestKernel.Calls(
            null,
            view -> {
              view.model().machine().initNet().setLoUp(loUp);
              return null;
            });
    KernelReport report = kernel.run(setup);
    assertThat(report.crash()).isEmpty();
    assertThat(setup.machine().socketsOpen()).as("sockets at the end").isZero();
    assertThat(setup.machine().tasks()).as("tasks at the end").isEmpty();
    return report;
  }

  private static void expectAllAnswered(LoadSpec load) {
    WorkloadReport report = run(load, true).workloads().get(0);
    assertThat(report.errors()).isEmpty();
    assertThat(report.sent()).isEqualTo((long) COUNT * PARALLEL);
    assertThat(report.received()).isEqualTo(report.sent());
    assertThat(report.latencies().stream().mapToLong(WorkloadReport.Bucket::count).sum())
        .isEqualTo(report.received());
    assertThat(report.slots().stream().mapToLong(WorkloadReport.Slot::bytes).sum())
        .isEqualTo(report.bytes());
  }

  @Test
  void everyDatagramOfAnEvenFlowArrives() {
    for (int family : new int[] {Abi.AF_INET, Abi.AF_INET6}) {
      Distribution size = new Distribution(Distribution.Shape.UNIFORM, 16, 60_000);
      expectAllAnswered(
          load(LoadSpec.Kind.UDP_FLOW, family, Abi.SOCK_DGRAM, size, Distribution.constant(1000)));
    }
  }

  @Test
  void aFlowWithoutARoadEndsWithTheErrorOfEachSender() {
    LoadSpec load =
        load(LoadSpec.Kind.UDP_FLOW, Abi.AF_INET, Abi.SOCK_DGRAM, SMALL, Distribution.ZERO);
    KernelSpec spec =
        new KernelSpec(
            "machine",
            7,
            "linux-6.18",
            "",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(load),
            List.of());
    TestKernel kernel = new TestKernel(KIT, spec);
    kernel.open();
    KernelReport report = kernel.report();
    assertThat(report.workloads().get(0).errors())
        .containsExactly(
            new WorkloadReport.CallErrors("connect", Errno.ENETUNREACH.number(), PARALLEL));
    assertThat(report.warnings()).contains("w.0: connect: ENETUNREACH");
  }

  @Test
  void everyPairAnswersWhateverItsType() {
    for (int type : new int[] {Abi.SOCK_STREAM, Abi.SOCK_SEQPACKET, Abi.SOCK_DGRAM}) {
      expectAllAnswered(load(LoadSpec.Kind.UNIX_PAIR, Abi.AF_UNIX, type, SMALL, Distribution.ZERO));
    }
  }

  @Test
  void largeMessagesOverAStreamCloseTheirFrames() {
    Distribution size = new Distribution(Distribution.Shape.LOGNORMAL, 20_000, 1);
    expectAllAnswered(
        load(LoadSpec.Kind.UNIX_PAIR, Abi.AF_UNIX, Abi.SOCK_STREAM, size, Distribution.ZERO));
  }

  /** More clients than a queue of a UNIX socket takes: those who wait for room get it in turn. */
  @Test
  void everyRequestIsAnsweredWhateverTheSocket() {
    for (int type : new int[] {Abi.SOCK_STREAM, Abi.SOCK_SEQPACKET, Abi.SOCK_DGRAM}) {
      expectAllAnswered(
          load(LoadSpec.Kind.REQUEST_RESPONSE, Abi.AF_UNIX, type, SMALL, Distribution.ZERO));
    }
    for (int family : new int[] {Abi.AF_INET, Abi.AF_INET6}) {
      expectAllAnswered(
          load(LoadSpec.Kind.REQUEST_RESPONSE, family, Abi.SOCK_DGRAM, SMALL, Distribution.ZERO));
    }
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    LoadSpec load =
        load(
            LoadSpec.Kind.UDP_FLOW,
            Abi.AF_INET,
            Abi.SOCK_DGRAM,
            new Distribution(Distribution.Shape.PARETO, 64, 1.5),
            Distribution.exponential(2000));
    assertThat(run(load, true)).isEqualTo(run(load, true));
  }
}
