package org.netshard.node.run;

import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.node.run.RunProtocol.BeginRun;
import org.netshard.node.run.RunProtocol.BootedKernel;
import org.netshard.node.run.RunProtocol.CancelRun;
import org.netshard.node.run.RunProtocol.ClockReady;
import org.netshard.node.run.RunProtocol.EndRun;
import org.netshard.node.run.RunProtocol.GiveKernels;
import org.netshard.node.run.RunProtocol.GiveReports;
import org.netshard.node.run.RunProtocol.KernelOffer;
import org.netshard.node.run.RunProtocol.KernelsBooted;
import org.netshard.node.run.RunProtocol.KernelsHalted;
import org.netshard.node.run.RunProtocol.MoreReports;
import org.netshard.node.run.RunProtocol.OpenWindow;
import org.netshard.node.run.RunProtocol.ReportBatch;
import org.netshard.node.run.RunProtocol.RunAccepted;
import org.netshard.node.run.RunProtocol.RunClosed;
import org.netshard.node.run.RunProtocol.RunEnded;
import org.netshard.node.run.RunProtocol.RunFailed;
import org.netshard.node.run.RunProtocol.RunProgress;
import org.netshard.node.run.RunProtocol.SomeReports;
import org.netshard.node.run.RunProtocol.StartRun;
import org.netshard.node.run.RunProtocol.ToClient;
import org.netshard.node.run.RunProtocol.ToClock;
import org.netshard.node.run.RunProtocol.ToConductor;
import org.netshard.node.run.RunProtocol.WindowReached;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of the conductor, from the wait for its nodes to the end of its last kernel.
 *
 * <p>{@code GATHERING → BOOTING → RUNNING → REPORTING → HALTING → OVER}; a failure leads from any
 * of them to HALTING.
 */
final class ConductedRun {
  private static final Logger LOG = LoggerFactory.getLogger(ConductedRun.class);
  private static final long NEVER = Long.MAX_VALUE;
  private static final Duration BOOT_AGAIN = Duration.ofSeconds(5);
  private static final Duration HALT_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(100);

  private enum Phase {
    GATHERING,
    BOOTING,
    RUNNING,
    REPORTING,
    HALTING,
    OVER
  }

  /** A node of this run. */
  private static final class Member {
    final ActorRef<ToClock> clock;
    long nextEventNs = NEVER;
    long events;
    long calls;
    boolean ready;
    boolean waitedFor;

    Member(ActorRef<ToClock> clock) {
      this.clock = clock;
    }
  }

  /** A kernel that was told to boot and has not answered. */
  private record Booting(KernelSpec spec, long sinceNanos) {}

  private final long epoch;
  private final StartRun order;
  private final RunSettings settings;
  private final KernelRegions regions;
  private final ActorRef<ToConductor> self;
  private final ActorRef<ToClient> client;
  private final Map<String, Member> members = new TreeMap<>();
  private final Map<String, Booting> booting = new LinkedHashMap<>();
  private final ArrayDeque<String> toReport = new ArrayDeque<>();
  private final long startNanos = System.nanoTime();
  private Phase phase = Phase.GATHERING;
  private long heardNanos = System.nanoTime();
  private long progressNanos = heardNanos;
  private int asked;
  private int booted;
  private long window;
  private long reachedNs;
  private boolean atHorizon;

  ConductedRun(
      long epoch,
      StartRun order,
      RunSettings settings,
      KernelRegions regions,
      ActorRef<ToConductor> self,
      SortedMap<String, ActorRef<ToClock>> clocks) {
    this.epoch = epoch;
    this.order = order;
    this.settings = settings;
    this.regions = regions;
    this.self = self;
    this.client = order.client();
    clocks.forEach(this::clockJoined);
  }

  String scenario() {
    return order.scenario();
  }

  boolean isOf(ActorRef<ToClient> other) {
    return client.equals(other);
  }

  boolean isEnding() {
    return phase == Phase.HALTING;
  }

  boolean isOver() {
    return phase == Phase.OVER;
  }

  void clockJoined(String node, ActorRef<ToClock> clock) {
    if (phase == Phase.GATHERING || phase == Phase.BOOTING) {
      members.put(node, new Member(clock));
      clock.tell(new BeginRun(epoch, self));
    }
  }

  void clockGone(String node) {
    if (members.remove(node) == null) {
      return;
    }
    if (phase == Phase.GATHERING) {
      beginIfGathered();
    } else if (phase == Phase.HALTING) {
      checkHalted();
    } else if (phase != Phase.OVER) {
      fail(false, "node %s was lost at %s; the run is given up".formatted(node, where()));
    }
  }

  private String where() {
    return phase == Phase.BOOTING
        ? "boot, with %d of %d kernels up".formatted(booted, order.kernels())
        : "virtual time " + reachedNs / 1e9 + " s";
  }

  void onMessage(ToConductor message) {
    if (message instanceof ClockReady ready && ready.epoch() == epoch) {
      Member member = members.get(ready.node());
      if (member != null) {
        member.ready = true;
        beginIfGathered();
      }
    } else if (message instanceof KernelOffer offer && offer.epoch() == epoch) {
      onOffer(offer.spec());
    } else if (message instanceof KernelsBooted up && up.epoch() == epoch) {
      onBooted(up);
    } else if (message instanceof WindowReached reached && reached.epoch() == epoch) {
      onReached(reached);
    } else if (message instanceof ReportBatch batch && batch.epoch() == epoch) {
      onReports(batch);
    } else if (message instanceof MoreReports more && more.epoch() == epoch) {
      askReports();
    } else if (message instanceof KernelsHalted halted && halted.epoch() == epoch) {
      members.remove(halted.node());
      checkHalted();
    } else if (message instanceof CancelRun cancel && cancel.epoch() == epoch) {
      halt();
    } else if (message instanceof Conductor.ClientGone gone && gone.epoch() == epoch) {
      halt();
    } else if (message instanceof Conductor.Tick) {
      onTick();
    }
  }

  private void heard() {
    heardNanos = System.nanoTime();
  }

  private boolean silentFor(Duration limit) {
    return System.nanoTime() - heardNanos > limit.toNanos();
  }

  private void beginIfGathered() {
    if (phase != Phase.GATHERING
        || members.size() < order.nodesMin()
        || !members.values().stream().allMatch(member -> member.ready)) {
      return;
    }
    enter(Phase.BOOTING);
    heard();
    client.tell(new RunAccepted(epoch, members.size(), self));
    if (order.kernels() == 0) {
      openWindow();
    } else {
      askKernels();
    }
  }

  private void askKernels() {
    int pending = asked - booted;
    int free = Math.min(settings.bootsMax() - pending, order.kernels() - asked);
    if (free > 0
        && (free >= settings.bootsMax() / 2 || pending == 0 || asked + free == order.kernels())) {
      client.tell(new GiveKernels(epoch, asked, free));
      asked += free;
    }
  }

  private void onOffer(KernelSpec spec) {
    if (phase != Phase.BOOTING) {
      return;
    }
    heard();
    booting.put(spec.name(), new Booting(spec, System.nanoTime()));
    regions.tell(spec.name(), new KernelProtocol.Boot(epoch, spec));
  }

  private void onBooted(KernelsBooted up) {
    Member member = members.get(up.node());
    if (phase != Phase.BOOTING || member == null) {
      return;
    }
    heard();
    String error = "";
    for (BootedKernel kernel : up.kernels()) {
      if (booting.remove(kernel.name()) != null) {
        booted++;
        member.nextEventNs = Math.min(member.nextEventNs, kernel.nextEventNs());
        if (!kernel.error().isEmpty() && (error.isEmpty() || kernel.error().compareTo(error) < 0)) {
          error = kernel.error();
        }
      }
    }
    if (!error.isEmpty()) {
      fail(true, error);
      return;
    }
    progress();
    if (booted == order.kernels()) {
      openWindow();
    } else {
      askKernels();
    }
  }

  private void enter(Phase next) {
    LOG.info(
        "{} after {} ms: {}, window {}",
        this,
        (System.nanoTime() - startNanos) / 1_000_000,
        next,
        window);
    phase = next;
  }

  private void openWindow() {
    if (phase != Phase.RUNNING) {
      enter(Phase.RUNNING);
    }
    long next = NEVER;
    for (Member member : members.values()) {
      next = Math.min(next, member.nextEventNs);
    }
    if (next >= order.horizonNs()) {
      atHorizon = next != NEVER;
      reachedNs = order.horizonNs() == NEVER ? reachedNs : order.horizonNs();
      beginReporting();
      return;
    }
    window++;
    long end = next > NEVER - settings.windowNs() ? NEVER : next + settings.windowNs();
    end = Math.min(end, order.horizonNs());
    reachedNs = next;
    OpenWindow open = new OpenWindow(epoch, window, end);
    for (Member member : members.values()) {
      if (member.nextEventNs < end) {
        member.waitedFor = true;
        member.clock.tell(open);
      }
    }
  }

  private void onReached(WindowReached reached) {
    Member member = members.get(reached.node());
    if (phase != Phase.RUNNING || member == null || reached.window() != window) {
      return;
    }
    heard();
    member.waitedFor = false;
    member.nextEventNs = reached.nextEventNs();
    member.events = reached.events();
    member.calls = reached.calls();
    if (members.values().stream().noneMatch(one -> one.waitedFor)) {
      progress();
      openWindow();
    }
  }

  private void progress() {
    long now = System.nanoTime();
    if (now - progressNanos >= PROGRESS_INTERVAL.toNanos()) {
      progressNanos = now;
      long events = members.values().stream().mapToLong(one -> one.events).sum();
      long calls = members.values().stream().mapToLong(one -> one.calls).sum();
      client.tell(new RunProgress(epoch, booted, reachedNs, events, calls));
    }
  }

  private void beginReporting() {
    enter(Phase.REPORTING);
    toReport.addAll(members.keySet());
    askReports();
  }

  private void askReports() {
    if (phase != Phase.REPORTING) {
      return;
    }
    heard();
    Member member = toReport.isEmpty() ? null : members.get(toReport.peek());
    if (member != null) {
      member.clock.tell(new GiveReports(epoch));
      return;
    }
    client.tell(new RunEnded(epoch, reachedNs, atHorizon));
    halt();
  }

  private void onReports(ReportBatch batch) {
    if (phase != Phase.REPORTING || !batch.node().equals(toReport.peek())) {
      return;
    }
    heard();
    if (batch.last()) {
      toReport.remove();
    }
    client.tell(new SomeReports(epoch, batch.reports()));
  }

  private void onTick() {
    if (phase == Phase.GATHERING && silentFor(settings.joinTimeout())) {
      fail(
          false,
          "only %d of %d nodes came within %d s"
              .formatted(members.size(), order.nodesMin(), settings.joinTimeout().toSeconds()));
    } else if (phase == Phase.HALTING && silentFor(HALT_TIMEOUT)) {
      close();
    } else if (phase != Phase.HALTING && silentFor(settings.stallTimeout())) {
      fail(
          false,
          "nothing came from %s for %d s at %s; the run is given up"
              .formatted(waitedFor(), settings.stallTimeout().toSeconds(), where()));
    } else if (phase == Phase.BOOTING) {
      bootAgain();
    }
  }

  private String waitedFor() {
    List<String> names = new ArrayList<>();
    if (phase == Phase.BOOTING) {
      names.addAll(booting.keySet());
    } else if (phase == Phase.RUNNING) {
      members.forEach(
          (node, member) -> {
            if (member.waitedFor) {
              names.add(node);
            }
          });
    } else {
      names.addAll(toReport);
    }
    String first = names.isEmpty() ? "the client" : names.get(0);
    return names.size() > 1 ? first + " and " + (names.size() - 1) + " more" : first;
  }

  /** A message to a kernel can be lost while its shard moves; a kernel that is up drops this. */
  private void bootAgain() {
    long now = System.nanoTime();
    for (Map.Entry<String, Booting> entry : booting.entrySet()) {
      Booting one = entry.getValue();
      if (now - one.sinceNanos() > BOOT_AGAIN.toNanos()) {
        entry.setValue(new Booting(one.spec(), now));
        regions.tell(entry.getKey(), new KernelProtocol.Boot(epoch, one.spec()));
      }
    }
  }

  private void fail(boolean badInput, String line) {
    client.tell(new RunFailed(epoch, badInput, line));
    halt();
  }

  private void halt() {
    if (phase == Phase.HALTING || phase == Phase.OVER) {
      return;
    }
    enter(Phase.HALTING);
    heard();
    booting.clear();
    members.values().forEach(member -> member.clock.tell(new EndRun(epoch)));
    checkHalted();
  }

  private void checkHalted() {
    if (phase == Phase.HALTING && members.isEmpty()) {
      close();
    }
  }

  private void close() {
    enter(Phase.OVER);
    client.tell(new RunClosed(epoch));
  }

  /** The run, for messages. */
  @Override
  public String toString() {
    return "run " + epoch + " of " + scenario();
  }
}
