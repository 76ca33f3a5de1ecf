package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.TestKernel.Calls;
import org.netshard.namespace.cgroup.Cgroup;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program.Step;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.Observe;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.cred.Capability;

/** Random programs of several tasks against a naive ledger of what they hold. */
class LedgerProperties {
  private static final ActorTestKit KIT = ActorTestKit.create();

  @AfterContainer
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Property(tries = 60)
  void everyCounterIsTheNaiveOneAfterEachCallAndZeroAtTheEnd(
      @ForAll @Size(min = 20, max = 250) List<@IntRange(min = 0, max = 9_999_999) Integer> steps) {
    NaiveLedger naive = new NaiveLedger();
    List<Integer> rest = new ArrayList<>(steps);
    Syscall[] made = new Syscall[1];
    long[] expected = new long[1];
    int[] by = new int[1];
    Calls program =
        new Calls(null, view -> step(view, naive, rest, made, expected, by)) {
          @Override
          public void completed(KernelView view, Syscall call, long result, long nowNs) {
            super.completed(view, call, result, nowNs);
            assertThat(result).as("pid %d %s", by[0], call).isEqualTo(expected[0]);
            same(view.model(), naive);
          }
        };
    TestKernel kernel =
        new TestKernel(
            KIT,
            TestKernel.spec(
                    List.of(
                        new CgroupSpec("/red", NaiveLedger.LIMIT, false),
                        new CgroupSpec("/blue", NaiveLedger.LIMIT, false)),
                    List.of(),
                    List.of(
                        TestKernel.task("red", "/red", Capability.ALL, NaiveLedger.NOFILE),
                        TestKernel.task("blue", "/blue", Capability.ALL, NaiveLedger.NOFILE)),
                    List.of())
                .observed(new Observe(true, 0)));
    KernelReport report = kernel.run(program);
    EndChecks.nothingIsLeft(report, program.machine(), "");
  }

  private static @Nullable Step step(
      KernelView view,
      NaiveLedger naive,
      List<Integer> rest,
      Syscall[] made,
      long[] expected,
      int[] by) {
    List<Integer> pids = naive.pids();
    if (pids.isEmpty()) {
      return null;
    }
    int pid = pids.get(0);
    Syscall call = NaiveLedger.EXIT;
    if (!rest.isEmpty()) {
      int random = rest.remove(0);
      pid = pids.get(random / 1000 % pids.size());
      call = NaiveLedger.call(random);
    }
    by[0] = pid;
    made[0] = call;
    expected[0] = naive.perform(pid, call);
    return new Step(view.nowNs(), pid, call);
  }

  private static void same(KernelModel model, NaiveLedger naive) {
    int number = 0;
    for (Cgroup cgroup : model.cgroups().root().children().values()) {
      long bytes = naive.bytes(++number);
      assertThat(cgroup.memcg().slabBytes()).isEqualTo(bytes);
      assertThat(cgroup.memcg().currentBytes()).isEqualTo((bytes + 4095) / 4096 * 4096);
    }
    assertThat(number).isEqualTo(2);
    assertThat(model.socketsOpen()).isEqualTo(naive.sockets());
    assertThat(
            model.machine().socketsAllocated(Objects.requireNonNull(model.families().proto("TCP"))))
        .isEqualTo(naive.socketsOf(NaiveLedger.TCP));
    List<Integer> used = new ArrayList<>();
    List<Integer> unix = new ArrayList<>();
    for (NetState net = model.machine().initNet(); net != null; net = model.machine().next(net)) {
      if (net.isInit() || net.alive()) {
        used.add(net.socketsUsed());
        unix.add(net.protoInuse(Objects.requireNonNull(model.families().proto("UNIX-STREAM"))));
      }
    }
    assertThat(used).isEqualTo(naive.socketsByNamespace(NaiveLedger.ANY));
    assertThat(unix).isEqualTo(naive.socketsByNamespace(NaiveLedger.UNIX));
  }
}
