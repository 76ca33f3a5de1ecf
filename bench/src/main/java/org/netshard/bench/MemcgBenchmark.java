package org.netshard.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.netshard.namespace.spec.CgroupSpec;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Creations by tasks in the root cgroup, in one below it, and five deep, in turns of some
 * milliseconds, so that all three have the same neighbours on the machine.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 9, time = 2)
public class MemcgBenchmark {
  /** Sockets of one turn. */
  static final int CALLS = 20_000;

  /** Cgroups of the three tasks; each and those above it have a limit. */
  static final List<String> CGROUPS = List.of("/", "/a", "/a/b/c/d/e");

  private static final long LIMIT_BYTES = 1L << 30;

  private final List<KernelGroup> groups = new ArrayList<>();
  private int first;

  /** Nanoseconds of each, and sockets that each made, in one iteration. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Turns {
    /** Nanoseconds in the root. */
    public long root;

    /** Nanoseconds one below it. */
    public long one;

    /** Nanoseconds five deep. */
    public long five;

    /** Sockets that each has made and closed. */
    public long sockets;
  }

  /** Starts the kernels. */
  @Setup
  public void start() {
    for (String cgroup : CGROUPS) {
      List<CgroupSpec> cgroups = new ArrayList<>();
      for (int end = cgroup.indexOf('/', 1); end > 0; end = cgroup.indexOf('/', end + 1)) {
        cgroups.add(new CgroupSpec(cgroup.substring(0, end), LIMIT_BYTES, true));
      }
      if (!cgroup.equals("/")) {
        cgroups.add(new CgroupSpec(cgroup, LIMIT_BYTES, true));
      }
      groups.add(KernelGroup.start(1, cgroups, cgroup));
    }
  }

  /** Ends them. */
  @TearDown
  public void stop() {
    groups.forEach(KernelGroup::close);
  }

  /** {@code close(socket(AF_INET, SOCK_STREAM, 0))}, by each in turn; who is first changes. */
  @Benchmark
  public void socketAndClose(Turns turns) {
    for (int i = 0; i < CGROUPS.size(); i++) {
      int who = (first + i) % CGROUPS.size();
      long start = System.nanoTime();
      groups.get(who).run(() -> RepeatedCalls.sockets(CALLS, false));
      long ns = System.nanoTime() - start;
      switch (who) {
        case 0 -> turns.root += ns;
        case 1 -> turns.one += ns;
        default -> turns.five += ns;
      }
    }
    first = (first + 1) % CGROUPS.size();
    turns.sockets += CALLS;
  }
}
