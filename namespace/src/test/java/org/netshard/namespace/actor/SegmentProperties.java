package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.ArrayDeque;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.TestKernel.Calls;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program.Step;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.tcp.RandomSegments;

/**
 * Random segments into connections in every state, while their task goes on making random calls:
 * nothing breaks, nothing outside of the window is taken, and at the end nothing is left. {@code
 * -Dnetshard.segments=1000000} is the long run.
 */
class SegmentProperties {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int TRIES = 10;
  private static final int SEGMENTS = Integer.getInteger("netshard.segments", 50_000) / TRIES;
  private static final int NOFILE = 64;
  private static final int SEGMENTS_A_CALL = 5;
  private static final long STEP_NS = 20_000;

  /** States in which a connection was sent a segment. */
  private static int states;

  @AfterContainer
  static void stop() {
    KIT.shutdownTestKit();
    assertThat(Integer.bitCount(states)).as("states that were tried").isGreaterThan(4);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void segmentsThatAreMadeUpDoNoHarm(@ForAll long seed) {
    Attack attack = new Attack(seed);
    Calls program = new Calls(null, attack::next);
    TestKernel kernel =
        new TestKernel(
            KIT,
            TestKernel.spec(
                List.of(),
                List.of(),
                List.of(TestKernel.task("victim", "/", Capability.ALL, NOFILE)),
                List.of()));
    KernelReport report = kernel.run(program);
    EndChecks.nothingIsLeft(report, program.machine(), "seed " + seed);
    kernel.stop(KIT);
    states |= attack.segments.states();
  }

  /** One task that makes the calls, and somebody who makes up segments. */
  private static final class Attack {
    private final SplittableRandom random;
    private final RandomSegments segments;
    private final TcpCalls calls = new TcpCalls(Abi.AF_INET);
    private final ArrayDeque<Syscall> first = new ArrayDeque<>();
    private int left = SEGMENTS / SEGMENTS_A_CALL;
    private boolean begun;

    Attack(long seed) {
      random = new SplittableRandom(seed);
      segments = new RandomSegments(seed);
      first.addAll(calls.first());
    }

    @Nullable Step next(KernelView view) {
      NetState net = view.model().machine().initNet();
      if (!begun) {
        begun = true;
        net.setLoUp(true);
      }
      if (!first.isEmpty()) {
        return new Step(view.nowNs(), 1, first.remove());
      }
      if (left == 0) {
        left--;
        return new Step(view.nowNs(), 1, Syscall.of(SyscallName.EXIT_GROUP, 0));
      }
      if (left < 0) {
        return null;
      }
      left--;
      for (int i = 0; i < SEGMENTS_A_CALL; i++) {
        assertThat(segments.deliver(net, net.devices().get(0)))
            .as("what is outside is refused")
            .isTrue();
      }
      return new Step(view.nowNs() + STEP_NS, 1, calls.call(random.nextInt(Integer.MAX_VALUE)));
    }
  }
}
