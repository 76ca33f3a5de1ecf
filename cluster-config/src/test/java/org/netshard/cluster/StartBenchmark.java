package org.netshard.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.netshard.cluster.lane.Lanes;
import org.netshard.cluster.serialization.Samples;

/** A program that prints how long a node takes to start, to answer from a shard, and to end. */
public final class StartBenchmark {
  private StartBenchmark() {}

  /** Runs a few times in one JVM; the first round is what a command line pays. */
  public static void main(String[] args) throws Exception {
    for (int round = 0; round < 3; round++) {
      alone();
      three();
    }
  }

  private static void three() throws Exception {
    long begin = System.nanoTime();
    List<ActorSystem<Void>> systems = new ArrayList<>();
    List<String> seeds = List.of();
    for (int i = 0; i < 3; i++) {
      systems.add(
          ClusterNode.start(
              Behaviors.empty(), NodeSettings.inProcess("n" + i, seeds), Samples.REGISTRY));
      seeds = List.of(ClusterNode.address(systems.get(0)));
    }
    for (ActorSystem<Void> system : systems) {
      ClusterNode.whenUp(system).toCompletableFuture().get();
    }
    long up = System.nanoTime();
    systems.forEach(ActorSystem::terminate);
    for (ActorSystem<Void> system : systems) {
      system.getWhenTerminated().toCompletableFuture().get();
    }
    System.out.printf(
        "three nodes up %d ms; end took %d ms%n",
        (up - begin) / 1_000_000, (System.nanoTime() - up) / 1_000_000);
  }

  private static void alone() throws Exception {
    long begin = System.nanoTime();
    ActorSystem<Void> system =
        ClusterNode.start(Behaviors.empty(), NodeSettings.local(), Samples.REGISTRY);
    long started = System.nanoTime();
    EntityTypeKey<Samples.Ping> key = EntityTypeKey.create(Samples.Ping.class, "ping");
    ActorRef<ShardingEnvelope<Samples.Ping>> region =
        ClusterSharding.get(system)
            .init(
                Entity.of(
                        key,
                        context ->
                            Behaviors.receiveMessage(
                                ping -> {
                                  ping.replyTo().tell(new Samples.Pong(ping.text()));
                                  return Behaviors.same();
                                }))
                    .withEntityProps(Lanes.selector(0)));
    ClusterNode.whenUp(system).toCompletableFuture().get();
    long up = System.nanoTime();
    CompletableFuture<Long> answered = new CompletableFuture<>();
    ActorRef<Samples.Pong> replyTo =
        system.systemActorOf(
            Behaviors.receiveMessage(
                pong -> {
                  answered.complete(System.nanoTime());
                  return Behaviors.same();
                }),
            "answer",
            Props.empty());
    region.tell(new ShardingEnvelope<>("e", new Samples.Ping("x", replyTo)));
    long answer = answered.get();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get();
    long ended = System.nanoTime();
    System.out.printf(
        "started %d ms, up %d ms, shard answered %d ms; end took %d ms%n",
        (started - begin) / 1_000_000,
        (up - begin) / 1_000_000,
        (answer - begin) / 1_000_000,
        (ended - answer) / 1_000_000);
  }
}
