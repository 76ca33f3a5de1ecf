package org.netshard.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.spec.CgroupSpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Creations by a task in a memory cgroup, per second. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 3, time = 1)
public class MemcgBenchmark {
  /** Sockets of one invocation. */
  static final int CALLS = 100_000;

  private static final long LIMIT_BYTES = 1L << 30;

  /** The task's cgroup; each one above it has a limit too. */
  @Param({"/", "/a", "/a/b/c/d/e"})
  public String cgroup = "/";

  private @Nullable KernelGroup group;

  /** Starts the kernel. */
  @Setup
  public void start() {
    List<CgroupSpec> cgroups = new ArrayList<>();
    for (int end = cgroup.indexOf('/', 1); end > 0; end = cgroup.indexOf('/', end + 1)) {
      cgroups.add(new CgroupSpec(cgroup.substring(0, end), LIMIT_BYTES, true));
    }
    if (!cgroup.equals("/")) {
      cgroups.add(new CgroupSpec(cgroup, LIMIT_BYTES, true));
    }
    group = KernelGroup.start(1, cgroups, cgroup);
  }

  /** Ends it. */
  @TearDown
  public void stop() {
    running().close();
  }

  /** {@code close(socket(AF_INET, SOCK_STREAM, 0))}. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void socketAndClose() {
    running().run(() -> RepeatedCalls.sockets(CALLS, false));
  }

  private KernelGroup running() {
    KernelGroup started = group;
    if (started == null) {
      throw new IllegalStateException("the kernel has not been started");
    }
    return started;
  }
}
