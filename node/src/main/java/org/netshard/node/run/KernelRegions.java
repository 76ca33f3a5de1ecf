package org.netshard.node.run;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import java.util.ArrayList;
import java.util.List;
import org.netshard.cluster.ClusterNode;
import org.netshard.cluster.lane.Lanes;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.protocol.actor.KernelMessage;

/** The ways to the kernels of a cluster: one kind of sharded entity for each lane. */
final class KernelRegions {
  private final List<ActorRef<ShardingEnvelope<KernelMessage>>> byLane;

  private KernelRegions(List<ActorRef<ShardingEnvelope<KernelMessage>>> byLane) {
    this.byLane = List.copyOf(byLane);
  }

  /**
   * Lets a node have kernels.
   *
   * @param system the node
   * @param factory makes kernels
   * @param clock the node's clock
   */
  static KernelRegions start(ActorSystem<?> system, KernelFactory factory, ActorRef<Object> clock) {
    ClusterSharding sharding = ClusterSharding.get(system);
    ActorRef<KernelProtocol.Reply> replies = clock.narrow();
    String capturesWithin = ClusterNode.capturesWithin(system);
    List<ActorRef<ShardingEnvelope<KernelMessage>>> regions = new ArrayList<>();
    for (int lane = 0; lane < Lanes.count(system.settings().config()); lane++) {
      EntityTypeKey<KernelMessage> key =
          EntityTypeKey.create(KernelMessage.class, "kernel-" + lane);
      Entity<KernelMessage, ShardingEnvelope<KernelMessage>> entity =
          Entity.of(
              key,
              context ->
                  Behaviors.setup(
                      actor -> {
                        String name = context.getEntityId();
                        clock.tell(new NodeClock.KernelStarted(name, actor.getSelf()));
                        return factory.create(name, replies, capturesWithin);
                      }));
      regions.add(sharding.init(entity.withEntityProps(Lanes.selector(lane))));
    }
    return new KernelRegions(regions);
  }

  /** Sends a message to a kernel, wherever it is; starts it there if it is nowhere. */
  void tell(String kernel, KernelMessage message) {
    byLane.get(Lanes.laneOf(kernel, byLane.size())).tell(new ShardingEnvelope<>(kernel, message));
  }
}
