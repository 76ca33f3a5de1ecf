package org.netshard.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netshard.cluster.serialization.Samples;

class TlsTest {
  private final List<ActorSystem<?>> systems = new ArrayList<>();

  @TempDir private Path folder = Path.of(".");

  @AfterEach
  void terminate() throws Exception {
    systems.forEach(ActorSystem::terminate);
    for (ActorSystem<?> system : systems) {
      system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  /** A file of settings with a store that holds one key, which is all that is trusted. */
  private Path tlsConfig() throws Exception {
    Path store = folder.resolve("node.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "node",
                "-keyalg",
                "EC",
                "-dname",
                "CN=netshard",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "30",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(output).isZero();
    return Files.writeString(
        folder.resolve("tls.conf"),
        """
        netshard.tls {
          enabled = on
          key-store = "%1$s", key-store-password = changeit, key-password = changeit
          trust-store = "%1$s", trust-store-password = changeit
        }
        """
            .formatted(store));
  }

  private <T> ActorSystem<T> start(Behavior<T> guardian, NodeSettings settings) {
    ActorSystem<T> system = ClusterNode.start(guardian, settings, Samples.REGISTRY);
    systems.add(system);
    return system;
  }

  @Test
  void nodesWithTheSameKeysTalkAndAPlainConnectionGetsNothing() throws Exception {
    Path config = tlsConfig();
    BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    ActorSystem<Object> one =
        start(
            Behaviors.receiveMessage(
                message -> {
                  received.add(message);
                  return Behaviors.same();
                }),
            NodeSettings.inProcess("one", List.of()).withUserConfig(config));
    String address = ClusterNode.address(one);
    ActorSystem<Object> two =
        start(
            Behaviors.empty(),
            NodeSettings.inProcess("two", List.of(address)).withUserConfig(config));
    ClusterNode.whenUp(two).toCompletableFuture().get(30, TimeUnit.SECONDS);
    ActorRef<Object> remote =
        ActorRefResolver.get(two).resolveActorRef("akka://netshard@" + address + "/user");
    remote.tell(new Samples.Circle(7));
    assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo(new Samples.Circle(7));

    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    assertThat(answerToPlainArtery(port)).as("a TLS alert or the end").isIn(-1, 21);
  }

  @Test
  void aStoreThatCannotBeUsedIsToldBeforeTheNodeStarts() throws Exception {
    String good = Files.readString(tlsConfig());
    Path noStore = Files.writeString(folder.resolve("text.p12"), "no store");
    Map<String, String> problems = new LinkedHashMap<>();
    problems.put(
        good.replace("key-store-password = changeit", "key-store-password = wrong"),
        "key-store-password is not that of ");
    problems.put(
        good.replace("key-password = changeit", "key-password = wrong"),
        "key-password is not that of the key in ");
    problems.put(
        good.replace("trust-store-password = changeit", ""),
        "trust-store-password is not that of ");
    problems.put(
        good.replaceFirst("node[.]p12", noStore.getFileName().toString()),
        "key-store is no store of keys: ");
    problems.put(good.replaceFirst("node[.]p12", "x.p12"), "key-store cannot be read: ");
    problems.forEach(
        (text, problem) ->
            assertThatThrownBy(() -> ClusterNode.config(settings(text)))
                .isInstanceOf(BadConfig.class)
                .hasMessageContaining("netshard.tls." + problem)
                .message()
                .hasLineCount(1));
    assertThat(ClusterNode.config(settings(good)).getBoolean("netshard.tls.enabled")).isTrue();
  }

  private NodeSettings settings(String text) {
    try {
      return NodeSettings.member("node")
          .withUserConfig(Files.writeString(folder.resolve("user.conf"), text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** First byte that the node answers to Artery's greeting without TLS. */
  private static int answerToPlainArtery(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream out = socket.getOutputStream();
      out.write("AKKA\u0001plain text, no TLS record".getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      socket.setSoTimeout(30_000);
      InputStream in = socket.getInputStream();
      return in.read();
    }
  }
}
