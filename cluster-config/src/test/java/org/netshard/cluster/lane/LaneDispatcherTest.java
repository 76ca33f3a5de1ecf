package org.netshard.cluster.lane;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LaneDispatcherTest {
  /** What goes round the chain: hops left, the threads seen so far, and where to tell the end. */
  private record Token(int hops, Set<String> threads, CompletableFuture<Set<String>> end) {}

  private static Behavior<Token> link(ActorRef<Token> next) {
    return Behaviors.receiveMessage(token -> pass(token, next));
  }

  private static Behavior<Token> pass(Token token, ActorRef<Token> next) {
    token.threads().add(Thread.currentThread().getName());
    if (token.hops() == 0) {
      token.end().complete(token.threads());
    } else {
      next.tell(new Token(token.hops() - 1, token.threads(), token.end()));
    }
    return Behaviors.same();
  }

  private static Behavior<Token> ring(String dispatcher) {
    return Behaviors.setup(
        context -> {
          ActorRef<Token> next = context.getSelf();
          for (int i = 0; i < 5; i++) {
            next =
                context.spawn(link(next), "link-" + i, DispatcherSelector.fromConfig(dispatcher));
          }
          return link(next);
        });
  }

  private static Config config(int threads) {
    return ConfigFactory.parseString("netshard.lanes.threads = " + threads)
        .withFallback(
            ConfigFactory.parseResources("netshard-cluster.conf").withOnlyPath("netshard.lanes"))
        .withFallback(ConfigFactory.load())
        .resolve();
  }

  private static ActorSystem<Token> system(String dispatcher, int threads) {
    Config guardianOnLane =
        ConfigFactory.parseString("akka.actor.guardian-dispatcher = " + dispatcher);
    return ActorSystem.create(
        Behaviors.setup(
            context -> {
              ActorRef<Token> ring =
                  context.spawn(
                      ring(dispatcher), "ring", DispatcherSelector.fromConfig(dispatcher));
              return Behaviors.receiveMessage(
                  token -> {
                    ring.tell(token);
                    return Behaviors.same();
                  });
            }),
        "lanes",
        guardianOnLane.withFallback(config(threads)));
  }

  private static Set<String> threadsOfAChain(ActorSystem<Token> system) throws Exception {
    CompletableFuture<Set<String>> end = new CompletableFuture<>();
    system.tell(new Token(1000, new TreeSet<>(), end));
    return end.get(20, TimeUnit.SECONDS);
  }

  @Test
  void aChainOfActorsOnALaneStaysOnOneThread() throws Exception {
    ActorSystem<Token> system = system("netshard.lanes.lane-3", 2);
    try {
      assertThat(threadsOfAChain(system)).containsExactly("netshard-lane-1");
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void systemsOfOneJvmHaveTheirOwnLanesAndEndThemWhenTheyTerminate() throws Exception {
    ActorSystem<Token> one = system("netshard.lanes.lane-0", 1);
    ActorSystem<Token> other = system("netshard.lanes.lane-0", 1);
    assertThat(threadsOfAChain(one)).containsExactly("netshard-lane-0");
    one.terminate();
    one.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(threadsOfAChain(other)).containsExactly("netshard-lane-0");
    other.terminate();
    other.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
