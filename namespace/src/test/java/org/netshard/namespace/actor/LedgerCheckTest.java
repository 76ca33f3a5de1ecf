package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.actor.TestKernel.Calls;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program.Step;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.Observe;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.ObjCgroup.Slab;

/** A kernel that is watched with the ledger, and what it says when memory is not accounted for. */
class LedgerCheckTest {
  private static final ActorTestKit KIT = ActorTestKit.create();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static KernelSpec machine(boolean ledger) {
    return TestKernel.spec(
            List.of(new CgroupSpec("/red", Long.MAX_VALUE, false)),
            List.of(),
            List.of(TestKernel.task("t", "/red", Capability.ALL, 16)),
            List.of())
        .observed(new Observe(ledger, 0));
  }

  /** Two sockets, and something else after the first. */
  private static KernelReport run(boolean ledger, Consumer<KernelModel> between) {
    Calls program =
        new Calls(
            null,
            view ->
                view.nowNs() > 5_000
                    ? null
                    : new Step(view.nowNs(), 1, Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0))) {
          @Override
          public void completed(KernelView view, Syscall call, long result, long nowNs) {
            super.completed(view, call, result, nowNs);
            if (result == 4) {
              between.accept(view.model());
            }
          }
        };
    return new TestKernel(KIT, machine(ledger)).run(program);
  }

  @Test
  void kernelWhoseMemoryIsAccountedForGoesOnToItsEnd() {
    KernelReport report = run(true, model -> {});
    assertThat(report.crash()).isEmpty();
    assertThat(report.socketsOpen()).isGreaterThan(2);
  }

  @Test
  void chargeWithoutAnObjectNamesEventCgroupAndBothNumbers() {
    KernelReport report =
        run(
            true,
            model ->
                Objects.requireNonNull(model.cgroups().find("/red"))
                    .memcg()
                    .objcg()
                    .charge(100, Slab.UNRECLAIMABLE, Gfp.KERNEL));
    assertThat(report.crash())
        .contains("ledger after t=2000 ns, event 2, pid 1 socket(2, 1, 0)")
        .contains("cgroup /red: slab, bytes: counted 7340, but all that is there sums up to 7232");
    assertThat(report.calls()).isEqualTo(2);
  }

  @Test
  void pageOfAPoolThatNoSockHoldsIsFound() {
    KernelReport report = run(true, model -> model.machine().pool(Proto.Pool.TCP).add(1, 0, 256));
    assertThat(report.crash())
        .contains("pages of TCP: counted 1, but all that is there sums up to 0");
  }

  @Test
  void withoutTheCheckNobodyNotices() {
    KernelReport report = run(false, model -> model.machine().pool(Proto.Pool.TCP).add(1, 0, 256));
    assertThat(report.crash()).isEmpty();
  }
}
