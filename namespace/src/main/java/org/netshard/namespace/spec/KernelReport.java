package org.netshard.namespace.spec;

import java.util.List;

/**
 * What one kernel did in a run.
 *
 * @param name the kernel
 * @param traceHash SHA-256, in hexadecimal, of its events and results in order
 * @param events events handled
 * @param calls system calls answered
 * @param lastEventNs virtual time of its last event
 * @param namespacesCreated network namespaces made, the initial one included
 * @param namespacesAlive network namespaces at the end
 * @param socketsCreated sockets that calls made
 * @param socketsOpen sockets at the end
 * @param failures calls that make sockets and failed, by errno, in the order of their numbers
 * @param results calls and results by name, in alphabetical order
 * @param expectationsMet expectations that held
 * @param expectationsFailed those that did not
 * @param memory what became of its memory
 * @param warnings what was left out, each once
 * @param crash the event in which a bug stopped the kernel; empty if none did
 * @param outputs what lines of its setup have printed, in order
 * @param workloads what became of its workloads, those of one name one after the other
 */
public record KernelReport(
    String name,
    String traceHash,
    long events,
    long calls,
    long lastEventNs,
    long namespacesCreated,
    long namespacesAlive,
    long socketsCreated,
    long socketsOpen,
    List<Failure> failures,
    List<CallCount> results,
    long expectationsMet,
    List<Unmet> expectationsFailed,
    MemoryReport memory,
    List<String> warnings,
    String crash,
    List<Output> outputs,
    List<WorkloadReport> workloads) {
  public KernelReport {
    failures = List.copyOf(failures);
    results = List.copyOf(results);
    expectationsFailed = List.copyOf(expectationsFailed);
    warnings = List.copyOf(warnings);
    outputs = List.copyOf(outputs);
    workloads = List.copyOf(workloads);
  }

  /** Memory of each cgroup. */
  public List<CgroupUse> cgroups() {
    return memory.cgroups();
  }

  /**
   * What a line of the setup has printed.
   *
   * @param place file, line and column
   * @param line what was done, such as {@code cat /proc/1/cgroup}
   * @param text what it printed
   * @param atNs virtual time
   */
  public record Output(String place, String line, String text, long atNs) {}

  /**
   * How often making a socket failed with one errno.
   *
   * @param errno positive errno
   * @param count how often
   */
  public record Failure(int errno, long count) {}

  /**
   * How often a call was made.
   *
   * @param call its name
   * @param succeeded results of 0 and above
   * @param failed errors
   */
  public record CallCount(String call, long succeeded, long failed) {}

  /**
   * A result that was not the expected one.
   *
   * @param place file, line and column
   * @param task the task
   * @param text the call as the user wrote it
   * @param expected expected result as text
   * @param actual result as text
   * @param atNs virtual time
   */
  public record Unmet(
      String place, String task, String text, String expected, String actual, long atNs) {}

  /**
   * Memory of one cgroup at the end.
   *
   * @param path its path
   * @param currentBytes charged now
   * @param peakBytes most ever charged
   * @param limitBytes limit
   * @param refused charges for it that failed
   * @param sockBytes of socket buffers, here and below
   * @param kernelBytes of kernel objects, here and below
   * @param events how often each event of {@code memory.events} happened, in its order
   */
  public record CgroupUse(
      String path,
      long currentBytes,
      long peakBytes,
      long limitBytes,
      long refused,
      long sockBytes,
      long kernelBytes,
      List<Long> events) {
    public CgroupUse {
      events = List.copyOf(events);
    }
  }
}
