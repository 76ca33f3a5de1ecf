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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.MemoryReport;
import org.netshard.node.run.RunProtocol.BeginRun;
import org.netshard.node.run.RunProtocol.BootedKernel;
import org.netshard.node.run.RunProtocol.ClockReady;
import org.netshard.node.run.RunProtocol.EndRun;
import org.netshard.node.run.RunProtocol.GiveReports;
import org.netshard.node.run.RunProtocol.Hello;
import org.netshard.node.run.RunProtocol.KernelsBooted;
import org.netshard.node.run.RunProtocol.KernelsHalted;
import org.netshard.node.run.RunProtocol.OpenWindow;
import org.netshard.node.run.RunProtocol.ReportBatch;
import org.netshard.node.run.RunProtocol.ToClock;
import org.netshard.node.run.RunProtocol.ToConductor;
import org.netshard.node.run.RunProtocol.Welcome;
import org.netshard.node.run.RunProtocol.WindowReached;
import org.netshard.protocol.actor.KernelMessage;

/**
 * The clock of a node: speaks for all kernels on it, so that windows cost a message for each node
 * and not for each kernel.
 *
 * <p>It takes what kernels tell ({@link KernelProtocol.Reply}, which knows nothing of it), what the
 * conductor tells ({@link ToClock}), and its own messages; hence it is a behavior of objects.
 */
final class NodeClock extends AbstractBehavior<Object> {
  private static final Duration HELLO_INTERVAL = Duration.ofMillis(500);
  private static final int REPORTS_ASKED_MAX = 64;
  private static final int BATCH_CHARS_MAX = 120_000;

  private final String node;
  private final Map<String, KernelEntry> kernels = new LinkedHashMap<>();
  private final List<BootedKernel> booted = new ArrayList<>();
  private final ArrayDeque<KernelEntry> unasked = new ArrayDeque<>();
  private final ArrayDeque<KernelReport> reports = new ArrayDeque<>();
  private @Nullable ActorRef<ToConductor> proxy;
  private @Nullable ActorRef<ToConductor> conductor;
  private long epoch = -1;
  private long window;
  private int waitingFor;
  private boolean flushing;
  private boolean reporting;
  private boolean reportsWanted;
  private boolean halting;

  /** A kernel of this node. */
  private static final class KernelEntry {
    final String name;
    final ActorRef<KernelMessage> kernel;
    long nextEventNs = Long.MAX_VALUE;
    long events;
    long calls;
    boolean running;
    boolean booted;
    boolean stopped;

    KernelEntry(String name, ActorRef<KernelMessage> kernel) {
      this.name = name;
      this.kernel = kernel;
    }
  }

  /** The node is ready; says hello to the conductor from now on. */
  record Start(ActorRef<ToConductor> proxy) {}

  /** An entity has started on this node. */
  record KernelStarted(String name, ActorRef<KernelMessage> kernel) {}

  private record KernelStopped(String name, ActorRef<KernelMessage> kernel) {}

  private record ConductorGone(ActorRef<ToConductor> conductor) {}

  private record FlushBooted() {}

  private record SayHello() {}

  private NodeClock(ActorContext<Object> context, String node, TimerScheduler<Object> timers) {
    super(context);
    this.node = node;
    timers.startTimerWithFixedDelay(new SayHello(), HELLO_INTERVAL);
  }

  /**
   * The clock of a node.
   *
   * @param node address of the node
   */
  static Behavior<Object> create(String node) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new NodeClock(context, node, timers)));
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onMessage).build();
  }

  private Behavior<Object> onMessage(Object message) {
    if (message instanceof KernelProtocol.Reply reply) {
      onReply(reply);
    } else if (message instanceof ToClock order) {
      onOrder(order);
    } else if (message instanceof KernelStarted started) {
      getContext().watchWith(started.kernel(), new KernelStopped(started.name(), started.kernel()));
      kernels.put(started.name(), new KernelEntry(started.name(), started.kernel()));
    } else if (message instanceof KernelStopped stopped) {
      onStopped(stopped);
    } else if (message instanceof ConductorGone gone) {
      onConductorGone(gone);
    } else if (message instanceof FlushBooted) {
      flushBooted();
    } else if (message instanceof Start start) {
      proxy = start.proxy();
      sayHello();
    } else if (message instanceof SayHello) {
      sayHello();
    } else {
      throw new IllegalStateException("clock of " + node + " got " + message);
    }
    return this;
  }

  private void sayHello() {
    ActorRef<ToConductor> to = proxy;
    if (to != null && conductor == null) {
      to.tell(new Hello(node, getContext().getSelf().narrow()));
    }
  }

  /** The run is over with its conductor; its kernels shall take neither memory nor time. */
  private void onConductorGone(ConductorGone gone) {
    if (gone.conductor().equals(conductor)) {
      conductor = null;
      haltKernels();
    }
  }

  private void tell(ToConductor message) {
    ActorRef<ToConductor> to = conductor;
    if (to != null) {
      to.tell(message);
    }
  }

  private void onOrder(ToClock order) {
    if (order instanceof Welcome welcome) {
      meet(welcome.conductor());
    } else if (order instanceof BeginRun begin) {
      meet(begin.conductor());
      beginRun(begin.epoch());
    } else if (order instanceof OpenWindow open && open.epoch() == epoch) {
      openWindow(open);
    } else if (order instanceof GiveReports give && give.epoch() == epoch) {
      reportsWanted = true;
      beginReporting();
      giveReports();
    } else if (order instanceof EndRun end && end.epoch() == epoch) {
      halting = true;
      kernels.values().removeIf(entry -> entry.stopped);
      kernels.values().forEach(entry -> entry.kernel.tell(new KernelProtocol.Halt(epoch)));
      checkHalted();
    }
  }

  private void meet(ActorRef<ToConductor> newConductor) {
    if (!newConductor.equals(conductor)) {
      conductor = newConductor;
      getContext().watchWith(newConductor, new ConductorGone(newConductor));
    }
  }

  private void beginRun(long newEpoch) {
    if (newEpoch <= epoch) {
      return;
    }
    if (epoch >= 0) {
      haltKernels();
    }
    unasked.clear();
    reports.clear();
    epoch = newEpoch;
    waitingFor = 0;
    reporting = false;
    reportsWanted = false;
    halting = false;
    tell(new ClockReady(epoch, node));
    flushBooted();
  }

  /** Ends what is left of a run; nobody waits for it. */
  private void haltKernels() {
    kernels.values().forEach(entry -> entry.kernel.tell(new KernelProtocol.Halt(epoch)));
    kernels.clear();
    booted.clear();
  }

  private void openWindow(OpenWindow open) {
    window = open.window();
    KernelProtocol.RunWindow run = new KernelProtocol.RunWindow(epoch, window, open.endNs());
    for (KernelEntry entry : kernels.values()) {
      if (!entry.stopped && entry.nextEventNs < open.endNs()) {
        entry.running = true;
        waitingFor++;
        entry.kernel.tell(run);
      }
    }
    checkWindow();
  }

  private void checkWindow() {
    if (waitingFor > 0) {
      return;
    }
    long next = Long.MAX_VALUE;
    long events = 0;
    long calls = 0;
    for (KernelEntry entry : kernels.values()) {
      next = Math.min(next, entry.nextEventNs);
      events += entry.events;
      calls += entry.calls;
    }
    tell(new WindowReached(epoch, window, node, next, events, calls));
  }

  private void onReply(KernelProtocol.Reply reply) {
    KernelEntry entry = kernels.get(reply.kernel());
    if (entry == null) {
      return;
    }
    if (reply instanceof KernelProtocol.WindowDone done) {
      if (entry.running && done.window() == window) {
        entry.nextEventNs = done.nextEventNs();
        entry.events = done.events();
        entry.calls = done.calls();
        windowDone(entry);
      }
    } else if (reply instanceof KernelProtocol.Booted up) {
      entry.nextEventNs = up.nextEventNs();
      addBooted(entry, up.error());
    } else if (reply instanceof KernelProtocol.Reported reported) {
      entry.running = false;
      addReport(reported.report());
    }
  }

  private void windowDone(KernelEntry entry) {
    entry.running = false;
    waitingFor--;
    checkWindow();
  }

  private void addBooted(KernelEntry entry, String error) {
    entry.booted = true;
    booted.add(new BootedKernel(entry.name, entry.nextEventNs, error));
    if (!flushing) {
      flushing = true;
      getContext().getSelf().tell(new FlushBooted());
    }
  }

  private void flushBooted() {
    flushing = false;
    if (!booted.isEmpty() && epoch >= 0) {
      tell(new KernelsBooted(epoch, node, booted));
      booted.clear();
    }
  }

  /** A kernel that stops without having been told so is lost; the others go on. */
  private void onStopped(KernelStopped stopped) {
    KernelEntry entry = kernels.get(stopped.name());
    if (entry == null || !entry.kernel.equals(stopped.kernel())) {
      return;
    }
    if (halting) {
      kernels.remove(stopped.name());
      checkHalted();
      return;
    }
    entry.stopped = true;
    entry.nextEventNs = Long.MAX_VALUE;
    if (!entry.booted) {
      addBooted(entry, "");
    } else if (entry.running && reporting) {
      entry.running = false;
      addReport(lost(entry));
    } else if (entry.running) {
      windowDone(entry);
    }
  }

  private static KernelReport lost(KernelEntry entry) {
    return new KernelReport(
        entry.name,
        "lost",
        entry.events,
        entry.calls,
        0,
        0,
        0,
        0,
        0,
        List.of(),
        List.of(),
        0,
        List.of(),
        MemoryReport.EMPTY,
        List.of(),
        "the actor of kernel " + entry.name + " stopped by itself; the log has the reason",
        List.of(),
        List.of());
  }

  private void beginReporting() {
    if (!reporting) {
      reporting = true;
      unasked.addAll(kernels.values());
      waitingFor = 0;
    }
  }

  private void askReports() {
    while (waitingFor < REPORTS_ASKED_MAX && reports.size() < REPORTS_ASKED_MAX) {
      KernelEntry entry = unasked.poll();
      if (entry == null) {
        return;
      }
      if (entry.stopped) {
        reports.add(lost(entry));
      } else {
        waitingFor++;
        entry.running = true;
        entry.kernel.tell(new KernelProtocol.Report(epoch));
      }
    }
  }

  private void addReport(KernelReport report) {
    waitingFor--;
    reports.addAll(ReportParts.of(report));
    giveReports();
  }

  private void giveReports() {
    askReports();
    boolean all = unasked.isEmpty() && waitingFor == 0;
    if (!reportsWanted || (!all && reports.size() < REPORTS_ASKED_MAX)) {
      return;
    }
    List<KernelReport> batch = new ArrayList<>();
    int length = 0;
    while (!reports.isEmpty() && (batch.isEmpty() || length < BATCH_CHARS_MAX)) {
      KernelReport report = reports.remove();
      length += ReportParts.length(report);
      batch.add(report);
    }
    reportsWanted = false;
    tell(new ReportBatch(epoch, node, batch, all && reports.isEmpty()));
    askReports();
  }

  private void checkHalted() {
    if (kernels.isEmpty()) {
      tell(new KernelsHalted(epoch, node));
    }
  }
}
