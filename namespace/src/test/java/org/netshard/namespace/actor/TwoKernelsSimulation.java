package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.actor.TestKernel.Calls;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.cred.Capability;

/** Kernels beside each other, and the actors of their namespaces. */
class TwoKernelsSimulation {
  private static final ActorTestKit KIT = ActorTestKit.create();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static TestKernel kernel(KernelOperation... operations) {
    return new TestKernel(
        KIT,
        TestKernel.spec(
            List.of(),
            List.of(),
            List.of(TestKernel.task("tester", "/", Capability.ALL, 64)),
            List.of(operations)));
  }

  private static KernelOperation operation(long atNs, KernelOperation.Kind kind, String entry) {
    String family =
        "AF_INET { number = 2, create = inet_create, alloc-errno = ENOMEM, protosw = [ \"%s\" ] }";
    return new KernelOperation(atNs, kind, family.formatted(entry), "test:1");
  }

  @Test
  void protocolsThatComeAndGoAreNoticedByAFamilyInUseAndInOneKernelOnly() {
    TestKernel changing =
        kernel(
            operation(100, KernelOperation.Kind.INET_REGISTER_PROTOSW, "SOCK_DGRAM 99 UDP"),
            operation(2_500, KernelOperation.Kind.INET_UNREGISTER_PROTOSW, "SOCK_DGRAM 99 UDP"));
    TestKernel other = kernel();
    Syscall known = Syscall.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 17);
    Syscall asked = Syscall.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 99);
    // Each takes 1,000 ns.
    Calls first = Calls.of(known, asked, known, asked, Syscall.close(3), Syscall.close(4));
    Calls second = Calls.of(known, asked, known, asked, Syscall.close(3), Syscall.close(4));
    changing.attach(first);
    other.attach(second);
    changing.open();
    other.open();
    KernelReport report = changing.report();
    assertThat(report.crash()).isEmpty();
    assertThat(report.warnings()).isEmpty();
    assertThat(first.results)
        .containsExactly(3L, 4L, 5L, (long) Errno.EPROTONOSUPPORT.negated(), 0L, 0L);
    assertThat(other.report().crash()).isEmpty();
    long refused = Errno.EPROTONOSUPPORT.negated();
    assertThat(second.results).containsExactly(3L, refused, 4L, refused, 0L, 0L);
  }

  @Test
  void bugInASockEndsOneKernelAndTheOtherGoesOn() {
    TestKernel broken = kernel();
    TestKernel sound = kernel();
    int[] step = {0};
    Calls bug =
        new Calls(
            null,
            view -> {
              if (step[0]++ == 0) {
                return new Program.Step(0, 1, Syscall.socket(Abi.AF_UNIX, Abi.SOCK_STREAM, 0));
              }
              // A counter that somebody has spoilt: the sock's destroy finds it below zero.
              view.model()
                  .machine()
                  .initNet()
                  .addProtoInuse(
                      Objects.requireNonNull(view.model().families().proto("UNIX-STREAM")), -1);
              return new Program.Step(view.nowNs(), 1, Syscall.close(3));
            });
    int[] left = {2_000};
    Calls storm =
        new Calls(
            null,
            view ->
                left[0]-- <= 0
                    ? null
                    : new Program.Step(
                        view.nowNs(),
                        1,
                        left[0] % 2 == 1
                            ? Syscall.socket(Abi.AF_UNIX, Abi.SOCK_STREAM, 0)
                            : Syscall.close(3)));
    broken.attach(bug);
    sound.attach(storm);
    broken.open();
    sound.open();
    KernelReport crashed = broken.report();
    KernelReport fine = sound.report();
    assertThat(crashed.crash())
        .contains("UNIX-STREAM")
        .contains("Release")
        .contains("close(3)")
        .contains("event 2")
        .contains("below zero");
    assertThat(crashed.calls()).isOne();
    assertThat(fine.crash()).isEmpty();
    assertThat(fine.socketsCreated()).isEqualTo(1_000);
    assertThat(fine.socketsOpen()).isZero();
  }

  @Test
  void namespaceThatEndsStopsItsActorAndAllBelowIt() {
    TestKernel kernel = kernel();
    ActorRef<?>[] actor = new ActorRef<?>[1];
    int[] step = {0};
    Syscall[] calls = {
      Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWNET),
      Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0),
      Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWNET),
      Syscall.close(3),
    };
    Calls program =
        new Calls(
            null,
            view -> {
              NetState first = view.model().machine().next(view.model().machine().initNet());
              if (step[0] == 2 && first != null && first.attachment() instanceof ActorRef<?> ref) {
                actor[0] = ref;
              }
              if (step[0] == 3) {
                // The socket alone keeps the namespace that its task has left.
                assertThat(first).isNotNull();
                assertThat(Objects.requireNonNull(first).count()).isOne();
              }
              return step[0] == calls.length
                  ? null
                  : new Program.Step(view.nowNs(), 1, calls[step[0]++]);
            });
    KernelReport report = kernel.run(program);
    assertThat(report.crash()).isEmpty();
    assertThat(program.results).containsExactly(0L, 3L, 0L, 0L);
    assertThat(report.namespacesCreated()).isEqualTo(3);
    assertThat(report.namespacesAlive()).isEqualTo(2);
    assertThat(actor[0]).isNotNull();
    KIT.createTestProbe().expectTerminated(Objects.requireNonNull(actor[0]));
  }
}
