package org.netshard.namespace.kernel;

import java.nio.charset.StandardCharsets;

/**
 * The seed of a kernel, derived from that of the run and the kernel's stable name, so that it is
 * the same on whichever node the kernel runs.
 */
public final class KernelSeed {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private KernelSeed() {}

  /** The seed of one kernel of a run. */
  public static long of(long runSeed, String name) {
    long hash = FNV_OFFSET;
    for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (octet & 0xff)) * FNV_PRIME;
    }
    return hash ^ runSeed * 0x9e3779b97f4a7c15L;
  }
}
