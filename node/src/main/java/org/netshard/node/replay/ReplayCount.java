package org.netshard.node.replay;

/** How many calls of one name were the same, differed, or were not simulated. */
public final class ReplayCount {
  private long same;
  private long different;
  private long notSimulated;
  private long timing;

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

  void add(ReplayCount other) {
    same += other.same;
    different += other.different;
    notSimulated += other.notSimulated;
    timing += other.timing;
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

  /** All of them. */
  public long calls() {
    return same + different + notSimulated + timing;
  }
}
