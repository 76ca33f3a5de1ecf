package org.netshard.namespace.kernel;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.Cgroup;
import org.netshard.namespace.cgroup.CgroupTree;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SyscallName;

/** What a kernel counts of its own run, for the report. */
public final class RunLedger {
  private final String name;
  private long @Nullable [] succeeded;
  private long @Nullable [] failed;
  private final Map<Integer, Long> failures = new TreeMap<>();
  private final Set<String> warnings = new LinkedHashSet<>();
  private final List<KernelReport.Unmet> unmet = new ArrayList<>(0);
  private final List<KernelReport.Output> outputs = new ArrayList<>(0);
  private long calls;
  private long met;

  /** An empty ledger of the kernel with this name. */
  public RunLedger(String name) {
    this.name = name;
  }

  /** Counts a call. */
  public void count(SyscallName call, long result) {
    calls++;
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
      KernelModel model, String traceHash, long events, long lastEventNs, String crash) {
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
        cgroups(model.cgroups()),
        List.copyOf(allWarnings),
        crash,
        outputs);
  }

  private List<KernelReport.CallCount> results() {
    Map<String, KernelReport.CallCount> byName = new TreeMap<>();
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

  private static List<KernelReport.CgroupUse> cgroups(CgroupTree tree) {
    List<KernelReport.CgroupUse> uses = new ArrayList<>();
    for (Cgroup cgroup : tree.all()) {
      MemcgState own = cgroup.own();
      if (own != null && !own.isRoot()) {
        uses.add(
            new KernelReport.CgroupUse(
                cgroup.path(),
                own.currentBytes(),
                own.peakBytes(),
                own.limitBytes(),
                own.refused()));
      }
    }
    return uses;
  }
}
