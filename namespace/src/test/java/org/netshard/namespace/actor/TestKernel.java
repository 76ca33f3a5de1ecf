package org.netshard.namespace.actor;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.event.EventQueue;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.LsmRule;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.actor.KernelMessage;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.cred.Capability;

/** A kernel in an {@link ActorTestKit}; its tasks are given by the test, with pids from 1. */
final class TestKernel {
  private static final int NOFILE = 64;
  private static final Duration PATIENCE =
      Duration.ofSeconds(Integer.getInteger("netshard.patience", 30));

  private final TestProbe<KernelProtocol.Reply> clock;
  private final ActorRef<KernelMessage> kernel;
  private long window;

  TestKernel(ActorTestKit kit, KernelSpec spec) {
    clock = kit.createTestProbe();
    kernel = kit.spawn(Kernel.create(spec.name(), clock.getRef()));
    kernel.tell(new KernelProtocol.Boot(1, spec));
    KernelProtocol.Booted booted = clock.expectMessageClass(KernelProtocol.Booted.class, PATIENCE);
    if (!booted.error().isEmpty()) {
      throw new AssertionError(booted.error());
    }
  }

  /** What the calls of one task with all capabilities return, on a kernel of their own. */
  static List<Long> results(ActorTestKit kit, Syscall... calls) {
    List<TaskSpec> tasks = List.of(task("task", "/", Capability.ALL, NOFILE));
    TestKernel kernel = new TestKernel(kit, spec(List.of(), List.of(), tasks, List.of()));
    Calls program = Calls.of(calls);
    kernel.run(program);
    kernel.stop(kit);
    return program.results;
  }

  static TaskSpec task(String name, String cgroup, long caps, int nofile) {
    return new TaskSpec(name, "init", cgroup, 0, 0, List.of(), caps, nofile, 0, List.of());
  }

  static KernelSpec spec(
      List<CgroupSpec> cgroups,
      List<LsmRule> rules,
      List<TaskSpec> tasks,
      List<KernelOperation> operations) {
    return new KernelSpec(
        "machine",
        1,
        "linux-6.18",
        "",
        List.of(),
        List.of(),
        cgroups,
        rules,
        tasks,
        List.of(),
        operations);
  }

  /** Ends the kernel, which many short tests do not wait for. */
  void stop(ActorTestKit kit) {
    kit.stop(kernel);
    clock.stop();
  }

  /** Gives the kernel a program without running it. */
  void attach(Program program) {
    kernel.tell(new KernelProtocol.Attach(program));
  }

  /** Opens a window that lasts for ever. */
  void open() {
    kernel.tell(new KernelProtocol.RunWindow(1, ++window, EventQueue.NEVER));
  }

  /** Waits for the end of the window, and asks what came of it. */
  KernelReport report() {
    clock.expectMessageClass(KernelProtocol.WindowDone.class, PATIENCE);
    kernel.tell(new KernelProtocol.Report(1));
    return clock.expectMessageClass(KernelProtocol.Reported.class, PATIENCE).report();
  }

  KernelReport run(Program program) {
    attach(program);
    open();
    return report();
  }

  /** Calls made one after the other, each chosen when the one before it is over. */
  static class Calls implements Program {
    private final Function<KernelView, @Nullable Step> choice;
    private final @Nullable HopTrace trace;
    final List<Long> results = new ArrayList<>();
    @Nullable KernelModel model;

    Calls(@Nullable HopTrace trace, Function<KernelView, @Nullable Step> choice) {
      this.trace = trace;
      this.choice = choice;
    }

    /** These calls of task 1. */
    static Calls of(Syscall... calls) {
      return traced(null, calls);
    }

    /** These calls of task 1, with their hops told to somebody. */
    static Calls traced(@Nullable HopTrace trace, Syscall... calls) {
      List<Syscall> rest = new ArrayList<>(Arrays.asList(calls));
      return new Calls(
          trace, view -> rest.isEmpty() ? null : new Step(view.nowNs(), 1, rest.remove(0)));
    }

    @Override
    public String name() {
      return "calls";
    }

    @Override
    public @Nullable Step next(KernelView view, long nowNs) {
      model = view.model();
      view.trace(trace);
      return choice.apply(view);
    }

    @Override
    public void completed(KernelView view, Syscall call, long result, long nowNs) {
      results.add(result);
    }

    /** The machine; read it only when its window is over. */
    KernelModel machine() {
      KernelModel known = model;
      if (known == null) {
        throw new AssertionError("the program has not run");
      }
      return known;
    }

    /** The results as {@code EINVAL} or a number. */
    List<String> texts() {
      return results.stream().map(Errno::resultText).toList();
    }
  }
}
