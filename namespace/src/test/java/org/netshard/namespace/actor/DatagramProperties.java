package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
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
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.cred.Capability;

/**
 * Random calls of two tasks, each in a namespace and a memory cgroup of its own, on sockets of
 * datagrams: nothing crashes, all memory adds up after every event, and none is left at the end.
 */
class DatagramProperties {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int TRIES = 5000;
  private static final int NOFILE = 7;
  private static final long LIMIT = 1 << 20;

  @AfterContainer
  static void stop() {
    KIT.shutdownTestKit();
  }

  /** Numbers of which every digit is as likely as every other one. */
  @Provide
  static Arbitrary<List<Integer>> numbers() {
    return Arbitraries.integers()
        .between(0, Integer.MAX_VALUE)
        .withDistribution(RandomDistribution.uniform())
        .list()
        .ofMaxSize(120);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
  void udpOverIpv4(@ForAll("numbers") List<Integer> numbers) {
    run(new DatagramCalls(Abi.AF_INET, Abi.SOCK_DGRAM, Abi.IPPROTO_UDP), numbers);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
  void udpOverIpv6(@ForAll("numbers") List<Integer> numbers) {
    run(new DatagramCalls(Abi.AF_INET6, Abi.SOCK_DGRAM, Abi.IPPROTO_UDP), numbers);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
  void udpLiteOverIpv4(@ForAll("numbers") List<Integer> numbers) {
    run(new DatagramCalls(Abi.AF_INET, Abi.SOCK_DGRAM, Abi.IPPROTO_UDPLITE), numbers);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
  void udpLiteOverIpv6(@ForAll("numbers") List<Integer> numbers) {
    run(new DatagramCalls(Abi.AF_INET6, Abi.SOCK_DGRAM, Abi.IPPROTO_UDPLITE), numbers);
  }

  private static void run(DatagramCalls calls, List<Integer> numbers) {
    List<Syscall> first = new ArrayList<>(calls.first());
    first.addAll(calls.first());
    List<Integer> rest = new ArrayList<>(numbers);
    boolean[] begun = new boolean[2];
    int[] ended = new int[1];
    Calls program = new Calls(null, view -> step(view, calls, first, rest, begun, ended));
    TestKernel kernel =
        new TestKernel(
            KIT,
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
    assertThat(report.crash()).isEmpty();
    assertThat(report.socketsOpen()).isZero();
    assertThat(report.namespacesAlive()).isOne();
    assertThat(report.cgroups()).allMatch(cgroup -> cgroup.currentBytes() == 0);
    KernelModel model = program.machine();
    assertThat(model.tasks()).isEmpty();
    assertThat(model.machine().pool(Proto.Pool.UDP).exactPages()).isZero();
    assertThat(model.machine().initNet().socketsUsed()).isZero();
    assertThat(model.machine().protos())
        .allMatch(proto -> model.machine().socketsAllocated(proto) == 0)
        .allMatch(proto -> model.machine().initNet().protoInuse(proto) == 0);
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
      view.model().machine().initNet().setLoUp(true);
      return new Step(view.nowNs(), 2, Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWNET));
    }
    if (!begun[1]) {
      begun[1] = true;
      NetState other = view.model().machine().next(view.model().machine().initNet());
      if (other == null) {
        throw new IllegalStateException("there is one namespace");
      }
      other.setLoUp(true);
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
}
