package org.netshard.node.replay;

/** How many calls of one name were the same, differed, or were not simulated. */
public final class ReplayCount {
  private long same;
  private long different;
  private long notSimulated;
  private long timing;
  private long recorded;

  void addSame() {
    same++;
  }

  void addDifferent() {
    different++;
  }

  void addNotSimulated() {
    notSimulated++;
  }

  void addTiming() {
    timing++;
  }

  void addRecorded() {
    recorded++;
  }

  void add(ReplayCount other) {
    same += other.same;
    different += other.different;
    notSimulated += other.notSimulated;
    timing += other.timing;
    recorded += other.recorded;
  }

  /** Calls with the recorded result. */
  public long same() {
    return same;
  }

  /** Calls with another result. */
  public long different() {
    return different;
  }

  /** Calls that the kernel does not simulate. */
  public long notSimulated() {
    return notSimulated;
  }

  /** Calls whose result is right at another moment of the log. */
  public long timing() {
    return timing;
  }

  /** Calls about files of the recording machine, which only the log can answer. */
  public long recorded() {
    return recorded;
  }

  /** All of them. */
  public long calls() {
    return same + different + notSimulated + timing + recorded;
  }
}
