package org.netshard.node.run;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.node.run.RunProtocol.CancelRun;
import org.netshard.node.run.RunProtocol.GiveKernels;
import org.netshard.node.run.RunProtocol.KernelOffer;
import org.netshard.node.run.RunProtocol.MoreReports;
import org.netshard.node.run.RunProtocol.RunAccepted;
import org.netshard.node.run.RunProtocol.RunClosed;
import org.netshard.node.run.RunProtocol.RunEnded;
import org.netshard.node.run.RunProtocol.RunFailed;
import org.netshard.node.run.RunProtocol.RunProgress;
import org.netshard.node.run.RunProtocol.SomeReports;
import org.netshard.node.run.RunProtocol.StartRun;
import org.netshard.node.run.RunProtocol.ToClient;
import org.netshard.node.run.RunProtocol.ToConductor;
import org.netshard.node.scenario.Scenario;

/**
 * Asks the conductor for a run, gives it the kernels, and puts together what they report.
 *
 * <p>It asks again until it is answered, since a conductor can be lost with the question. From the
 * answer on it watches the conductor, which watches everybody else.
 */
final class RunClient extends AbstractBehavior<ToClient> {
  private static final Duration ASK_AGAIN = Duration.ofSeconds(2);

  private final Job job;
  private final ActorRef<ToConductor> proxy;
  private final TimerScheduler<ToClient> timers;
  private final Duration answerTimeout;
  private final RunSummary summary = new RunSummary();
  private final long startNanos = System.nanoTime();
  private @Nullable ActorRef<ToConductor> conductor;
  private int nodes;

  /**
   * What to run and whom to tell.
   *
   * @param scenario the scenario
   * @param nodesMin how many nodes must be there
   * @param check refuses kernels that cannot travel
   * @param listener told of progress
   * @param outcome completed when all reports are there, or with a {@link RunFailure}
   * @param closed completed when nothing of the run is left in the cluster
   */
  record Job(
      Scenario scenario,
      int nodesMin,
      KernelCheck check,
      RunListener listener,
      CompletableFuture<RunOutcome> outcome,
      CompletableFuture<Void> closed) {}

  /** Tells whether a kernel can travel to another node. */
  @FunctionalInterface
  interface KernelCheck {
    /** What is wrong with it, in one line; empty if nothing. */
    String problem(KernelSpec spec);
  }

  private record ConductorGone(long epoch) implements ToClient {}

  private record Ask(long epoch) implements ToClient {}

  private RunClient(
      ActorContext<ToClient> context,
      Job job,
      ActorRef<ToConductor> proxy,
      TimerScheduler<ToClient> timers) {
    super(context);
    this.job = job;
    this.proxy = proxy;
    this.timers = timers;
    // The conductor may wait as long for nodes, after another one was lost.
    this.answerTimeout =
        RunSettings.of(context.getSystem().settings().config()).joinTimeout().multipliedBy(2);
    timers.startTimerWithFixedDelay(new Ask(-1), Duration.ZERO, ASK_AGAIN);
  }

  /**
   * A client that begins at once.
   *
   * @param job what to run
   * @param proxy the way to the conductor
   */
  static Behavior<ToClient> create(Job job, ActorRef<ToConductor> proxy) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new RunClient(context, job, proxy, timers)));
  }

  @Override
  public Receive<ToClient> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onMessage).build();
  }

  private Behavior<ToClient> onMessage(ToClient message) {
    if (message instanceof Ask) {
      return ask();
    } else if (message instanceof RunAccepted accepted) {
      timers.cancelAll();
      nodes = accepted.nodes();
      conductor = accepted.conductor();
      getContext().watchWith(accepted.conductor(), new ConductorGone(accepted.epoch()));
    } else if (message instanceof GiveKernels give) {
      giveKernels(give);
    } else if (message instanceof RunProgress progress) {
      job.listener()
          .progress(progress.booted(), progress.virtualNs(), progress.events(), progress.calls());
    } else if (message instanceof SomeReports some) {
      for (KernelReport report : some.reports()) {
        summary.add(report);
      }
      tell(new MoreReports(some.epoch()));
    } else if (message instanceof RunEnded ended) {
      end(ended);
    } else if (message instanceof RunFailed failed) {
      timers.cancelAll();
      fail(failed.badInput(), failed.line());
      return failed.epoch() < 0 ? close() : this;
    } else if (message instanceof ConductorGone) {
      fail(false, "the node that conducts the run was lost; the run is given up");
      return close();
    } else if (message instanceof RunClosed) {
      return close();
    }
    return this;
  }

  private Behavior<ToClient> ask() {
    if (System.nanoTime() - startNanos > answerTimeout.toNanos()) {
      fail(
          false,
          "no conductor answered in %d s; the run is given up"
              .formatted(answerTimeout.toSeconds()));
      return close();
    }
    Scenario scenario = job.scenario();
    proxy.tell(
        new StartRun(
            scenario.file(),
            scenario.kernelCount(),
            scenario.horizonNs(),
            job.nodesMin(),
            getContext().getSelf()));
    return this;
  }

  private void tell(ToConductor message) {
    ActorRef<ToConductor> to = conductor;
    if (to == null) {
      throw new IllegalStateException(message + " before the run was accepted");
    }
    to.tell(message);
  }

  private void giveKernels(GiveKernels give) {
    for (int i = give.from(); i < give.from() + give.count(); i++) {
      KernelSpec spec = job.scenario().kernel(i);
      String problem = nodes > 1 ? job.check().problem(spec) : "";
      if (!problem.isEmpty()) {
        fail(true, problem);
        tell(new CancelRun(give.epoch()));
        return;
      }
      tell(new KernelOffer(give.epoch(), spec));
    }
  }

  private void end(RunEnded ended) {
    long virtualNs = ended.atHorizon() ? ended.virtualNs() : summary.lastEventNs();
    job.outcome()
        .complete(new RunOutcome(summary, nodes, virtualNs, System.nanoTime() - startNanos));
  }

  private void fail(boolean badInput, String line) {
    job.outcome().completeExceptionally(new RunFailure(badInput, line));
  }

  private Behavior<ToClient> close() {
    job.closed().complete(null);
    return Behaviors.stopped();
  }
}
