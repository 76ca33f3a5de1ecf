package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.RandomDistribution;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.TestKernel.Calls;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program.Step;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.Observe;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.cred.Capability;

/**
 * Two tasks, each in a namespace and a memory cgroup of its own, that make random calls and end;
 * the ledger is checked after every event.
 */
final class TwoTasks {
  private static final int NOFILE = 7;
  private static final long LIMIT = 1 << 20;

  private TwoTasks() {}

  /** Numbers of which every digit is as likely as every other one. */
  static Arbitrary<List<Integer>> numbers() {
    return Arbitraries.integers()
        .between(0, Integer.MAX_VALUE)
        .withDistribution(RandomDistribution.uniform())
        .list()
        .ofMaxSize(120);
  }

  /** Makes these calls, one of either task after the other, and looks what is left. */
  static void run(ActorTestKit kit, DatagramCalls calls, List<Integer> numbers) {
    List<Syscall> first = new ArrayList<>(calls.first());
    first.addAll(calls.first());
    List<Integer> rest = new ArrayList<>(numbers);
    boolean[] begun = new boolean[2];
    int[] ended = new int[1];
    Calls program = new Calls(null, view -> step(view, calls, first, rest, begun, ended));
    TestKernel kernel =
        new TestKernel(
            kit,
            TestKernel.spec(
                    List.of(
                        new CgroupSpec("/red", LIMIT, false),
                        new CgroupSpec("/blue", LIMIT, false)),
                    List.of(),
                    List.of(
                        TestKernel.task("red", "/red", Capability.ALL, NOFILE),
                        TestKernel.task("blue", "/blue", Capability.ALL, NOFILE)),
                    List.of())
                .observed(new Observe(true, 0)));
    KernelReport report = kernel.run(program);
    EndChecks.nothingIsLeft(report, program.machine(), "%s %s".formatted(calls, numbers));
    kernel.stop(kit);
  }

  /** Two namespaces with {@code lo} up, then the calls, then the end of both tasks. */
  private static @Nullable Step step(
      KernelView view,
      DatagramCalls calls,
      List<Syscall> first,
      List<Integer> rest,
      boolean[] begun,
      int[] ended) {
    if (!begun[0]) {
      begun[0] = true;
      prepare(view.model(), view.model().machine().initNet(), calls);
      return new Step(view.nowNs(), 2, Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWNET));
    }
    if (!begun[1]) {
      begun[1] = true;
      NetState other = view.model().machine().next(view.model().machine().initNet());
      if (other == null) {
        throw new IllegalStateException("there is one namespace");
      }
      prepare(view.model(), other, calls);
    }
    if (!first.isEmpty()) {
      int pid = first.size() > calls.first().size() ? 1 : 2;
      return new Step(view.nowNs(), pid, first.remove(0));
    }
    if (rest.isEmpty()) {
      return ended[0] == 2
          ? null
          : new Step(view.nowNs(), ++ended[0], Syscall.of(SyscallName.EXIT_GROUP, 0));
    }
    int number = rest.remove(0);
    return new Step(view.nowNs(), 1 + number % 2, calls.call(number / 2));
  }

  private static void prepare(KernelModel model, NetState net, DatagramCalls calls) {
    net.setLoUp(true);
    if (!calls.sysctl().isEmpty()) {
      String[] setting = calls.sysctl().split("=", 2);
      assertThat(net.writeSysctl(setting[0], setting[1], model.rootCred())).isPositive();
    }
  }
}
