package org.netshard.cluster.lane;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A program that prints what a hop between two of five actors costs on a lane and elsewhere. */
public final class HopBenchmark {
  private static final int HOPS = 10_000_000;

  private HopBenchmark() {}

  /** A message that is handed round until its hops are used up. */
  private static final class Token {
    int hops = HOPS;
    final CompletableFuture<Long> end = new CompletableFuture<>();
  }

  private static final class Link extends AbstractOnMessageBehavior<Object> {
    private @Nullable ActorRef<Object> next;

    Link(ActorContext<Object> context) {
      super(context);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Behavior<Object> onMessage(Object message) {
      if (message instanceof Token token) {
        if (--token.hops == 0) {
          token.end.complete(System.nanoTime());
        } else if (next != null) {
          next.tell(token);
        }
      } else {
        next = (ActorRef<Object>) message;
      }
      return this;
    }
  }

  /** Prints nanoseconds a hop, median of nine rounds after warming up. */
  public static void main(String[] args) throws Exception {
    for (String dispatcher : List.of("netshard.lanes.lane-0", "akka.actor.default-dispatcher")) {
      Config config =
          ConfigFactory.parseResources("netshard-cluster.conf")
              .withOnlyPath("netshard.lanes")
              .withFallback(ConfigFactory.load())
              .resolve();
      ActorSystem<Object> system =
          ActorSystem.create(Behaviors.setup(context -> ring(context, dispatcher)), "hop", config);
      List<Double> rounds = new ArrayList<>();
      for (int round = 0; round < 12; round++) {
        Token token = new Token();
        long begin = System.nanoTime();
        system.tell(token);
        double perHop = (token.end.get() - begin) / (double) HOPS;
        if (round >= 3) {
          rounds.add(perHop);
        }
      }
      Collections.sort(rounds);
      System.out.printf("%-32s %6.1f ns a hop%n", dispatcher, rounds.get(rounds.size() / 2));
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get();
    }
  }

  private static Behavior<Object> ring(ActorContext<Object> context, String dispatcher) {
    DispatcherSelector lane = DispatcherSelector.fromConfig(dispatcher);
    ActorRef<Object> first = context.spawn(Behaviors.setup(Link::new), "link-0", lane);
    ActorRef<Object> next = first;
    for (int i = 1; i < 5; i++) {
      ActorRef<Object> link = context.spawn(Behaviors.setup(Link::new), "link-" + i, lane);
      link.tell(next);
      next = link;
    }
    first.tell(next);
    return Behaviors.receiveMessage(
        token -> {
          first.tell(token);
          return Behaviors.same();
        });
  }
}
