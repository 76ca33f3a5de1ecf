package org.netshard.protocol.memcg;

/**
 * How an allocation may be made: whether it may wait, and whether it may fail.
 *
 * <p><b>Source:</b> {@code include/linux/gfp_types.h}.
 */
public enum Gfp {
  /** {@code GFP_KERNEL}: in a task; reclaims, and calls the OOM killer before it fails. */
  KERNEL(true, false, false, false),
  /** {@code GFP_KERNEL | __GFP_RETRY_MAYFAIL}: as above, without the OOM killer. */
  KERNEL_RETRY_MAYFAIL(true, false, false, true),
  /** {@code GFP_KERNEL | __GFP_NOFAIL}: reclaims, then goes over the limit. */
  KERNEL_NOFAIL(true, false, true, false),
  /** {@code GFP_ATOMIC}: in a softirq; never waits, and has {@code __GFP_HIGH}. */
  ATOMIC(false, true, false, false),
  /** {@code GFP_ATOMIC | __GFP_NOFAIL}. */
  ATOMIC_NOFAIL(false, true, true, false),
  /** {@code GFP_NOWAIT}: never waits, and fails at the limit. */
  NOWAIT(false, false, false, false);

  private final boolean blocking;
  private final boolean high;
  private final boolean noFail;
  private final boolean retryMayFail;

  Gfp(boolean blocking, boolean high, boolean noFail, boolean retryMayFail) {
    this.blocking = blocking;
    this.high = high;
    this.noFail = noFail;
    this.retryMayFail = retryMayFail;
  }

  /** Whether it may wait for reclaim ({@code gfpflags_allow_blocking}); only a task can. */
  public boolean blocking() {
    return blocking;
  }

  /** {@code __GFP_HIGH}: may go over a memory cgroup's limit. */
  public boolean high() {
    return high;
  }

  /** {@code __GFP_NOFAIL}. */
  public boolean noFail() {
    return noFail;
  }

  /** {@code __GFP_RETRY_MAYFAIL}: fails instead of calling the OOM killer. */
  public boolean retryMayFail() {
    return retryMayFail;
  }

  /** The same, but it must not fail. */
  public Gfp withNoFail() {
    return blocking ? KERNEL_NOFAIL : ATOMIC_NOFAIL;
  }
}
