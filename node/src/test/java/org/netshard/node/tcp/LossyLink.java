package org.netshard.node.tcp;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.netshard.cluster.ClusterNode;
import org.netshard.cluster.NodeSettings;
import org.netshard.cluster.lane.Lanes;
import org.netshard.namespace.actor.Kernel;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.namespace.event.EventQueue;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.Observe;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.namespace.spec.SysctlSetting;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.node.scenario.Place;
import org.netshard.node.scenario.SetupNotation;
import org.netshard.protocol.actor.KernelMessage;
import org.netshard.protocol.cred.Capability;

/** Kernels of one node, each of which carries one stream over its {@code lo}. */
final class LossyLink implements AutoCloseable {
  private static final String NAME = "link";

  private final ActorSystem<Object> system;

  /** A kernel that is wanted. */
  private record Spawn(
      BlockingQueue<KernelProtocol.Reply> replies,
      BlockingQueue<ActorRef<KernelMessage>> spawned) {}

  LossyLink() {
    system = ClusterNode.start(guardian(), NodeSettings.local());
  }

  private static Behavior<Object> guardian() {
    return Behaviors.setup(
        context ->
            Behaviors.receiveMessage(
                message -> {
                  if (message instanceof Spawn spawn) {
                    Behavior<KernelProtocol.Reply> clock =
                        Behaviors.receiveMessage(
                            reply -> {
                              spawn.replies().add(reply);
                              return Behaviors.same();
                            });
                    ActorRef<KernelProtocol.Reply> replyTo = context.spawnAnonymous(clock);
                    spawn
                        .spawned()
                        .add(
                            context.spawnAnonymous(
                                Kernel.create(NAME, replyTo), Lanes.selector(0)));
                  }
                  return Behaviors.same();
                }));
  }

  /**
   * Carries a stream.
   *
   * @param seed the kernel's
   * @param congestion the algorithm of congestion control
   * @param stream what is sent and received
   * @param setup lines of a shell besides those that every link has
   * @return what the kernel reports
   */
  KernelReport carry(long seed, String congestion, Stream stream, String... setup) {
    List<SetupLine> lines = new ArrayList<>();
    add(lines, "ip link set lo up mtu 1500 gso_max_segs 1");
    for (String line : setup) {
      add(lines, line);
    }
    List<SysctlSetting> sysctls =
        List.of(
            sysctl("net.ipv4.tcp_congestion_control", congestion),
            sysctl("net.ipv4.tcp_rmem", "4096 16777216 67108864"),
            sysctl("net.ipv4.tcp_wmem", "4096 16777216 67108864"),
            sysctl("net.ipv4.tcp_no_metrics_save", "1"));
    KernelSpec spec =
        new KernelSpec(
            NAME,
            seed,
            "linux-6.18",
            "",
            sysctls,
            List.of(),
            List.of(),
            List.of(),
            List.of(task("server"), task("client")),
            List.of(),
            List.of(),
            lines,
            Observe.NOTHING);
    BlockingQueue<KernelProtocol.Reply> replies = new ArrayBlockingQueue<>(4);
    BlockingQueue<ActorRef<KernelMessage>> spawned = new ArrayBlockingQueue<>(1);
    system.tell(new Spawn(replies, spawned));
    ActorRef<KernelMessage> kernel = take(spawned);
    kernel.tell(new KernelProtocol.Boot(1, spec));
    if (take(replies) instanceof KernelProtocol.Booted booted && !booted.error().isEmpty()) {
      throw new AssertionError(booted.error());
    }
    stream.programs(1, 2).forEach(one -> kernel.tell(new KernelProtocol.Attach(one)));
    kernel.tell(new KernelProtocol.RunWindow(1, 1, EventQueue.NEVER));
    take(replies);
    kernel.tell(new KernelProtocol.Report(1));
    KernelReport report = ((KernelProtocol.Reported) take(replies)).report();
    if (!report.crash().isEmpty()) {
      throw new AssertionError("seed " + seed + ": " + report.crash());
    }
    return report;
  }

  private static TaskSpec task(String name) {
    return new TaskSpec(name, "init", "/", 0, 0, List.of(), Capability.ALL, 64, 0, List.of());
  }

  private static SysctlSetting sysctl(String name, String value) {
    return new SysctlSetting(name, value, "test");
  }

  private static void add(List<SetupLine> lines, String line) {
    try {
      lines.addAll(SetupNotation.parse(line, new Place("test", 1, 1), SetupLine.BEFORE_ALL));
    } catch (SetupNotation.BadLineException e) {
      throw new AssertionError(line, e);
    }
  }

  private static <T> T take(BlockingQueue<T> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
