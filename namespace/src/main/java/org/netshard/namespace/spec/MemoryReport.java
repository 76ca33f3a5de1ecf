package org.netshard.namespace.spec;

import java.util.List;
import org.netshard.namespace.spec.KernelReport.CgroupUse;

/**
 * What became of the memory of one kernel.
 *
 * @param cgroups memory of each cgroup, removed ones that socks hold included
 * @param refusals calls that failed for want of memory
 * @param killed tasks that were killed, in order
 * @param cgroupSamples memory of cgroups over time
 * @param sockSamples memory of socks over time
 */
public record MemoryReport(
    List<CgroupUse> cgroups,
    List<Refusal> refusals,
    List<Killed> killed,
    List<CgroupSample> cgroupSamples,
    List<SockSample> sockSamples) {
  /** Nothing. */
  public static final MemoryReport EMPTY =
      new MemoryReport(List.of(), List.of(), List.of(), List.of(), List.of());

  public MemoryReport {
    cgroups = List.copyOf(cgroups);
    refusals = List.copyOf(refusals);
    killed = List.copyOf(killed);
    cgroupSamples = List.copyOf(cgroupSamples);
    sockSamples = List.copyOf(sockSamples);
  }

  /**
   * Calls of one kind that failed because a memory cgroup was full.
   *
   * @param cgroup the cgroup that was to be charged
   * @param limit the one whose limit was in the way: the same or one above it
   * @param task the task
   * @param call name of the call
   * @param errno positive errno that it got
   * @param count how often
   * @param firstNs virtual time of the first one
   * @param lastNs virtual time of the last one
   */
  public record Refusal(
      String cgroup,
      String limit,
      String task,
      String call,
      int errno,
      long count,
      long firstNs,
      long lastNs) {}

  /**
   * A task that was killed.
   *
   * @param task its name
   * @param pid its number
   * @param cgroup its cgroup
   * @param by who did it: the OOM killer, or {@code cgroup.kill}
   * @param atNs virtual time
   */
  public record Killed(String task, int pid, String cgroup, String by, long atNs) {}

  /**
   * Memory of a cgroup at one moment; there is a sample when something changed since the last one.
   *
   * @param atNs virtual time
   * @param path its path
   * @param currentBytes charged
   * @param sockBytes of socket buffers
   * @param kernelBytes of kernel objects
   * @param maxEvents times that a limit was in the way so far
   */
  public record CgroupSample(
      long atNs,
      String path,
      long currentBytes,
      long sockBytes,
      long kernelBytes,
      long maxEvents) {}

  /**
   * What sockstat says of the whole machine at one moment.
   *
   * @param atNs virtual time
   * @param used open sockets
   * @param tcpAllocated TCP socks
   * @param tcpOrphans those that no file refers to
   * @param tcpPages pages of TCP's buffers
   * @param udpPages pages of UDP's buffers
   */
  public record SockSample(
      long atNs, long used, long tcpAllocated, long tcpOrphans, long tcpPages, long udpPages) {}
}
