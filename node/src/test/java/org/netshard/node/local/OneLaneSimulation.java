package org.netshard.node.local;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netshard.cluster.ClusterNode;
import org.netshard.cluster.NodeSettings;
import org.netshard.cluster.lane.Lanes;
import org.netshard.namespace.actor.Kernel;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.namespace.event.EventQueue;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.CgroupSpec;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.actor.KernelMessage;
import org.netshard.protocol.cred.Capability;

/**
 * Two kernels on the one thread of a real lane, which lets each hop some hundred times before the
 * other has its turn, and so breaks into the midst of calls.
 */
class OneLaneSimulation {
  private static final int CALLS = 3_000;

  @TempDir Path folder = Path.of("");

  /** A hop: which kernel's, on which thread, of which call, and what is done. */
  private record Hop(String kernel, String thread, int call, String what) {}

  private final ConcurrentLinkedQueue<Hop> hops = new ConcurrentLinkedQueue<>();

  /** Makes sockets and closes each, and notes every hop. */
  private final class Storm implements Program {
    private final String kernel;
    private final int family;
    private int made;
    private int fd = -1;

    Storm(String kernel, int family) {
      this.kernel = kernel;
      this.family = family;
    }

    @Override
    public String name() {
      return "storm";
    }

    @Override
    public @Nullable Step next(KernelView view, long nowNs) {
      view.trace(
          (from, to, message, function) ->
              hops.add(
                  new Hop(
                      kernel,
                      Thread.currentThread().getName(),
                      made,
                      made + " " + from + " " + to + " " + function)));
      if (made == CALLS) {
        return null;
      }
      Syscall call = fd < 0 ? Syscall.socket(family, Abi.SOCK_DGRAM, 0) : Syscall.close(fd);
      return new Step(nowNs, 1, call);
    }

    @Override
    public void completed(KernelView view, Syscall call, long result, long nowNs) {
      made++;
      assertThat(result).isEqualTo(fd < 0 ? 3 : 0);
      fd = fd < 0 ? (int) result : -1;
    }
  }

  private static KernelSpec spec(String name) {
    TaskSpec task =
        new TaskSpec("t", "init", "/red", 0, 0, List.of(), Capability.ALL, 64, 0, List.of());
    return new KernelSpec(
        name,
        1,
        "linux-6.18",
        "",
        List.of(),
        List.of(),
        List.of(new CgroupSpec("/red", 1 << 20, false)),
        List.of(),
        List.of(task),
        List.of(),
        List.of());
  }

  private static Behavior<Object> guardian(
      Map<String, Program> programs, LinkedBlockingQueue<KernelProtocol.Reply> replies) {
    return Behaviors.setup(
        context -> {
          ActorRef<KernelProtocol.Reply> clock =
              context.spawn(
                  Behaviors.receiveMessage(
                      reply -> {
                        replies.add(reply);
                        return Behaviors.same();
                      }),
                  "clock");
          List<ActorRef<KernelMessage>> kernels = new ArrayList<>();
          programs.forEach(
              (name, program) -> {
                ActorRef<KernelMessage> kernel =
                    context.spawn(Kernel.create(name, clock), name, Lanes.selector(0));
                kernel.tell(new KernelProtocol.Boot(1, spec(name)));
                kernel.tell(new KernelProtocol.Attach(program));
                kernels.add(kernel);
              });
          return Behaviors.receiveMessage(
              message -> {
                kernels.forEach(kernel -> kernel.tell((KernelMessage) message));
                return Behaviors.same();
              });
        });
  }

  /** Runs programs, each in a kernel of its name, all on lane 0 of a node with one thread. */
  private Map<String, KernelReport> run(Map<String, Program> programs)
      throws IOException, InterruptedException {
    Path config =
        Files.writeString(
            folder.resolve("one.conf"), "netshard.lanes { count = 1, threads = 1 }\n");
    LinkedBlockingQueue<KernelProtocol.Reply> replies = new LinkedBlockingQueue<>();
    ActorSystem<Object> system =
        ClusterNode.start(guardian(programs, replies), NodeSettings.local().withUserConfig(config));
    Map<String, KernelReport> reports = new LinkedHashMap<>();
    try {
      await(replies, KernelProtocol.Booted.class, programs.size());
      system.tell(new KernelProtocol.RunWindow(1, 1, EventQueue.NEVER));
      await(replies, KernelProtocol.WindowDone.class, programs.size());
      system.tell(new KernelProtocol.Report(1));
      for (KernelProtocol.Reported one :
          await(replies, KernelProtocol.Reported.class, programs.size())) {
        reports.put(one.kernel(), one.report());
      }
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
    }
    return reports;
  }

  private static <T> List<T> await(
      LinkedBlockingQueue<KernelProtocol.Reply> replies, Class<T> kind, int count)
      throws InterruptedException {
    List<T> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(kind.cast(replies.poll(60, TimeUnit.SECONDS)));
    }
    return taken;
  }

  private List<String> hopsOf(String kernel) {
    return hops.stream().filter(hop -> hop.kernel().equals(kernel)).map(Hop::what).toList();
  }

  @Test
  void twoKernelsTakeTurnsWithinTheirCallsAndNeitherNoticesTheOther() throws Exception {
    Map<String, KernelReport> alone = new LinkedHashMap<>();
    alone.putAll(run(Map.of("red", new Storm("red", Abi.AF_INET))));
    alone.putAll(run(Map.of("blue", new Storm("blue", Abi.AF_UNIX))));
    List<String> redAlone = hopsOf("red");
    List<String> blueAlone = hopsOf("blue");
    hops.clear();

    Map<String, Program> both = new LinkedHashMap<>();
    both.put("red", new Storm("red", Abi.AF_INET));
    both.put("blue", new Storm("blue", Abi.AF_UNIX));
    Map<String, KernelReport> together = run(both);

    assertThat(together).isEqualTo(alone);
    assertThat(together.values()).extracting(KernelReport::calls).containsOnly((long) CALLS);
    assertThat(hopsOf("red")).isEqualTo(redAlone);
    assertThat(hopsOf("blue")).isEqualTo(blueAlone);
    assertThat(hops).extracting(Hop::thread).containsOnly("netshard-lane-0");
    assertThat(turnsWithinACall()).as("calls that the other kernel broke into").isGreaterThan(3);
  }

  /** How often a kernel went on with a call after hops of the other. */
  private long turnsWithinACall() {
    long turns = 0;
    Map<String, Integer> calls = new LinkedHashMap<>();
    String last = "";
    for (Hop hop : hops) {
      Integer before = calls.put(hop.kernel(), hop.call());
      turns += !hop.kernel().equals(last) && Objects.equals(before, hop.call()) ? 1 : 0;
      last = hop.kernel();
    }
    return turns;
  }
}
