package org.netshard.cluster.serialization;

import com.typesafe.config.Config;

/**
 * Bounds of what is read and written.
 *
 * @param messageBytesMax size of a whole message in bytes
 * @param depthMax how deep values may lie in one another
 */
public record WireLimits(int messageBytesMax, int depthMax) {
  /** The bounds that {@code netshard-cluster.conf} has by default. */
  public static final WireLimits DEFAULT = new WireLimits(512 * 1024, 32);

  /** Refuses what is not positive or would not leave the JVM room. */
  public WireLimits {
    if (messageBytesMax < 64 || messageBytesMax > 64 * 1024 * 1024) {
      throw new IllegalArgumentException(
          "netshard.wire.max-message-bytes must be 64 B to 64 MiB, not " + messageBytesMax);
    }
    if (depthMax < 1 || depthMax > 256) {
      throw new IllegalArgumentException(
          "netshard.wire.max-depth must be 1 to 256, not " + depthMax);
    }
  }

  /** The bounds of an actor system's settings. */
  public static WireLimits of(Config config) {
    return new WireLimits(
        (int) Math.min(config.getBytes("netshard.wire.max-message-bytes"), Integer.MAX_VALUE),
        config.getInt("netshard.wire.max-depth"));
  }
}
