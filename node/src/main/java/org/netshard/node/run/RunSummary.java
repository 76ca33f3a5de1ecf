package org.netshard.node.run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.MemoryReport;
import org.netshard.namespace.spec.WorkloadReport;
import org.netshard.protocol.abi.Errno;

/** What all kernels of a run did, put together; the order in which reports come is of no effect. */
public final class RunSummary {
  /** Unmet expectations, cgroups and crashes that are kept one by one; the rest is counted. */
  static final int KEPT_MAX = 100_000;

  /** Samples over time that are kept, of all kernels together. */
  private static final int SAMPLES_MAX = 1_000_000;

  private final TreeMap<String, String> hashes = new TreeMap<>();
  private final TreeMap<Integer, Long> failures = new TreeMap<>();
  private final TreeMap<String, CallTotal> calls = new TreeMap<>();
  private final TreeMap<String, Warning> warnings = new TreeMap<>();
  private final List<Of<KernelReport.Unmet>> unmet = new ArrayList<>();
  private final List<Of<KernelReport.CgroupUse>> cgroups = new ArrayList<>();
  private final List<Of<MemoryReport.Refusal>> refusals = new ArrayList<>();
  private final List<Of<MemoryReport.Killed>> killed = new ArrayList<>();
  private final List<Of<MemoryReport.CgroupSample>> cgroupSamples = new ArrayList<>();
  private final List<Of<MemoryReport.SockSample>> sockSamples = new ArrayList<>();
  private final List<Of<KernelReport.Output>> outputs = new ArrayList<>();
  private final TreeMap<String, String> crashes = new TreeMap<>();
  private final TreeMap<String, WorkloadTotal> workloads = new TreeMap<>();
  private long events;
  private long callCount;
  private long lastEventNs;
  private long namespacesCreated;
  private long namespacesAlive;
  private long socketsCreated;
  private long socketsOpen;
  private long expectationsMet;
  private long expectationsFailed;

  /**
   * Something of one kernel.
   *
   * @param kernel name of the kernel
   * @param what what it is
   */
  public record Of<T>(String kernel, T what) {}

  /**
   * How often a call was made.
   *
   * @param succeeded results of 0 and above
   * @param failed errors
   */
  public record CallTotal(long succeeded, long failed) {}

  /**
   * A warning.
   *
   * @param text what it says
   * @param kernels how many kernels gave it
   */
  public record Warning(String text, long kernels) {}

  /** Adds a report, or a part of one. */
  void add(KernelReport report) {
    if (ReportParts.isFirst(report)) {
      addNumbers(report);
    }
    expectationsFailed += report.expectationsFailed().size();
    for (KernelReport.Unmet one : report.expectationsFailed()) {
      if (unmet.size() < KEPT_MAX) {
        unmet.add(new Of<>(report.name(), one));
      }
    }
    MemoryReport memory = report.memory();
    keep(report, memory.cgroups(), cgroups, KEPT_MAX);
    keep(report, memory.refusals(), refusals, KEPT_MAX);
    keep(report, memory.killed(), killed, KEPT_MAX);
    keep(report, memory.cgroupSamples(), cgroupSamples, SAMPLES_MAX);
    keep(report, memory.sockSamples(), sockSamples, SAMPLES_MAX);
    keep(report, report.outputs(), outputs, KEPT_MAX);
    for (WorkloadReport workload : report.workloads()) {
      workloads
          .computeIfAbsent(workload.name(), key -> new WorkloadTotal(key, workload.kind()))
          .add(workload);
    }
    for (String text : report.warnings()) {
      warnings.merge(
          text, new Warning(text, 1), (a, b) -> new Warning(text, a.kernels() + b.kernels()));
    }
  }

  private static <T> void keep(KernelReport report, List<T> all, List<Of<T>> kept, int max) {
    for (T one : all) {
      if (kept.size() < max) {
        kept.add(new Of<>(report.name(), one));
      }
    }
  }

  private void addNumbers(KernelReport report) {
    hashes.put(report.name(), report.traceHash());
    events += report.events();
    callCount += report.calls();
    lastEventNs = Math.max(lastEventNs, report.lastEventNs());
    namespacesCreated += report.namespacesCreated();
    namespacesAlive += report.namespacesAlive();
    socketsCreated += report.socketsCreated();
    socketsOpen += report.socketsOpen();
    expectationsMet += report.expectationsMet();
    for (KernelReport.Failure failure : report.failures()) {
      failures.merge(failure.errno(), failure.count(), Long::sum);
    }
    for (KernelReport.CallCount count : report.results()) {
      calls.merge(
          count.call(),
          new CallTotal(count.succeeded(), count.failed()),
          (a, b) -> new CallTotal(a.succeeded() + b.succeeded(), a.failed() + b.failed()));
    }
    if (!report.crash().isEmpty()) {
      crashes.put(report.name(), report.crash());
    }
  }

  /** SHA-256 over the names and hashes of all kernels in the order of their names. */
  public String traceHash() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      hashes.forEach(
          (name, hash) ->
              digest.update((name + " " + hash + "\n").getBytes(StandardCharsets.UTF_8)));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How many kernels reported. */
  public int kernels() {
    return hashes.size();
  }

  /** Events handled. */
  public long events() {
    return events;
  }

  /** Calls answered. */
  public long calls() {
    return callCount;
  }

  /** Virtual time of the last event. */
  public long lastEventNs() {
    return lastEventNs;
  }

  /** Namespaces made, initial ones included. */
  public long namespacesCreated() {
    return namespacesCreated;
  }

  /** Namespaces at the end. */
  public long namespacesAlive() {
    return namespacesAlive;
  }

  /** Sockets that calls made. */
  public long socketsCreated() {
    return socketsCreated;
  }

  /** Sockets at the end. */
  public long socketsOpen() {
    return socketsOpen;
  }

  /** How often making a socket failed, by name of the error in the order of the numbers. */
  public Map<String, Long> failures() {
    Map<String, Long> named = new LinkedHashMap<>();
    failures.forEach((errno, count) -> named.put(Errno.resultText(-errno), count));
    return named;
  }

  /** Calls by name. */
  public Map<String, CallTotal> callsByName() {
    return calls;
  }

  /** Workloads in the order of their names. */
  public Collection<WorkloadTotal> workloads() {
    return Collections.unmodifiableCollection(workloads.values());
  }

  /** Expectations that held. */
  public long expectationsMet() {
    return expectationsMet;
  }

  /** How many expectations did not hold. */
  public long expectationsFailed() {
    return expectationsFailed;
  }

  /** The expectations that did not hold, in the order of kernels, tasks' names and time. */
  public List<Of<KernelReport.Unmet>> unmet() {
    return unmet.stream()
        .sorted(
            Comparator.comparing((Of<KernelReport.Unmet> one) -> one.kernel())
                .thenComparing(one -> one.what().atNs())
                .thenComparing(one -> one.what().task()))
        .toList();
  }

  /** Cgroups in the order of kernels and paths. */
  public List<Of<KernelReport.CgroupUse>> cgroups() {
    return cgroups.stream()
        .sorted(
            Comparator.comparing((Of<KernelReport.CgroupUse> one) -> one.kernel())
                .thenComparing(one -> one.what().path()))
        .toList();
  }

  /** Calls that failed for want of memory, in the order of kernels, cgroups and time. */
  public List<Of<MemoryReport.Refusal>> refusals() {
    return refusals.stream()
        .sorted(
            Comparator.comparing((Of<MemoryReport.Refusal> one) -> one.kernel())
                .thenComparing(one -> one.what().cgroup())
                .thenComparing(one -> one.what().firstNs()))
        .toList();
  }

  /** Tasks that the OOM killer ended, in the order of time and kernels. */
  public List<Of<MemoryReport.Killed>> killed() {
    return killed.stream()
        .sorted(
            Comparator.comparing((Of<MemoryReport.Killed> one) -> one.what().atNs())
                .thenComparing(one -> one.kernel()))
        .toList();
  }

  /** Samples of cgroups, in the order of time and kernels. */
  public List<Of<MemoryReport.CgroupSample>> cgroupSamples() {
    return cgroupSamples.stream()
        .sorted(
            Comparator.comparing((Of<MemoryReport.CgroupSample> one) -> one.what().atNs())
                .thenComparing(one -> one.kernel()))
        .toList();
  }

  /** Samples of sockets, in the order of time and kernels. */
  public List<Of<MemoryReport.SockSample>> sockSamples() {
    return sockSamples.stream()
        .sorted(
            Comparator.comparing((Of<MemoryReport.SockSample> one) -> one.what().atNs())
                .thenComparing(one -> one.kernel()))
        .toList();
  }

  /** Whether there were more samples than are kept. */
  public boolean samplesCut() {
    return cgroupSamples.size() == SAMPLES_MAX || sockSamples.size() == SAMPLES_MAX;
  }

  /** What lines of setups have printed, in the order of kernels and time. */
  public List<Of<KernelReport.Output>> outputs() {
    return outputs.stream()
        .sorted(Comparator.comparing((Of<KernelReport.Output> one) -> one.kernel()))
        .toList();
  }

  /** Warnings, each once, in alphabetical order. */
  public List<Warning> warnings() {
    return List.copyOf(warnings.values());
  }

  /** The event in which a bug stopped a kernel, by name of the kernel. */
  public Map<String, String> crashes() {
    return crashes;
  }
}
