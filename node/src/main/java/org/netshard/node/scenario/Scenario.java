package org.netshard.node.scenario;

import java.util.List;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.Observe;

/** What to simulate: every kernel with all that is in it. */
public final class Scenario {
  private final String file;
  private final long seed;
  private final long horizonNs;
  private final List<KernelPlan> kernels;
  private final Observe observe;

  Scenario(String file, long seed, long horizonNs, List<KernelPlan> kernels) {
    this(file, seed, horizonNs, kernels, Observe.NOTHING);
  }

  private Scenario(
      String file, long seed, long horizonNs, List<KernelPlan> kernels, Observe observe) {
    this.file = file;
    this.seed = seed;
    this.horizonNs = horizonNs;
    this.kernels = List.copyOf(kernels);
    this.observe = observe;
  }

  /** The file as the user named it. */
  public String file() {
    return file;
  }

  /** The seed of everything random. */
  public long seed() {
    return seed;
  }

  /** Virtual time of the end in nanoseconds; {@link Long#MAX_VALUE} for none. */
  public long horizonNs() {
    return horizonNs;
  }

  /** How many kernels there are. */
  public int kernelCount() {
    return kernels.size();
  }

  /** One kernel; specs are made when asked for, as there may be many. */
  public KernelSpec kernel(int index) {
    return kernels.get(index).spec(seed).observed(observe);
  }

  /** The same scenario with another seed. */
  public Scenario withSeed(long newSeed) {
    return new Scenario(file, newSeed, horizonNs, kernels, observe);
  }

  /** The same scenario, with its kernels watched so. */
  public Scenario observed(Observe how) {
    return new Scenario(file, seed, horizonNs, kernels, how);
  }
}
