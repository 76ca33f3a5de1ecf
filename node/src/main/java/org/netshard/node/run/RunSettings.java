package org.netshard.node.run;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How the conductor runs simulations; section {@code netshard.run} of the settings.
 *
 * @param windowNs virtual length of a window
 * @param bootsMax kernels that may be booting at once
 * @param joinTimeout how long to wait for nodes
 * @param stallTimeout how long a node may take for a window before the run is given up
 */
record RunSettings(long windowNs, int bootsMax, Duration joinTimeout, Duration stallTimeout) {
  /** The settings of an actor system. */
  static RunSettings of(Config config) {
    Config run = config.getConfig("netshard.run");
    return new RunSettings(
        Math.max(1, run.getDuration("window").toNanos()),
        Math.max(1, run.getInt("max-booting")),
        run.getDuration("join-timeout"),
        run.getDuration("stall-timeout"));
  }
}
