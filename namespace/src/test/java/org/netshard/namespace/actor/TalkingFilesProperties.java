package org.netshard.namespace.actor;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.RandomCalls.Kind;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.Observe;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.cred.Capability;

/**
 * Random sequences of calls of three processes that share names and pass each other files, and
 * sleep: nothing crashes, all memory adds up after each event, and is zero when all have ended.
 */
class TalkingFilesProperties {
  /** How many sequences of each kind; {@code -Dnetshard.tries=5000} for the long run. */
  private static final int RUNS = Integer.getInteger("netshard.tries", 200);

  private static final int TRIES = 10;
  private static final int PROCESSES = 3;
  private static final long END_NS = 1_000_000_000_000L;

  /** Room enough, and so little that calls fail, or tasks are killed, in their midst. */
  private static final long[] MEMORY = {1L << 30, 20 * 4096, 20 * 4096};

  private static final ActorTestKit KIT = ActorTestKit.create();

  @AfterContainer
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void streamsOfUnixAddUp(@ForAll @Size(60) List<Integer> steps) {
    run(Kind.UNIX_STREAM, steps);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void datagramsOfUnixAddUp(@ForAll @Size(60) List<Integer> steps) {
    run(Kind.UNIX_DGRAM, steps);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void sequencedPacketsOfUnixAddUp(@ForAll @Size(60) List<Integer> steps) {
    run(Kind.UNIX_SEQPACKET, steps);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void pipesAddUp(@ForAll @Size(60) List<Integer> steps) {
    run(Kind.PIPE, steps);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void countersTimersAndSetsAddUp(@ForAll @Size(60) List<Integer> steps) {
    run(Kind.EVENTS, steps);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void datagramsOfUdpAddUp(@ForAll @Size(60) List<Integer> steps) {
    run(Kind.UDP, steps);
  }

  /** Makes many sequences out of one list of numbers. */
  private static void run(Kind kind, List<Integer> steps) {
    for (int run = 0; run < Math.max(1, RUNS / TRIES); run++) {
      int salt = run * 7919;
      one(kind, steps.stream().map(step -> step * 31 + salt).toList(), run % MEMORY.length);
    }
  }

  private static void one(Kind kind, List<Integer> steps, int memory) {
    TestKernel kernel =
        new TestKernel(
            KIT,
            TestKernel.spec(
                    List.of(new CgroupSpec("/red", MEMORY[memory], memory == 2)),
                    List.of(),
                    List.of(
                        TestKernel.task("a", "/red", Capability.ALL, 64),
                        TestKernel.task("b", "/red", Capability.ALL, 64),
                        TestKernel.task("c", "/red", Capability.ALL, 64),
                        TestKernel.task("end", "/", Capability.ALL, 64)),
                    List.of())
                .observed(new Observe(true, 0)));
    int part = steps.size() / PROCESSES;
    for (int i = 0; i < PROCESSES; i++) {
      List<Integer> its = steps.subList(i * part, (i + 1) * part);
      kernel.attach(new RandomCalls(i + 1, kind, its));
    }
    Killer killer = new Killer();
    KernelReport report = kernel.run(killer);
    EndChecks.nothingIsLeft(report, killer.machine(), kind + " " + steps);
    kernel.stop(KIT);
  }

  /** Ends those who sleep for ever, and itself. */
  private static final class Killer implements Program {
    private @Nullable KernelModel model;
    private int next = 1;

    KernelModel machine() {
      KernelModel known = model;
      if (known == null) {
        throw new AssertionError("the program has not run");
      }
      return known;
    }

    @Override
    public String name() {
      return "end";
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      model = kernel.model();
      if (next > PROCESSES + 3) {
        return null;
      }
      int step = next++;
      // The end of a UNIX socket lets those be collected that only messages hold.
      Syscall call =
          switch (step - PROCESSES) {
            case 1 -> Syscall.socket(Abi.AF_UNIX, Abi.SOCK_DGRAM, 0);
            case 2 -> Syscall.close(3);
            case 3 -> Syscall.of(SyscallName.EXIT_GROUP, 0);
            default -> Syscall.of(SyscallName.KILL, step, Signal.SIGKILL);
          };
      return new Step(Math.max(nowNs, END_NS), PROCESSES + 1, call);
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {}
  }
}
