package org.netshard.node.run;

/** Who is told how far a run is; called from another thread than the one that waits for it. */
@FunctionalInterface
public interface RunListener {
  /**
   * The run has come this far.
   *
   * @param booted kernels that have booted
   * @param virtualNs virtual time reached
   * @param events events handled
   * @param calls calls answered
   */
  void progress(int booted, long virtualNs, long events, long calls);
}
