package org.netshard.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netshard.cluster.lane.Lanes;
import org.netshard.cluster.serialization.NetshardSerializer;
import org.netshard.cluster.serialization.Samples;
import org.netshard.cluster.serialization.WireFormatException;
import org.netshard.cluster.serialization.WireRegistry;
import org.netshard.cluster.serialization.WireType;
import org.slf4j.LoggerFactory;

class ClusterNodeTest {
  private final List<ActorSystem<?>> systems = new ArrayList<>();
  private final BlockingQueue<String> log = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          IThrowableProxy thrown = event.getThrowableProxy();
          String cause = thrown == null ? "" : " " + thrown.getMessage();
          log.add(event.getLevel() + " " + event.getFormattedMessage() + cause);
        }
      };

  @TempDir private Path folder = Path.of(".");

  ClusterNodeTest() {
    appender.start();
    ((Logger) LoggerFactory.getLogger("akka")).addAppender(appender);
  }

  @AfterEach
  void terminate() throws Exception {
    ((Logger) LoggerFactory.getLogger("akka")).detachAppender(appender);
    for (ActorSystem<?> system : systems) {
      system.terminate();
    }
    for (ActorSystem<?> system : systems) {
      system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  private <T> ActorSystem<T> start(Behavior<T> guardian, NodeSettings settings) {
    return start(guardian, settings, Samples.REGISTRY);
  }

  private <T> ActorSystem<T> start(
      Behavior<T> guardian, NodeSettings settings, WireRegistry registry) {
    ActorSystem<T> system = ClusterNode.start(guardian, settings, registry);
    systems.add(system);
    return system;
  }

  private static void awaitUp(ActorSystem<?> system) throws Exception {
    ClusterNode.whenUp(system).toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  /** Waits for a line of the log that holds the text. */
  private String awaitLog(String text) throws InterruptedException {
    while (true) {
      String line = log.poll(30, TimeUnit.SECONDS);
      assertThat(line).as("a log line with %s", text).isNotNull();
      if (line.contains(text)) {
        return line;
      }
    }
  }

  private static <T> Behavior<T> collect(BlockingQueue<T> into) {
    return Behaviors.receiveMessage(
        message -> {
          into.add(message);
          return Behaviors.same();
        });
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T message = queue.poll(30, TimeUnit.SECONDS);
    assertThat(message).as("a message").isNotNull();
    return message;
  }

  @Test
  void aNodeAloneIsUpAndItsShardsAnswerFromTheirLane() throws Exception {
    ActorSystem<Void> system = start(Behaviors.empty(), NodeSettings.local());
    EntityTypeKey<Samples.Ping> key = EntityTypeKey.create(Samples.Ping.class, "ping");
    ActorRef<ShardingEnvelope<Samples.Ping>> region =
        ClusterSharding.get(system)
            .init(Entity.of(key, context -> answering()).withEntityProps(Lanes.selector(1)));
    BlockingQueue<Samples.Pong> answers = new LinkedBlockingQueue<>();
    ActorRef<Samples.Pong> replyTo =
        system.systemActorOf(collect(answers), "answers", Props.empty());
    region.tell(new ShardingEnvelope<>("e-1", new Samples.Ping("hello", replyTo)));
    assertThat(next(answers).text()).startsWith("hello on netshard-lane-");
    awaitUp(system);
  }

  private static Behavior<Samples.Ping> answering() {
    return Behaviors.receiveMessage(
        ping -> {
          String thread = Thread.currentThread().getName();
          ping.replyTo().tell(new Samples.Pong(ping.text() + " on " + thread));
          return Behaviors.same();
        });
  }

  @Test
  void registeredMessagesTravelAndOthersAreLoggedAndDropped() throws Exception {
    BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    ActorSystem<Object> one = start(collect(received), NodeSettings.inProcess("one", List.of()));
    ActorSystem<Object> two =
        start(Behaviors.empty(), NodeSettings.inProcess("two", List.of(ClusterNode.address(one))));
    awaitUp(one);
    awaitUp(two);
    String path = "akka://netshard@" + ClusterNode.address(one) + "/user";
    ActorRef<Object> remote = ActorRefResolver.get(two).resolveActorRef(path);

    BlockingQueue<Samples.Pong> answers = new LinkedBlockingQueue<>();
    ActorRef<Samples.Pong> replyTo = two.systemActorOf(collect(answers), "answers", Props.empty());
    remote.tell(new Samples.Ping("there", replyTo));
    Samples.Ping ping = (Samples.Ping) next(received);
    assertThat(ping.text()).isEqualTo("there");
    ping.replyTo().tell(new Samples.Pong("and back"));
    assertThat(next(answers)).isEqualTo(new Samples.Pong("and back"));

    remote.tell(new Samples.Stranger(1));
    assertThat(awaitLog("Samples$Stranger")).startsWith("ERROR");
    remote.tell(new Samples.Envelope(new Samples.Stranger(1), null));
    assertThat(awaitLog("Samples$Stranger")).startsWith("ERROR");

    // Both errors left the connection whole.
    remote.tell(new Samples.Circle(5));
    assertThat(next(received)).isEqualTo(new Samples.Circle(5));
  }

  @Test
  void garbageUnderOurSerializersIdIsLoggedAndTheNodeLives() throws Exception {
    BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    ActorSystem<Object> one = start(collect(received), NodeSettings.inProcess("one", List.of()));
    // A node whose ids stand for other classes is refused; here that check is off.
    Path noCheck =
        Files.writeString(
            folder.resolve("no-check.conf"),
            "akka.cluster.configuration-compatibility-check.enforce-on-join = off");
    WireRegistry other =
        WireRegistry.of(
            new Samples.Registry(
                "other",
                100,
                199,
                List.of(
                    WireType.of(101, Samples.Pong.class),
                    WireType.of(150, Samples.Circle.class),
                    WireType.of(109, Samples.Stranger.class))));
    ActorSystem<Object> two =
        start(
            Behaviors.empty(),
            NodeSettings.inProcess("two", List.of(ClusterNode.address(one)))
                .withUserConfig(noCheck),
            other);
    awaitUp(two);
    String path = "akka://netshard@" + ClusterNode.address(one) + "/user";
    ActorRef<Object> remote = ActorRefResolver.get(two).resolveActorRef(path);
    remote.tell(new Samples.Circle(1));
    assertThat(awaitLog("Failed to deserialize"))
        .startsWith("ERROR")
        .contains("unknown class id 150");
    remote.tell(new Samples.Pong("garbage"));
    assertThat(awaitLog("Failed to deserialize"))
        .startsWith("ERROR")
        .contains("radius of -8 is negative");
    remote.tell(new Samples.Stranger(2_000_000));
    assertThat(awaitLog("Failed to deserialize")).startsWith("ERROR").contains("a length of");
    assertThat(received).isEmpty();
    one.tell("still alive");
    assertThat(next(received)).isEqualTo("still alive");
  }

  @Test
  void akkasSerializationGivesTheSameErrors() {
    ActorSystem<Object> system = start(Behaviors.empty(), NodeSettings.local());
    Serialization serialization = SerializationExtension.get(Adapter.toClassic(system));
    Samples.Circle circle = new Samples.Circle(1);
    assertThat(serialization.findSerializerFor(circle)).isInstanceOf(NetshardSerializer.class);
    assertThat(serialization.findSerializerFor(Samples.Color.GREEN))
        .isInstanceOf(NetshardSerializer.class);
    byte[] bytes = serialization.serialize(circle).get();
    assertThat(serialization.deserialize(bytes, NetshardSerializer.IDENTIFIER, "").get())
        .isEqualTo(circle);
    assertThatThrownBy(
            () ->
                serialization
                    .deserialize(new byte[] {9, 9}, NetshardSerializer.IDENTIFIER, "")
                    .get())
        .isInstanceOf(WireFormatException.class);
    // Java serialization is off, also for what is Serializable.
    assertThat(serialization.serialize(new Samples.Stranger(1)).isFailure()).isTrue();
    assertThat(serialization.serialize(new ArrayList<>()).isFailure()).isTrue();
  }

  @Test
  void aNodeWithOtherShardsIsRefused() throws Exception {
    ActorSystem<Object> one = start(Behaviors.empty(), NodeSettings.inProcess("one", List.of()));
    awaitUp(one);
    Path file =
        Files.writeString(folder.resolve("user.conf"), "netshard.sharding.number-of-shards = 255");
    ActorSystem<Object> two =
        start(
            Behaviors.empty(),
            NodeSettings.inProcess("two", List.of(ClusterNode.address(one))).withUserConfig(file));
    CompletableFuture<Done> up = ClusterNode.whenUp(two).toCompletableFuture();
    assertThat(awaitLog("number-of-shards")).contains("incompatible");
    assertThat(two.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS)).isNotNull();
    assertThat(up.isDone() && !up.isCompletedExceptionally()).isFalse();
  }

  @Test
  void aPortThatIsTakenIsNamed() {
    ActorSystem<Object> one = start(Behaviors.empty(), NodeSettings.local());
    String address = ClusterNode.address(one);
    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    assertThatThrownBy(
            () ->
                ClusterNode.start(
                    Behaviors.empty(), NodeSettings.local().withPort(port), Samples.REGISTRY))
        .isInstanceOf(BadConfig.class)
        .hasMessageStartingWith(address + ": cannot listen: ");
  }

  @Test
  void aWrongValueOfAkkasIsNamedWithItsPlace() throws IOException {
    Path file =
        Files.writeString(folder.resolve("user.conf"), "\nakka.cluster.gossip-interval = often\n");
    assertThatThrownBy(
            () ->
                ClusterNode.start(
                    Behaviors.empty(), NodeSettings.local().withUserConfig(file), Samples.REGISTRY))
        .isInstanceOf(BadConfig.class)
        .hasMessageContaining("user.conf:2: ");
  }
}
