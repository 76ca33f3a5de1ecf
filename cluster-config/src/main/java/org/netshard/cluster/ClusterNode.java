package org.netshard.cluster;

import akka.Done;
import akka.actor.Address;
import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.Cluster;
import akka.remote.RemoteTransportException;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.netshard.cluster.serialization.NetshardSerializer;
import org.netshard.cluster.serialization.WireRegistry;

/** A node of a cluster: an actor system with our settings, lanes and wire format. */
public final class ClusterNode {
  /** The name of every actor system; nodes of one cluster must have the same. */
  public static final String SYSTEM_NAME = NodeConfig.SYSTEM_NAME;

  private static final String CAPTURES_WITHIN = "netshard.captures.within";

  private ClusterNode() {}

  /**
   * Starts a node with the message registries of the class path; it joins its seed nodes or, if
   * there are none, itself.
   *
   * @throws BadConfig if the settings cannot be used or the port is taken
   * @throws IllegalStateException if the message registries contradict each other
   */
  public static <T> ActorSystem<T> start(Behavior<T> guardian, NodeSettings settings) {
    return start(guardian, settings, WireRegistry.load());
  }

  /**
   * Starts a node with the given registry.
   *
   * @throws BadConfig as {@link #start(Behavior, NodeSettings)}
   */
  public static <T> ActorSystem<T> start(
      Behavior<T> guardian, NodeSettings settings, WireRegistry registry) {
    Config config = NodeConfig.load(settings, registry);
    ActorSystemSetup setup =
        ActorSystemSetup.create(BootstrapSetup.create(config), NetshardSerializer.setup(registry));
    ActorSystem<T> system = create(guardian, setup, config);
    if (config.getStringList("akka.cluster.seed-nodes").isEmpty()) {
      Cluster cluster = cluster(system);
      cluster.join(cluster.selfAddress());
    }
    return system;
  }

  /**
   * The settings that a node would start with.
   *
   * @throws BadConfig as {@link #start(Behavior, NodeSettings)}
   */
  public static Config config(NodeSettings settings) {
    return NodeConfig.load(settings, WireRegistry.load());
  }

  private static <T> ActorSystem<T> create(
      Behavior<T> guardian, ActorSystemSetup setup, Config config) {
    try {
      return ActorSystem.create(guardian, SYSTEM_NAME, setup);
    } catch (RuntimeException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof ConfigException bad) {
          throw BadConfig.of(bad);
        }
        if (cause instanceof RemoteTransportException) {
          String where =
              config.getString("akka.remote.artery.canonical.hostname")
                  + ":"
                  + config.getInt("akka.remote.artery.canonical.port");
          throw new BadConfig(
              where, "cannot listen: " + reason(String.valueOf(cause.getMessage())), e);
        }
      }
      throw e;
    }
  }

  /** What the operating system said, out of what Akka says of it. */
  private static String reason(String message) {
    return message
        .replaceFirst("^.*Exception: ", "")
        .replaceFirst(", caused by: .*", "")
        .replaceFirst("^\\[[^]]*] ", "");
  }

  /** Ends well when the node is a member, badly when it was refused or removed before. */
  public static CompletionStage<Done> whenUp(ActorSystem<?> system) {
    CompletableFuture<Done> up = new CompletableFuture<>();
    Cluster cluster = cluster(system);
    cluster.registerOnMemberUp(() -> up.complete(Done.getInstance()));
    cluster.registerOnMemberRemoved(
        () ->
            up.completeExceptionally(
                new IllegalStateException(address(system) + " did not become a member")));
    return up;
  }

  /** Where other nodes reach this one, as {@code host:port}: what they name as seed node. */
  public static String address(ActorSystem<?> system) {
    Address address = cluster(system).selfAddress();
    return address.getHost().orElse("") + ":" + address.getPort().orElse(0);
  }

  private static Cluster cluster(ActorSystem<?> system) {
    return Cluster.get(Adapter.toClassic(system));
  }

  /** Folder of this node in which others may have captures of packets written; empty is none. */
  public static String capturesWithin(ActorSystem<?> system) {
    return system.settings().config().getString(CAPTURES_WITHIN);
  }
}
