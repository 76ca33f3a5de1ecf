package org.netshard.cluster.lane;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.util.concurrent.ThreadFactory;

/**
 * What Akka makes a lane's executor with: named as {@code executor} in a dispatcher's settings.
 *
 * <p>The dispatcher's key {@code lane} is the lane's number; {@code netshard.lanes.threads} of the
 * actor system is the number of threads, or {@code auto} for one per core.
 */
public final class LaneExecutorConfigurator extends ExecutorServiceConfigurator {
  private static final String THREADS = "netshard.lanes.threads";

  private final int lane;
  private final LaneThreads threads;

  /** Called by Akka, by reflection, once per dispatcher. */
  public LaneExecutorConfigurator(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
    lane = config.getInt("lane");
    if (lane < 0) {
      throw new ConfigException.BadValue(config.origin(), "lane", "must not be negative");
    }
    threads =
        LaneThreads.of(prerequisites.eventStream(), threadCount(prerequisites.settings().config()));
  }

  /** Number of lane threads that these settings ask for. */
  public static int threadCount(Config config) {
    if (!config.hasPath(THREADS) || config.getString(THREADS).equals("auto")) {
      return Runtime.getRuntime().availableProcessors();
    }
    int count = config.getInt(THREADS);
    if (count < 1 || count > 1024) {
      throw new ConfigException.BadValue(
          config.getValue(THREADS).origin(), THREADS, "must be auto or 1 to 1024, not " + count);
    }
    return count;
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(
      String id, ThreadFactory threadFactory) {
    return () -> threads.executor(lane, threadFactory);
  }
}
