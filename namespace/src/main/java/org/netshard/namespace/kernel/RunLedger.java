package org.netshard.namespace.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.MemcgEvent;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.cgroup.Memcontrol;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.MemoryReport;
import org.netshard.namespace.spec.WorkloadSpec;
import org.netshard.namespace.stats.LoadStats;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/** What a kernel counts of its own run, for the report. */
public final class RunLedger {
  private final String name;
  private long @Nullable [] succeeded;
  private long @Nullable [] failed;
  private final Map<Integer, Long> failures = new TreeMap<>();
  private final Map<String, Long> notSimulated = new TreeMap<>();
  private final Set<String> warnings = new LinkedHashSet<>();
  private final List<KernelReport.Unmet> unmet = new ArrayList<>(0);
  private final List<KernelReport.Output> outputs = new ArrayList<>(0);
  private long calls;
  private long met;
  private final Map<RefusalKey, MemoryReport.Refusal> refusals = new LinkedHashMap<>(0);
  private final List<MemoryReport.Killed> killed = new ArrayList<>(0);
  private final Map<String, LoadStats> loads = new TreeMap<>();

  /** What refused calls have in common that are told in one line. */
  private record RefusalKey(String cgroup, String limit, String task, String call, int errno) {}

  /** An empty ledger of the kernel with this name. */
  public RunLedger(String name) {
    this.name = name;
  }

  /** Counts a call. */
  public void count(Syscall made, long result) {
    calls++;
    if (!made.isSimulated()) {
      notSimulated.merge(made.callName(), 1L, Long::sum);
      return;
    }
    SyscallName call = made.name();
    if (succeeded == null || failed == null) {
      succeeded = new long[SyscallName.values().length];
      failed = new long[succeeded.length];
    }
    if (!Errno.isError(result)) {
      succeeded[call.ordinal()]++;
      return;
    }
    failed[call.ordinal()]++;
    if (call == SyscallName.SOCKET || call == SyscallName.SOCKETPAIR) {
      failures.merge((int) -result, 1L, Long::sum);
    }
  }

  /** Calls counted. */
  public long calls() {
    return calls;
  }

  /** Notes an expectation that held. */
  public void met() {
    met++;
  }

  /** Notes an expectation that did not hold. */
  public void unmet(KernelReport.Unmet expectation) {
    unmet.add(expectation);
  }

  /** Notes that a call failed because a memory cgroup was full. */
  public void refused(
      Memcontrol.Refusal refusal, String task, SyscallName call, long result, long nowNs) {
    String cgroup = refusal.charged().path();
    String limit = refusal.over().path();
    String name = call.kernelName();
    int errno = (int) -result;
    refusals.merge(
        new RefusalKey(cgroup, limit, task, name, errno),
        new MemoryReport.Refusal(cgroup, limit, task, name, errno, 1, nowNs, nowNs),
        (before, one) ->
            new MemoryReport.Refusal(
                cgroup, limit, task, name, errno, before.count() + 1, before.firstNs(), nowNs));
  }

  /** Notes that a task was killed. */
  public void killed(Task task, String by, long nowNs) {
    killed.add(new MemoryReport.Killed(task.name(), task.pid(), task.cgroup().path(), by, nowNs));
  }

  /** What the tasks of a workload count together. */
  public LoadStats load(WorkloadSpec workload) {
    return loads.computeIfAbsent(
        workload.workload(), key -> new LoadStats(key, workload.kindName()));
  }

  /** Keeps what a line of the setup has printed. */
  public void output(KernelReport.Output output) {
    outputs.add(output);
  }

  /** Notes once that something is left out. */
  public void warn(String warning) {
    warnings.add(warning);
  }

  /** The report of the run up to now. */
  public KernelReport report(
      KernelModel model,
      MemorySeries series,
      String traceHash,
      long events,
      long lastEventNs,
      String crash) {
    List<KernelReport.Failure> byErrno = new ArrayList<>();
    failures.forEach((errno, count) -> byErrno.add(new KernelReport.Failure(errno, count)));
    Set<String> allWarnings = new LinkedHashSet<>(warnings);
    allWarnings.addAll(model.machine().leftOut());
    return new KernelReport(
        name,
        traceHash,
        events,
        calls,
        lastEventNs,
        model.machine().namespacesCreated(),
        model.machine().namespaceCount(),
        model.socketsCreated(),
        model.socketsOpen(),
        byErrno,
        results(),
        met,
        unmet,
        memory(model, series),
        List.copyOf(allWarnings),
        crash,
        outputs,
        loads.values().stream().flatMap(load -> load.reports().stream()).toList());
  }

  private List<KernelReport.CallCount> results() {
    Map<String, KernelReport.CallCount> byName = new TreeMap<>();
    notSimulated.forEach(
        (call, count) -> byName.put(call, new KernelReport.CallCount(call, 0, count)));
    if (succeeded != null && failed != null) {
      for (SyscallName call : SyscallName.values()) {
        long good = succeeded[call.ordinal()];
        long bad = failed[call.ordinal()];
        if (good + bad > 0) {
          byName.put(call.kernelName(), new KernelReport.CallCount(call.kernelName(), good, bad));
        }
      }
    }
    return List.copyOf(byName.values());
  }

  private MemoryReport memory(KernelModel model, MemorySeries series) {
    List<KernelReport.CgroupUse> uses = new ArrayList<>();
    model.cgroups().root().memcg().children().forEach(child -> addUse(child, uses));
    return new MemoryReport(
        uses, List.copyOf(refusals.values()), killed, series.cgroups(), series.socks());
  }

  private static void addUse(MemcgState memcg, List<KernelReport.CgroupUse> uses) {
    List<Long> events = new ArrayList<>();
    for (MemcgEvent event : MemcgEvent.values()) {
      events.add(memcg.events(event));
    }
    uses.add(
        new KernelReport.CgroupUse(
            memcg.shownPath(),
            memcg.currentBytes(),
            memcg.peakBytes(),
            memcg.limitBytes(),
            memcg.refused(),
            memcg.sockBytes(),
            memcg.kernelBytes(),
            events));
    memcg.children().forEach(child -> addUse(child, uses));
  }
}
