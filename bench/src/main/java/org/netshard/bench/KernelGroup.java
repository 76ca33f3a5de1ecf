package org.netshard.bench;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.netshard.cluster.ClusterNode;
import org.netshard.cluster.NodeSettings;
import org.netshard.cluster.lane.Lanes;
import org.netshard.namespace.actor.Kernel;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.protocol.actor.KernelMessage;
import org.netshard.protocol.cred.Capability;

/**
 * Some kernels on the lanes of one node, each with one task, number 1, that runs what it is given.
 */
final class KernelGroup implements AutoCloseable {
  private static final int NOFILE = 1 << 24;

  private final ActorSystem<Object> system;
  private final List<ActorRef<KernelMessage>> kernels;
  private final BlockingQueue<KernelProtocol.Reply> replies;
  private long window;

  private KernelGroup(
      ActorSystem<Object> system,
      List<ActorRef<KernelMessage>> kernels,
      BlockingQueue<KernelProtocol.Reply> replies) {
    this.system = system;
    this.kernels = kernels;
    this.replies = replies;
  }

  static KernelGroup start(int count) {
    BlockingQueue<KernelProtocol.Reply> replies = new LinkedBlockingQueue<>();
    BlockingQueue<List<ActorRef<KernelMessage>>> spawned = new ArrayBlockingQueue<>(1);
    ActorSystem<Object> system =
        ClusterNode.start(
            Behaviors.<Object>setup(
                context -> {
                  ActorRef<KernelProtocol.Reply> clock =
                      context.spawn(
                          Behaviors.receiveMessage(
                              reply -> {
                                replies.add(reply);
                                return Behaviors.same();
                              }),
                          "clock");
                  List<ActorRef<KernelMessage>> refs = new ArrayList<>();
                  int lanes = Lanes.count(context.getSystem().settings().config());
                  for (int i = 0; i < count; i++) {
                    String name = "k-" + i;
                    refs.add(
                        context.spawn(Kernel.create(name, clock), name, Lanes.selector(i % lanes)));
                  }
                  spawned.add(refs);
                  return Behaviors.empty();
                }),
            NodeSettings.local());
    KernelGroup group = new KernelGroup(system, take(spawned), replies);
    for (ActorRef<KernelMessage> kernel : group.kernels) {
      kernel.tell(new KernelProtocol.Boot(1, spec(kernel.path().name())));
    }
    group.await();
    return group;
  }

  private static KernelSpec spec(String name) {
    TaskSpec task =
        new TaskSpec(
            "bench", "init", "/", 0, 0, List.of(), Capability.ALL, NOFILE, 0, List.of(), 0, 0);
    return new KernelSpec(
        name,
        0,
        "linux-6.18",
        "",
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(task),
        List.of(),
        List.of(),
        List.of());
  }

  /** Gives every kernel a program and runs all to the end. */
  void run(java.util.function.Supplier<Program> program) {
    window++;
    for (ActorRef<KernelMessage> kernel : kernels) {
      kernel.tell(new KernelProtocol.Attach(program.get()));
      kernel.tell(new KernelProtocol.RunWindow(1, window, Long.MAX_VALUE));
    }
    await();
  }

  int size() {
    return kernels.size();
  }

  private void await() {
    for (int i = 0; i < kernels.size(); i++) {
      KernelProtocol.Reply reply = take(replies);
      if (reply instanceof KernelProtocol.Booted booted && !booted.error().isEmpty()) {
        throw new IllegalStateException(booted.error());
      }
    }
  }

  /**
   * Ends the kernels.
   *
   * @throws IllegalStateException if one has crashed: what it did then was no measurement
   */
  @Override
  public void close() {
    for (ActorRef<KernelMessage> kernel : kernels) {
      kernel.tell(new KernelProtocol.Report(1));
    }
    String crash = "";
    for (int i = 0; i < kernels.size(); i++) {
      if (take(replies) instanceof KernelProtocol.Reported reported) {
        crash = crash.isEmpty() ? reported.report().crash() : crash;
      }
    }
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
    if (!crash.isEmpty()) {
      throw new IllegalStateException(crash);
    }
  }

  private static <T> T take(BlockingQueue<T> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
