package org.netshard.node.run;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.node.run.RunProtocol.Hello;
import org.netshard.node.run.RunProtocol.RunFailed;
import org.netshard.node.run.RunProtocol.StartRun;
import org.netshard.node.run.RunProtocol.ToClock;
import org.netshard.node.run.RunProtocol.ToConductor;
import org.netshard.node.run.RunProtocol.Welcome;

/**
 * The cluster singleton that runs simulations, one at a time; what it does for one of them is in
 * {@link ConductedRun}.
 */
final class Conductor extends AbstractBehavior<ToConductor> {
  private static final Duration TICK = Duration.ofMillis(500);
  private static final int WAITING_MAX = 16;

  private final RunSettings settings;
  private final KernelRegions regions;
  private final TreeMap<String, ActorRef<ToClock>> clocks = new TreeMap<>();
  private final ArrayDeque<StartRun> waiting = new ArrayDeque<>();
  private @Nullable ConductedRun run;
  private long epoch;

  /** The clock of a node has ended. */
  record ClockGone(String node, ActorRef<ToClock> clock) implements ToConductor {}

  /** The client of a run has ended. */
  record ClientGone(long epoch) implements ToConductor {}

  /** Time to look whether something has stalled. */
  record Tick() implements ToConductor {}

  private Conductor(
      ActorContext<ToConductor> context,
      RunSettings settings,
      KernelRegions regions,
      TimerScheduler<ToConductor> timers) {
    super(context);
    this.settings = settings;
    this.regions = regions;
    // Greater than in any run before, also of a conductor that was lost.
    this.epoch = System.currentTimeMillis();
    timers.startTimerWithFixedDelay(new Tick(), TICK);
  }

  /**
   * The conductor of a cluster.
   *
   * @param settings how it runs simulations
   * @param regions where kernels are reached
   */
  static Behavior<ToConductor> create(RunSettings settings, KernelRegions regions) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new Conductor(context, settings, regions, timers)));
  }

  @Override
  public Receive<ToConductor> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onMessage).build();
  }

  private Behavior<ToConductor> onMessage(ToConductor message) {
    ConductedRun running = run;
    if (message instanceof Hello hello) {
      onHello(hello);
    } else if (message instanceof StartRun start) {
      onStart(start);
    } else if (message instanceof ClockGone gone) {
      clocks.remove(gone.node(), gone.clock());
      if (running != null) {
        running.clockGone(gone.node());
      }
    } else if (running != null) {
      running.onMessage(message);
    }
    ConductedRun ended = run;
    if (ended != null && ended.isOver()) {
      run = null;
      StartRun next = waiting.poll();
      if (next != null) {
        begin(next);
      }
    }
    return this;
  }

  private void onHello(Hello hello) {
    ActorRef<ToClock> known = clocks.put(hello.node(), hello.clock());
    if (!hello.clock().equals(known)) {
      getContext().watchWith(hello.clock(), new ClockGone(hello.node(), hello.clock()));
      ConductedRun running = run;
      if (running != null) {
        running.clockJoined(hello.node(), hello.clock());
      }
    }
    hello.clock().tell(new Welcome(getContext().getSelf()));
  }

  private void onStart(StartRun start) {
    ConductedRun running = run;
    if (isKnown(start)) {
      return;
    }
    if (running == null) {
      begin(start);
    } else if (running.isEnding() && waiting.size() < WAITING_MAX) {
      waiting.add(start);
    } else {
      start
          .client()
          .tell(
              new RunFailed(
                  -1,
                  false,
                  "the cluster is busy with " + running.scenario() + "; try again later"));
    }
  }

  /** A client asks again until it is answered. */
  private boolean isKnown(StartRun start) {
    ConductedRun running = run;
    return (running != null && running.isOf(start.client()))
        || waiting.stream().anyMatch(other -> other.client().equals(start.client()));
  }

  private void begin(StartRun start) {
    epoch++;
    getContext().unwatch(start.client());
    getContext().watchWith(start.client(), new ClientGone(epoch));
    run = new ConductedRun(epoch, start, settings, regions, getContext().getSelf(), clocks);
  }
}
