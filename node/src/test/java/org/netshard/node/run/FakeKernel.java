package org.netshard.node.run;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.MemoryReport;
import org.netshard.namespace.spec.StormSpec;
import org.netshard.protocol.actor.KernelMessage;

/**
 * A kernel that simulates nothing: a workload is an event for each socket, at its rate. A workload
 * called {@code bomb} stops the actor.
 */
final class FakeKernel {
  private final String name;
  private final ActorRef<KernelProtocol.Reply> clock;
  private @Nullable KernelSpec spec;
  private long events;
  private long nextNs = Long.MAX_VALUE;

  private FakeKernel(String name, ActorRef<KernelProtocol.Reply> clock) {
    this.name = name;
    this.clock = clock;
  }

  static Behavior<KernelMessage> create(String name, ActorRef<KernelProtocol.Reply> clock) {
    FakeKernel kernel = new FakeKernel(name, clock);
    return Behaviors.receive(KernelMessage.class)
        .onMessage(KernelProtocol.Boot.class, boot -> kernel.boot(boot.spec()))
        .onMessage(KernelProtocol.RunWindow.class, kernel::run)
        .onMessage(KernelProtocol.Report.class, report -> kernel.report())
        .onMessage(KernelProtocol.Halt.class, halt -> Behaviors.stopped())
        .build();
  }

  private Behavior<KernelMessage> boot(KernelSpec newSpec) {
    if (spec == null) {
      spec = newSpec;
      nextNs = due();
      clock.tell(new KernelProtocol.Booted(name, nextNs, ""));
    }
    return Behaviors.same();
  }

  private long due() {
    KernelSpec known = spec;
    if (known == null || known.workloads().isEmpty()) {
      return Long.MAX_VALUE;
    }
    StormSpec storm = (StormSpec) known.workloads().get(0);
    return events < storm.count()
        ? storm.startNs() + events * 1_000_000_000L / Math.max(1, (long) storm.rate().first())
        : Long.MAX_VALUE;
  }

  private Behavior<KernelMessage> run(KernelProtocol.RunWindow window) {
    while (nextNs < window.endNs()) {
      KernelSpec known = spec;
      if (known != null && known.workloads().get(0).name().equals("bomb")) {
        return Behaviors.stopped();
      }
      events++;
      nextNs = due();
    }
    clock.tell(new KernelProtocol.WindowDone(name, window.window(), nextNs, events, events));
    return Behaviors.same();
  }

  private Behavior<KernelMessage> report() {
    clock.tell(
        new KernelProtocol.Reported(
            name,
            new KernelReport(
                name,
                "hash-of-" + name + "-" + events,
                events,
                events,
                0,
                1,
                1,
                events,
                events,
                List.of(),
                List.of(),
                0,
                List.of(),
                MemoryReport.EMPTY,
                List.of("a warning"),
                "",
                List.of(),
                List.of())));
    return Behaviors.same();
  }
}
