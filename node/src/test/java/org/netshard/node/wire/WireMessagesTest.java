package org.netshard.node.wire;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.cluster.serialization.WireRegistry;
import org.netshard.cluster.serialization.WireRegistryCheck;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.Distribution;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.LoadSpec;
import org.netshard.namespace.spec.LsmRule;
import org.netshard.namespace.spec.MemoryReport;
import org.netshard.namespace.spec.NetnsSpec;
import org.netshard.namespace.spec.Observe;
import org.netshard.namespace.spec.ScriptedCall;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.namespace.spec.StormSpec;
import org.netshard.namespace.spec.SysctlSetting;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.namespace.spec.WorkloadReport;
import org.netshard.node.run.RunProtocol;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

class WireMessagesTest {
  private static final ActorTestKit KIT = ActorTestKit.create(ConfigFactory.load("wire-test.conf"));
  private static final WireRegistryCheck CHECK =
      WireRegistryCheck.of(WireRegistry.load(), KIT.system());

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  @Test
  void idsAndComponentsAreThoseOfTheFile() throws IOException {
    try (InputStream stream = WireMessagesTest.class.getResourceAsStream("/wire-ids.txt")) {
      assertThat(stream).isNotNull();
      String golden = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(CHECK.listing()).isEqualTo(golden);
    }
  }

  @Test
  void everyMessageIsRegistered() {
    assertThat(CHECK.unregistered(KernelProtocol.Command.class)).isEmpty();
    WireRegistry registry = WireRegistry.load();
    for (Class<?> message : RunProtocol.class.getDeclaredClasses()) {
      assertThat(message.isInterface() || registry.contains(message))
          .as(message.getName())
          .isTrue();
    }
  }

  @Test
  void everyMessageComesBackAsItWas() {
    List<Object> samples = samples();
    assertThat(CHECK.withoutSample(samples)).isEmpty();
    for (Object sample : samples) {
      // Calls and memory have no equals; their text tells all of them.
      assertThat(CHECK.roundTrip(sample).toString()).isEqualTo(sample.toString());
    }
    System.out.println("bytes of each message:\n" + CHECK.sizeTable(samples));
  }

  private static List<Object> samples() {
    Syscall call =
        Syscall.of(
            SyscallName.GETSOCKOPT, 3, 1, -2L, UserMem.of((byte) 1, (byte) 2), UserMem.ofInt(4));
    Syscall odd = Syscall.of(SyscallName.GETSOCKNAME, 3, UserMem.NULL, UserMem.BAD);
    UserMem header = UserMem.zeroed(56);
    UserMem vector = UserMem.zeroed(16);
    vector.putPointer(0, UserMem.of((byte) 6));
    header.putPointer(16, vector);
    Syscall message = Syscall.of(SyscallName.SENDMSG, 3, header, 0);
    Syscall absent = Syscall.notSimulated("bind", 3, UserMem.of((byte) 5), 16);
    ScriptedCall scripted =
        new ScriptedCall(
            call,
            List.of(new ScriptedCall.Variable(0, "fd")),
            "kept",
            new ScriptedCall.Expectation(ScriptedCall.Expectation.Kind.VALUE, -13, ""),
            List.of(new ScriptedCall.Written(3, UserMem.of((byte) 1), "[1]")),
            "getsockopt(…)",
            "s.yaml:1:2",
            5);
    KernelSpec spec = spec(scripted);
    KernelReport report = report();
    List<Object> samples = new ArrayList<>();
    samples.addAll(
        List.of(
            SyscallName.CLOSE,
            UserMem.ofInt(7),
            call,
            odd,
            message,
            absent,
            spec,
            report,
            scripted));
    samples.addAll(spec.sysctls());
    samples.addAll(spec.namespaces());
    samples.addAll(spec.cgroups());
    samples.addAll(spec.lsmRules());
    samples.addAll(spec.tasks());
    samples.addAll(spec.workloads());
    samples.addAll(spec.operations());
    samples.addAll(spec.setup());
    samples.addAll(report.outputs());
    samples.addAll(report.workloads());
    samples.addAll(report.workloads().get(0).errors());
    samples.addAll(report.workloads().get(0).latencies());
    samples.addAll(report.workloads().get(0).slots());
    samples.add(load().tcp());
    samples.add(load().kind());
    samples.add(load().size());
    samples.add(load().size().shape());
    samples.addAll(report.failures());
    samples.addAll(report.results());
    samples.addAll(report.expectationsFailed());
    samples.addAll(report.cgroups());
    samples.add(report.memory());
    samples.addAll(report.memory().refusals());
    samples.addAll(report.memory().killed());
    samples.addAll(report.memory().cgroupSamples());
    samples.addAll(report.memory().sockSamples());
    samples.add(new Observe(true, 10_000_000, "/tmp/pcap"));
    samples.addAll(scripted.variables());
    samples.addAll(scripted.written());
    samples.add(scripted.expected());
    samples.add(ScriptedCall.Expectation.Kind.VARIABLE);
    samples.add(LsmRule.Hook.SOCKET_POST_CREATE);
    samples.add(KernelOperation.Kind.SOCK_UNREGISTER);
    samples.add(SetupLine.Command.MKDIR_PARENTS);
    samples.add(new KernelProtocol.Boot(1, spec));
    samples.add(new KernelProtocol.RunWindow(1, 2, Long.MAX_VALUE));
    samples.add(new KernelProtocol.Report(1));
    samples.add(new KernelProtocol.Halt(1));
    samples.addAll(runMessages(spec, report));
    return samples;
  }

  private static KernelSpec spec(ScriptedCall scripted) {
    return new KernelSpec(
        "k-0",
        Long.MIN_VALUE,
        "linux-6.18",
        "",
        List.of(new SysctlSetting("net.core.somaxconn", "128", "s.yaml:3:4")),
        List.of(new NetnsSpec("red", 2, List.of())),
        List.of(new CgroupSpec("/red", 4096, true, 0)),
        List.of(new LsmRule(LsmRule.Hook.SOCKET_CREATE, "t", 2, LsmRule.ANY, 0, 1, 13)),
        List.of(
            new TaskSpec(
                "t", "red-0", "/red", 1000, 1000, List.of(4), 0, 64, 9, List.of(scripted), 0, 0)),
        List.of(
            new StormSpec(
                "s",
                "init",
                "/",
                0,
                -1,
                64,
                0,
                10,
                Distribution.constant(7),
                Distribution.ZERO,
                2,
                1,
                6,
                true),
            load()),
        List.of(
            new KernelOperation(5, KernelOperation.Kind.SOCK_REGISTER, "AF_X {}", "s.yaml:5:6")),
        List.of(
            new SetupLine(
                SetupLine.BEFORE_ALL,
                SetupLine.Command.ECHO,
                "/sys/fs/cgroup/red/memory.max",
                "4M\n",
                ScriptedCall.Expectation.NONE,
                "echo 4M > …",
                "s.yaml:7:8")),
        new Observe(true, 7));
  }

  private static MemoryReport memory() {
    return new MemoryReport(
        List.of(
            new KernelReport.CgroupUse(
                "/red", 1, 2, Long.MAX_VALUE, 0, 3, 4, List.of(1L, 2L, 3L, 4L, 5L, 6L))),
        List.of(new MemoryReport.Refusal("/red/a", "/red", "t", "socket", 12, 5, 6, 7)),
        List.of(new MemoryReport.Killed("t", 2, "/red", "x", 77)),
        List.of(new MemoryReport.CgroupSample(1, "/red", 4096, 0, 4096, 2)),
        List.of(new MemoryReport.SockSample(1, 2, 3, 4, 5, 6)));
  }

  private static KernelReport report() {
    return new KernelReport(
        "k-0",
        "0".repeat(64),
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        List.of(new KernelReport.Failure(13, 2)),
        List.of(new KernelReport.CallCount("socket", 5, 1)),
        8,
        List.of(new KernelReport.Unmet("s.yaml:1:2", "t", "close(3)", "0", "EBADF", 77)),
        memory(),
        List.of("not simulated"),
        "",
        List.of(new KernelReport.Output("s.yaml:9:1", "cat /proc/net/sockstat", "TCP: 1", 5)),
        List.of(
            new WorkloadReport(
                "w",
                "ping",
                3,
                2,
                128,
                List.of(new WorkloadReport.CallErrors("sendto", 111, 1)),
                List.of(new WorkloadReport.Bucket(1000, 2)),
                10,
                7,
                List.of(new WorkloadReport.Slot(2, 128)))));
  }

  private static LoadSpec load() {
    return new LoadSpec(
        LoadSpec.Kind.REQUEST_RESPONSE,
        "w",
        "red-0",
        "/red",
        0,
        -1,
        64,
        5,
        10,
        3,
        2,
        2,
        17,
        5001,
        new Distribution(Distribution.Shape.UNIFORM, 16, 1500),
        Distribution.constant(64),
        Distribution.ZERO,
        Distribution.exponential(1e6),
        Distribution.ZERO,
        1_000_000_000,
        new LoadSpec.Tcp(UserMem.zeroed(16), 1, 2, 3));
  }

  private static List<Object> runMessages(KernelSpec spec, KernelReport report) {
    ActorRef<RunProtocol.ToClient> client =
        KIT.createTestProbe(RunProtocol.ToClient.class).getRef();
    ActorRef<RunProtocol.ToConductor> conductor =
        KIT.createTestProbe(RunProtocol.ToConductor.class).getRef();
    ActorRef<RunProtocol.ToClock> clock = KIT.createTestProbe(RunProtocol.ToClock.class).getRef();
    RunProtocol.BootedKernel booted = new RunProtocol.BootedKernel("k-0", 5, "");
    return List.of(
        new RunProtocol.StartRun("s.yaml", 1000, Long.MAX_VALUE, 3, client),
        new RunProtocol.KernelOffer(1, spec),
        new RunProtocol.MoreReports(1),
        new RunProtocol.CancelRun(1),
        new RunProtocol.Hello("127.0.0.1:25520", clock),
        new RunProtocol.ClockReady(1, "127.0.0.1:25520"),
        new RunProtocol.KernelsBooted(1, "127.0.0.1:25520", List.of(booted)),
        booted,
        new RunProtocol.WindowReached(1, 2, "127.0.0.1:25520", 3, 4, 5),
        new RunProtocol.ReportBatch(1, "127.0.0.1:25520", List.of(report), true),
        new RunProtocol.KernelsHalted(1, "127.0.0.1:25520"),
        new RunProtocol.Welcome(conductor),
        new RunProtocol.BeginRun(1, conductor),
        new RunProtocol.OpenWindow(1, 2, 3),
        new RunProtocol.GiveReports(1),
        new RunProtocol.EndRun(1),
        new RunProtocol.RunAccepted(1, 3, conductor),
        new RunProtocol.GiveKernels(1, 0, 256),
        new RunProtocol.RunProgress(1, 2, 3, 4, 5),
        new RunProtocol.SomeReports(1, List.of(report)),
        new RunProtocol.RunEnded(1, 2, true),
        new RunProtocol.RunFailed(-1, false, "busy"),
        new RunProtocol.RunClosed(1));
  }
}
