package org.netshard.protocol.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.memcg.Charged;

/**
 * How far a call is that has to wait.
 *
 * <p>A call that cannot go on joins a {@link WaitQueue} and returns {@link #WAIT}; when it is
 * woken, or its time is over, it is made again, and finds here what it has done already. So a
 * protocol is written as functions that never block, in the order of the loops that block in Linux.
 */
public abstract class Progress implements Waiter {
  /** The call has no result yet: its task sleeps. No result of a call is this number. */
  public static final int WAIT = Integer.MIN_VALUE;

  /** A signal came: the call is made again if the handler has SA_RESTART, else it is EINTR. */
  public static final int ERESTARTSYS = -512;

  /** A signal came: the call is made again if no handler was called, else it is EINTR. */
  public static final int ERESTARTNOHAND = -514;

  /** The same, for a call that then waits for what is left of its time. */
  public static final int ERESTART_RESTARTBLOCK = -516;

  private static final long NS_PER_JIFFY = 1_000_000_000L / SocketOptions.HZ;
  private static final long FOREVER = Long.MAX_VALUE;
  private static final int ANY_KEY = -1;

  private int done;
  private @Nullable Object state;
  private final List<WaitQueue> queues = new ArrayList<>(1);
  private long deadlineNs = FOREVER;
  private int keys = ANY_KEY;
  private boolean slept;
  private boolean interrupted;
  private boolean yielding;
  private boolean yieldingTwice;
  private int messages;
  private long endNs = FOREVER;

  /** What a call keeps while it sleeps and must give back if it is never made again. */
  public interface Kept {
    /** Gives it back. */
    void drop(Machine machine);

    /** Files of which it has a reference. */
    List<PassedFile> files();

    /** Tells the ledger of all that somebody pays for. */
    void tell(Charged charged);
  }

  /** Forgets all, for the next call. */
  public final void reset() {
    nextMessage();
    messages = 0;
    endNs = FOREVER;
    interrupted = false;
  }

  /** When a call of several messages takes no more; the first asked for counts. */
  public final long endNs(long first) {
    if (endNs == FOREVER) {
      endNs = first;
    }
    return endNs;
  }

  /** The call goes on with its next message, of which nothing is done. */
  public final void nextMessage() {
    messages++;
    done = 0;
    state = null;
    deadlineNs = FOREVER;
    slept = false;
    yielding = false;
    yieldingTwice = false;
    keys = ANY_KEY;
  }

  /** How many messages are done already. */
  public final int messages() {
    return messages;
  }

  /** How many bytes, or messages, are done already. */
  public final int done() {
    return done;
  }

  /** Says how much is done. */
  public final void setDone(int newDone) {
    done = newDone;
  }

  /** What else the call has kept, or null. */
  public final @Nullable Object state() {
    return state;
  }

  /** Keeps something until the call is made again. */
  public final void setState(@Nullable Object newState) {
    state = newState;
  }

  /** Whether the call has slept already. */
  public final boolean slept() {
    return slept;
  }

  /** When the call stops waiting, virtual nanoseconds; the largest number is never. */
  public final long deadlineNs() {
    return deadlineNs;
  }

  /** Whether a signal is there for the task ({@code signal_pending}). */
  public final boolean interrupted() {
    return interrupted;
  }

  /** A signal has come. */
  public final void interrupt() {
    interrupted = true;
  }

  /** The call goes on after a signal that has not ended it. */
  public final void clearInterrupt() {
    interrupted = false;
  }

  /**
   * Whether there is time left to wait.
   *
   * @param timeoutJiffies how long the whole call may wait; 0 is not at all
   * @param nowNs virtual time
   */
  public final boolean mayWait(long timeoutJiffies, long nowNs) {
    return slept ? nowNs < deadlineNs : timeoutJiffies != 0;
  }

  /**
   * Sleeps in a queue.
   *
   * @param exclusive whether it takes for itself what it waits for, which can then be read
   * @param timeoutJiffies how long the whole call may wait; counts at the first sleep
   * @param nowNs virtual time
   * @return {@link #WAIT}
   */
  public final int sleep(WaitQueue queue, boolean exclusive, long timeoutJiffies, long nowNs) {
    keys = exclusive ? Poll.IN | Poll.ERR : ANY_KEY;
    return sleep(queue, timeoutJiffies, nowNs, exclusive);
  }

  /**
   * Sleeps in a queue for room that it takes for itself, by whatever it is woken.
   *
   * @param timeoutJiffies how long the whole call may wait; counts at the first sleep
   * @param nowNs virtual time
   * @return {@link #WAIT}
   */
  public final int sleepForRoom(WaitQueue queue, long timeoutJiffies, long nowNs) {
    keys = ANY_KEY;
    return sleep(queue, timeoutJiffies, nowNs, true);
  }

  private int sleep(WaitQueue queue, long timeoutJiffies, long nowNs, boolean exclusive) {
    boolean forever = timeoutJiffies == SkRare.MAX_SCHEDULE_TIMEOUT;
    sleepUntil(forever ? FOREVER : nowNs + timeoutJiffies * NS_PER_JIFFY);
    join(queue, exclusive);
    return WAIT;
  }

  /** Joins one of several queues, from which it wants to be woken. */
  public final void join(WaitQueue queue, boolean exclusive) {
    if (exclusive) {
      queue.addExclusive(this);
    } else {
      queue.add(this);
    }
    queues.add(queue);
  }

  /** Leaves all queues ({@code finish_wait}). */
  public final void leaveQueues() {
    for (int i = 0; i < queues.size(); i++) {
      queues.get(i).remove(this);
    }
    queues.clear();
  }

  @Override
  public final boolean wake(int key) {
    if (key != 0 && (key & keys) == 0) {
      return false;
    }
    leaveQueues();
    woken();
    return true;
  }

  /** The call is to be made again. */
  protected abstract void woken();

  /**
   * Sleeps until a moment, or until it is woken from a queue that it has joined.
   *
   * @param untilNs virtual time, or the largest number for never
   * @return {@link #WAIT}
   */
  public final int sleepUntil(long untilNs) {
    if (!slept) {
      slept = true;
      deadlineNs = untilNs;
    }
    return WAIT;
  }

  /** Whether others may run in the midst of the call: its task is one that can sleep. */
  public boolean mayYield() {
    return false;
  }

  /**
   * Lets happen what is due at this moment, as softirqs do when they are let in again ({@code
   * local_bh_enable}); then the call is made again. Nothing wakes it before, and it has not slept.
   *
   * @return {@link #WAIT}
   */
  public final int yieldNow() {
    yielding = true;
    return WAIT;
  }

  /** The same, and lets also happen what that causes at this moment: packets that are answers. */
  public final int yieldTwice() {
    yieldingTwice = true;
    return yieldNow();
  }

  /** Whether the call has not ended, but lets others run first. */
  public final boolean isYielding() {
    return yielding;
  }

  /** The others have their turn now; whether the call had let them. */
  protected final boolean takeYield() {
    boolean was = yielding;
    yielding = false;
    return was;
  }

  /** Whether they have a second one. */
  protected final boolean takeSecondYield() {
    boolean was = yieldingTwice;
    yieldingTwice = false;
    return was;
  }
}
