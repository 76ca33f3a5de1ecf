package org.netshard.node.local;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.netshard.cluster.ClusterNode;
import org.netshard.cluster.NodeSettings;
import org.netshard.cluster.lane.Lanes;
import org.netshard.namespace.actor.Kernel;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.namespace.event.EventQueue;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.protocol.actor.KernelMessage;

/**
 * A kernel of this JVM that runs programs given to it as objects, one after the other.
 *
 * <p>It is the same actor that runs on a cluster; the thread that calls {@link #run} waits for it
 * outside the simulation.
 */
public final class LocalKernel implements AutoCloseable {
  private static final long EPOCH = 1;

  private final ActorSystem<Object> system;
  private final ActorRef<KernelMessage> kernel;
  private final BlockingQueue<KernelProtocol.Reply> replies;
  private long window;

  private LocalKernel(
      ActorSystem<Object> system,
      ActorRef<KernelMessage> kernel,
      BlockingQueue<KernelProtocol.Reply> replies) {
    this.system = system;
    this.kernel = kernel;
    this.replies = replies;
  }

  /**
   * Starts a node and boots a kernel on it.
   *
   * @throws IllegalArgumentException with one line, if the kernel cannot be as the spec says
   */
  public static LocalKernel start(KernelSpec spec) {
    BlockingQueue<KernelProtocol.Reply> replies = new ArrayBlockingQueue<>(1);
    BlockingQueue<ActorRef<KernelMessage>> spawned = new ArrayBlockingQueue<>(1);
    ActorSystem<Object> system =
        ClusterNode.start(guardian(spec.name(), spawned, replies), NodeSettings.local());
    LocalKernel started = new LocalKernel(system, take(spawned), replies);
    started.kernel.tell(new KernelProtocol.Boot(EPOCH, spec));
    if (take(replies) instanceof KernelProtocol.Booted booted && !booted.error().isEmpty()) {
      started.close();
      throw new IllegalArgumentException(booted.error());
    }
    return started;
  }

  private static Behavior<Object> guardian(
      String name,
      BlockingQueue<ActorRef<KernelMessage>> spawned,
      BlockingQueue<KernelProtocol.Reply> replies) {
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
          String capturesWithin = ClusterNode.capturesWithin(context.getSystem());
          spawned.add(
              context.spawn(Kernel.create(name, clock, capturesWithin), name, Lanes.selector(0)));
          return Behaviors.empty();
        });
  }

  /** Runs a program, and all that the kernel has to do besides, to the end. */
  public KernelReport run(Program program) {
    kernel.tell(new KernelProtocol.Attach(program));
    return run();
  }

  /** Runs what the kernel has to do to the end. */
  public KernelReport run() {
    kernel.tell(new KernelProtocol.RunWindow(EPOCH, ++window, EventQueue.NEVER));
    take(replies);
    kernel.tell(new KernelProtocol.Report(EPOCH));
    if (take(replies) instanceof KernelProtocol.Reported reported) {
      return reported.report();
    }
    throw new IllegalStateException("the kernel did not answer with its report");
  }

  /** Gives the kernel a program, which begins when it is next run. */
  public void attach(Program program) {
    kernel.tell(new KernelProtocol.Attach(program));
  }

  /**
   * Runs what the kernel has to do before a moment of virtual time.
   *
   * @param endNs nanoseconds
   * @return when it has something to do next, {@link EventQueue#NEVER} if nothing is left
   */
  public long runUntil(long endNs) {
    kernel.tell(new KernelProtocol.RunWindow(EPOCH, ++window, endNs));
    if (take(replies) instanceof KernelProtocol.WindowDone done) {
      return done.nextEventNs();
    }
    throw new IllegalStateException("the kernel did not answer");
  }

  /** What the kernel says of its run so far. */
  public KernelReport report() {
    kernel.tell(new KernelProtocol.Report(EPOCH));
    if (take(replies) instanceof KernelProtocol.Reported reported) {
      return reported.report();
    }
    throw new IllegalStateException("the kernel did not answer with its report");
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }

  private static <T> T take(BlockingQueue<T> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a kernel ran", e);
    }
  }
}
