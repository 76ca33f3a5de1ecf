package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cluster of three JVMs: two nodes and the one that runs the scenario. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class ThreeJvmsIT {
  private static final String SCENARIO =
      Path.of("..", "examples", "thousand-kernels.yaml").toString();

  private final Jvms jvms = new Jvms();

  @AfterEach
  void end() throws InterruptedException {
    jvms.end();
  }

  private JsonNode run(String... arguments) throws Exception {
    Jvms.Outcome outcome = jvms.run(arguments);
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    return new ObjectMapper().readTree(outcome.out());
  }

  @Test
  void theTraceIsThatOfOneNode() throws Exception {
    String first = jvms.node().address();
    jvms.node("--seed-node", first);
    JsonNode three = run("run", SCENARIO, "--json", "--cluster", first);
    assertThat(three.path("nodes").asInt()).isEqualTo(3);
    assertThat(three.path("sockets").path("open").asInt()).isEqualTo(100_000);
    JsonNode again = run("run", SCENARIO, "--json", "--cluster", first);
    assertThat(again.path("traceHash")).isEqualTo(three.path("traceHash"));
    JsonNode one = run("run", SCENARIO, "--json");
    assertThat(one.path("traceHash")).isEqualTo(three.path("traceHash"));
  }

  @Test
  void aNodeEndsCleanlyOnSigterm() throws Exception {
    Process node = jvms.node().process();
    node.destroy();
    assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(node.exitValue()).isEqualTo(143);
  }
}
