package org.netshard.namespace.spec;

import java.util.List;

/**
 * What became of a workload in one kernel; several of the same name add up.
 *
 * @param name name of the workload in the scenario
 * @param kind its kind as scenarios name it
 * @param sent what was sent or asked for
 * @param received what arrived, was answered or made
 * @param bytes bytes of data received
 * @param errors calls that failed
 * @param latencies how long each took, in the order of their values
 * @param slotShift a slot is {@code 2^slotShift} virtual nanoseconds
 * @param firstSlot number of the first slot, counted from virtual time 0
 * @param slots what was received over time, from the first slot to the last that got something
 */
public record WorkloadReport(
    String name,
    String kind,
    long sent,
    long received,
    long bytes,
    List<CallErrors> errors,
    List<Bucket> latencies,
    int slotShift,
    long firstSlot,
    List<Slot> slots) {
  public WorkloadReport {
    errors = List.copyOf(errors);
    latencies = List.copyOf(latencies);
    slots = List.copyOf(slots);
  }

  /**
   * Calls of one kind that failed alike.
   *
   * @param call name of the call
   * @param errno positive errno
   * @param count how often
   */
  public record CallErrors(String call, int errno, long count) {}

  /**
   * Latencies that are told apart no further.
   *
   * @param valueNs the least of them, virtual nanoseconds
   * @param count how many
   */
  public record Bucket(long valueNs, long count) {}

  /**
   * What was received in a part of the time.
   *
   * @param messages how many messages
   * @param bytes their bytes
   */
  public record Slot(long messages, long bytes) {}
}
