package org.netshard.bench;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.netshard.cluster.ClusterNode;
import org.netshard.cluster.NodeSettings;
import org.netshard.cluster.lane.Lanes;
import org.netshard.namespace.actor.Kernel;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.protocol.actor.KernelMessage;

/** Idle kernels as a run has them: entities of Akka Cluster Sharding, on the lanes of one node. */
final class ShardedKernels implements AutoCloseable {
  private final ActorSystem<Object> system;
  private final List<ActorRef<ShardingEnvelope<KernelMessage>>> lanes = new ArrayList<>();
  private final BlockingQueue<KernelProtocol.Reply> replies = new LinkedBlockingQueue<>();
  private int booted;

  ShardedKernels() {
    BlockingQueue<ActorRef<KernelProtocol.Reply>> clocks = new ArrayBlockingQueue<>(1);
    system =
        ClusterNode.start(
            Behaviors.<Object>setup(
                context -> {
                  clocks.add(
                      context.spawn(
                          Behaviors.<KernelProtocol.Reply>receiveMessage(
                              reply -> {
                                replies.add(reply);
                                return Behaviors.same();
                              }),
                          "clock"));
                  return Behaviors.empty();
                }),
            NodeSettings.local());
    ActorRef<KernelProtocol.Reply> clock = KernelGroup.take(clocks);
    ClusterSharding sharding = ClusterSharding.get(system);
    for (int lane = 0; lane < Lanes.count(system.settings().config()); lane++) {
      EntityTypeKey<KernelMessage> key =
          EntityTypeKey.create(KernelMessage.class, "kernel-" + lane);
      lanes.add(
          sharding.init(
              Entity.of(key, entity -> Kernel.create(entity.getEntityId(), clock))
                  .withEntityProps(Lanes.selector(lane))));
    }
  }

  /** Boots more kernels, with one task each. */
  void boot(int count) {
    for (int i = 0; i < count; i++) {
      String name = "k-" + (booted + i);
      lanes
          .get((booted + i) % lanes.size())
          .tell(new ShardingEnvelope<>(name, new KernelProtocol.Boot(1, KernelGroup.spec(name))));
    }
    for (int i = 0; i < count; i++) {
      if (KernelGroup.take(replies) instanceof KernelProtocol.Booted reply
          && !reply.error().isEmpty()) {
        throw new IllegalStateException(reply.error());
      }
    }
    booted += count;
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
