package org.netshard.cluster.lane;

import akka.actor.typed.DispatcherSelector;
import com.typesafe.config.Config;

/** The lanes that a cluster has, and which of them a kernel runs on. */
public final class Lanes {
  /** Lanes that {@code netshard-cluster.conf} has dispatchers for. */
  public static final int COUNT_MAX = 16;

  /** Key of the number of lanes. */
  public static final String COUNT = "netshard.lanes.count";

  private Lanes() {}

  /** Number of lanes, the same on all nodes of a cluster. */
  public static int count(Config config) {
    return config.getInt(COUNT);
  }

  /** The lane of a kernel: depends on its name and the number of lanes only. */
  public static int laneOf(String name, int count) {
    // Mixed, because shards are chosen by the plain hash code.
    return Math.floorMod((name.hashCode() * 0x9E3779B9) >>> 8, count);
  }

  /** Path of a lane's dispatcher in the settings. */
  public static String dispatcher(int lane) {
    if (lane < 0 || lane >= COUNT_MAX) {
      throw new IllegalArgumentException("no lane " + lane);
    }
    return "netshard.lanes.lane-" + lane;
  }

  /** What an actor of a lane is spawned with. */
  public static DispatcherSelector selector(int lane) {
    return DispatcherSelector.fromConfig(dispatcher(lane));
  }
}
