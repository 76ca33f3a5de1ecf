package org.netshard.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.cluster.lane.Lanes;
import org.netshard.cluster.serialization.WireRegistry;

class NodeConfigTest {
  private static final WireRegistry REGISTRY = WireRegistry.of();

  @TempDir private Path folder = Path.of(".");

  private Config load(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("user.conf"), text);
    return NodeConfig.load(NodeSettings.member("m").withUserConfig(file), REGISTRY);
  }

  @Test
  void aUsersFileGoesOverTheProfileAndTheSettingsGoOverBoth() throws IOException {
    Config config =
        load(
            """
            netshard.sharding.number-of-shards = 64
            netshard.lanes { count = 8, threads = 3 }
            akka.remote.artery.canonical.port = 4711
            """);
    assertThat(config.getInt("akka.cluster.sharding.number-of-shards")).isEqualTo(64);
    assertThat(Lanes.count(config)).isEqualTo(8);
    assertThat(config.getInt("akka.remote.artery.canonical.port")).isEqualTo(4711);
    assertThat(config.getString("netshard.node.name")).isEqualTo("m");
    assertThat(config.getInt("netshard.wire.version")).isEqualTo(WireRegistry.VERSION);
    assertThat(config.getString("netshard.wire.fingerprint")).isEqualTo(REGISTRY.fingerprint());

    NodeSettings settings =
        NodeSettings.member("m")
            .withUserConfig(folder.resolve("user.conf"))
            .withHost("10.0.0.1")
            .withPort(5)
            .withSeedNodes(List.of("10.0.0.2:25520", "[::1]:7"));
    Config over = NodeConfig.load(settings, REGISTRY);
    assertThat(over.getInt("akka.remote.artery.canonical.port")).isEqualTo(5);
    assertThat(over.getString("akka.remote.artery.canonical.hostname")).isEqualTo("10.0.0.1");
    assertThat(over.getStringList("akka.cluster.seed-nodes"))
        .containsExactly("akka://netshard@10.0.0.2:25520", "akka://netshard@[::1]:7");
  }

  @Test
  void aMemberOfAClusterWritesCapturesOnlyWhereItsFileSays() throws IOException {
    String within = "netshard.captures.within";
    Config asItIs = NodeConfig.load(NodeSettings.member("m"), REGISTRY);
    assertThat(asItIs.getString(within)).isEmpty();
    assertThat(load(within + " = /srv/captures").getString(within)).isEqualTo("/srv/captures");
    Config own = NodeConfig.load(NodeSettings.local(), REGISTRY);
    assertThat(own.getString(within)).as("who runs it here names the folder").isEqualTo("/");
  }

  @Test
  void everyLaneHasADispatcher() {
    Config config = NodeConfig.load(NodeSettings.local(), REGISTRY);
    for (int i = 0; i < Lanes.COUNT_MAX; i++) {
      Config lane = config.getConfig(Lanes.dispatcher(i));
      assertThat(lane.getInt("lane")).isEqualTo(i);
      assertThat(lane.getString("type")).isEqualTo("Dispatcher");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "netshard.lanes.count = many          | user.conf:2: | netshard.lanes.count",
        "netshard.lanes.count = 17            | user.conf:2: | must be 1 to 16, not 17",
        "netshard.lanes.threads = 0           | user.conf:2: | must be auto or 1 to 1024",
        "netshard.lanes.threads = some        | user.conf:2: | netshard.lanes.threads",
        "netshard.lans.count = 1              | user.conf:2: | unknown key netshard.lans",
        "netshard.lanes.counts = 1            | user.conf:2: | unknown key netshard.lanes.counts",
        "netshard.lanes = 3                   | user.conf:2: | netshard.lanes is an object",
        "netshard.lanes.count { a = 1 }       | user.conf:2: | is a value, not an object",
        "netshard.sharding.number-of-shards=0 | user.conf:2: | must be 1 to 100000, not 0",
        "netshard.wire.max-depth = 1000       | user.conf    | must be 1 to 256, not 1000",
        "netshard.wire.max-message-bytes = 1 GiB | user.conf | max-message-bytes",
        "netshard.wire.max-message-bytes = 1 MiB | user.conf:2: | 16 KiB less than akka.remote",
        "netshard.tls.enabled = on            | netshard-cluster.conf | key-store must be given",
        "netshard { lanes { count = }         | user.conf:   | ",
        "a = ${nowhere}                       | user.conf:2: | nowhere",
      })
  void badFilesAreRefusedOnOneLineWithThePlace(String line, String place, String problem) {
    assertThatThrownBy(() -> load("# a comment\n" + line + "\n"))
        .isInstanceOf(BadConfig.class)
        .hasMessageContaining(place)
        .hasMessageContaining(problem == null ? ": " : problem)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = folder.resolve("absent.conf");
    assertThatThrownBy(() -> NodeConfig.load(NodeSettings.local().withUserConfig(file), REGISTRY))
        .isInstanceOf(BadConfig.class)
        .hasMessage(file + ": no such file, or it cannot be read");
  }

  @ParameterizedTest
  @CsvSource({"host", "host:", "host:0", "host:65536", "host:x", "a b:1", "::1:5", "''"})
  void seedNodesThatAreNoHostAndPortAreRefused(String node) {
    NodeSettings settings = NodeSettings.member("m").withSeedNodes(List.of(node));
    assertThatThrownBy(() -> NodeConfig.load(settings, REGISTRY))
        .isInstanceOf(BadConfig.class)
        .hasMessageStartingWith("seed node " + node + ": ");
  }

  @Test
  void aKernelsLaneDependsOnItsNameAndSpreads() {
    int[] perLane = new int[4];
    for (int i = 0; i < 10_000; i++) {
      perLane[Lanes.laneOf("kernel-" + i, 4)]++;
    }
    assertThat(Arrays.stream(perLane).min().getAsInt()).isGreaterThan(2_000);
    assertThat(Lanes.laneOf("kernel-1", 4)).isEqualTo(Lanes.laneOf("kernel-1", 4));
  }
}
