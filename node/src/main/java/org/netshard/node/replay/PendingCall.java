package org.netshard.node.replay;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.net.NetState;
import org.netshard.node.strace.StraceEvent;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.cred.Cred;

/** A call of a log that has begun in the simulation and is not over. */
final class PendingCall {
  private final StraceEvent.Call recorded;
  private final LogProcess process;
  private final @Nullable Before before;
  private final @Nullable Syscall made;
  private final @Nullable Object target;
  private List<RecordedReadiness.Ready> files = List.of();
  private boolean filesAreReady;
  private boolean stuck;
  private boolean again;
  private boolean last;

  /** Who and where a task was before a call that can change it. */
  record Before(Cred cred, NetState net) {}

  /**
   * A call.
   *
   * @param recorded what the log says of it
   * @param process who makes it
   * @param made the call as the simulation makes it; null if it is not simulated
   * @param before how its task was; null if the call does not change it
   * @param target what its descriptor led to; null if there is none
   */
  PendingCall(
      StraceEvent.Call recorded,
      LogProcess process,
      @Nullable Syscall made,
      @Nullable Before before,
      @Nullable Object target) {
    this.recorded = recorded;
    this.process = process;
    this.made = made;
    this.before = before;
    this.target = target;
  }

  StraceEvent.Call recorded() {
    return recorded;
  }

  LogProcess process() {
    return process;
  }

  @Nullable Before before() {
    return before;
  }

  /** The call as it is made, on memory of its own; null if it is not simulated. */
  @Nullable Syscall made() {
    return made;
  }

  /** Line of the log on which it is over. */
  int endLine() {
    return LogOrder.endLine(recorded);
  }

  /** Whether nothing was left in the simulation that could have ended it. */
  boolean stuck() {
    return stuck;
  }

  /** What its descriptor led to when it began, or null. */
  @Nullable Object target() {
    return target;
  }

  /** Sets which recorded files are ready when it ends. */
  void setFiles(List<RecordedReadiness.Ready> ready) {
    files = ready;
  }

  /** Whether it waits for recorded files that are ready at its end. */
  boolean waitsForFiles() {
    return !filesAreReady && !files.isEmpty();
  }

  /** Makes these files ready. */
  void readyFiles() {
    filesAreReady = true;
    files.forEach(ready -> ready.file().setReady(ready.mask()));
  }

  /** Makes them ready no more, as the call is over. */
  void leaveFiles() {
    if (filesAreReady) {
      files.forEach(ready -> ready.file().setReady(0));
    }
  }

  /** Whether it has failed for now, and is to be made again. */
  boolean again() {
    return again;
  }

  /** Whether it may fail for now no more. */
  boolean last() {
    return last;
  }

  void setLast() {
    last = true;
  }

  void setAgain(boolean newAgain) {
    again = newAgain;
  }

  void setStuck() {
    stuck = true;
  }
}
