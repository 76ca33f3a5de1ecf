package org.netshard.namespace.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ExtensibleBehavior;
import akka.actor.typed.Signal;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.KernelProtocol.Attach;
import org.netshard.namespace.actor.KernelProtocol.Boot;
import org.netshard.namespace.actor.KernelProtocol.Booted;
import org.netshard.namespace.actor.KernelProtocol.Halt;
import org.netshard.namespace.actor.KernelProtocol.Report;
import org.netshard.namespace.actor.KernelProtocol.Reported;
import org.netshard.namespace.actor.KernelProtocol.RunWindow;
import org.netshard.namespace.actor.KernelProtocol.WindowDone;
import org.netshard.namespace.event.EventQueue;
import org.netshard.protocol.actor.KernelMessage;

/**
 * One simulated machine: it keeps its tasks, its virtual time and its events, and answers the
 * system calls of its programs.
 *
 * <p>One event is handled at a time. A call that concerns a socket leaves with the baton ({@link
 * org.netshard.protocol.actor.Call}) and the next event waits until it is home. Events are handled
 * up to the end of the window that was opened; see {@link KernelProtocol}.
 *
 * <p>A bug in it or below it ends the simulation of this kernel only: the event stands in its
 * report, and it goes on answering those who run the simulation.
 */
public final class Kernel extends ExtensibleBehavior<KernelMessage> {
  /** Events handled in one turn before other kernels of the lane get theirs. */
  private static final int TURN_EVENTS = 1024;

  private final String name;
  private final String capturesWithin;
  private final ActorRef<KernelProtocol.Reply> clock;
  private final ActorContext<KernelMessage> context;
  private final ActorRef<KernelMessage> self;
  private @Nullable Simulation simulation;
  private long epoch = -1;
  private long window = -1;
  private long endNs = Long.MIN_VALUE;
  private boolean windowOpen;

  /** The kernel goes on after others had their turn. */
  private record NextTurn() implements KernelMessage {}

  private static final NextTurn NEXT_TURN = new NextTurn();

  private Kernel(
      String name,
      ActorRef<KernelProtocol.Reply> clock,
      ActorContext<KernelMessage> context,
      String capturesWithin) {
    this.name = name;
    this.capturesWithin = capturesWithin;
    this.clock = clock;
    this.context = context;
    this.self = context.getSelf();
  }

  /**
   * A kernel that waits to be booted, and writes no captures.
   *
   * @param name its stable name
   * @param clock the clock of its node
   */
  public static Behavior<KernelMessage> create(String name, ActorRef<KernelProtocol.Reply> clock) {
    return create(name, clock, "");
  }

  /**
   * A kernel that waits to be booted.
   *
   * @param name its stable name
   * @param clock the clock of its node
   * @param capturesWithin folder of the node in which who boots it may have captures of its packets
   *     written, or empty if in none
   */
  public static Behavior<KernelMessage> create(
      String name, ActorRef<KernelProtocol.Reply> clock, String capturesWithin) {
    return Behaviors.setup(context -> new Kernel(name, clock, context, capturesWithin));
  }

  @Override
  public Behavior<KernelMessage> receive(
      TypedActorContext<KernelMessage> akka, KernelMessage message) {
    Simulation running = simulation;
    try {
      if (message instanceof KernelMessage.Done done) {
        known(running).resume(done.result());
        turn(known(running));
      } else if (message instanceof NextTurn) {
        turn(known(running));
      } else {
        return onControl(message);
      }
    } catch (RuntimeException | AssertionError bug) {
      if (running == null) {
        // Nothing is there that could go on; the actor stops, and the log has the reason.
        throw bug;
      }
      crash(running, name, message.toString(), bug);
    }
    return Behaviors.same();
  }

  private Behavior<KernelMessage> onControl(KernelMessage message) {
    Simulation running = simulation;
    if (message instanceof Boot boot) {
      onBoot(boot);
    } else if (message instanceof RunWindow run) {
      onRunWindow(run);
    } else if (message instanceof Attach attach) {
      known(running).attach(attach.program());
    } else if (message instanceof Report report && report.epoch() == epoch) {
      clock.tell(new Reported(name, known(running).report()));
    } else if (message instanceof KernelMessage.Crashed crashed) {
      crash(known(running), crashed.where(), crashed.message(), crashed.cause());
    } else if (message instanceof Halt halt && halt.epoch() == epoch) {
      return Behaviors.stopped();
    }
    return Behaviors.same();
  }

  private void onBoot(Boot boot) {
    if (boot.epoch() <= epoch) {
      return;
    }
    epoch = boot.epoch();
    try {
      simulation = Simulation.boot(name, boot.spec(), context, capturesWithin);
      setUp(simulation);
    } catch (BadSpecException bad) {
      clock.tell(new Booted(name, EventQueue.NEVER, bad.line()));
    }
  }

  /** Runs what sets the machine up, and tells when it is over. */
  private void setUp(Simulation running) {
    if (!running.run(1, TURN_EVENTS)) {
      if (!running.batonOut()) {
        self.tell(NEXT_TURN);
      }
      return;
    }
    try {
      running.finishBoot();
      clock.tell(new Booted(name, running.nextTime(), ""));
    } catch (BadSpecException bad) {
      clock.tell(new Booted(name, EventQueue.NEVER, bad.line()));
    }
  }

  private void onRunWindow(RunWindow run) {
    if (run.epoch() != epoch || simulation == null) {
      return;
    }
    window = run.window();
    endNs = run.endNs();
    windowOpen = true;
    turn(simulation);
  }

  private void turn(Simulation running) {
    if (running.booting()) {
      setUp(running);
      return;
    }
    if (!windowOpen) {
      return;
    }
    if (!running.run(endNs, TURN_EVENTS)) {
      if (!running.batonOut()) {
        self.tell(NEXT_TURN);
      }
      return;
    }
    windowOpen = false;
    clock.tell(new WindowDone(name, window, running.nextTime(), running.events(), running.calls()));
  }

  private void crash(Simulation running, String where, String message, Throwable cause) {
    context.getLog().error("kernel {}: {} stopped at {}", name, where, running.event(), cause);
    running.crashed(where, message, cause);
    turn(running);
  }

  @Override
  public Behavior<KernelMessage> receiveSignal(
      TypedActorContext<KernelMessage> akka, Signal signal) {
    return Behaviors.same();
  }

  private static Simulation known(@Nullable Simulation running) {
    if (running == null) {
      throw new IllegalStateException("the kernel has not been booted");
    }
    return running;
  }
}
