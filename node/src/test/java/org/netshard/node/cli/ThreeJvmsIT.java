package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cluster of three JVMs: two nodes and the one that runs the scenario. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ThreeJvmsIT {
  private static final String UP = "node up at ";
  private static final String SCENARIO =
      Path.of("..", "examples", "thousand-kernels.yaml").toString();

  private final List<Process> nodes = new ArrayList<>();

  private static Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--sun-misc")) {
        command.add(flag);
      }
    }
    command.addAll(List.of("-Xmx700m", "-XX:+UseParallelGC"));
    command.add("-Djava.util.concurrent.ForkJoinPool.common.parallelism=2");
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.add("org.netshard.node.Main");
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private String node(String... arguments) throws IOException {
    Process node = start(arguments);
    nodes.add(node);
    BufferedReader reader = node.inputReader(StandardCharsets.UTF_8);
    String line = reader.readLine();
    while (line != null && !line.startsWith(UP)) {
      line = reader.readLine();
    }
    assertThat(line).as("what the node said").isNotNull();
    return String.valueOf(line).substring(UP.length());
  }

  private static JsonNode run(String... arguments) throws IOException, InterruptedException {
    Process run = start(arguments);
    String out = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = run.waitFor();
    int start = out.indexOf('{');
    assertThat(code).as(out).isZero();
    return new ObjectMapper().readTree(out.substring(start));
  }

  @AfterEach
  void endNodes() throws InterruptedException {
    for (Process node : nodes) {
      node.destroy();
    }
    for (Process node : nodes) {
      if (!node.waitFor(30, TimeUnit.SECONDS)) {
        node.destroyForcibly();
      }
    }
  }

  @Test
  void theTraceIsThatOfOneNode() throws Exception {
    String first = node("node", "--port", "0");
    node("node", "--port", "0", "--seed-node", first);
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
    node("node", "--port", "0");
    Process node = nodes.get(0);
    node.destroy();
    assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(node.exitValue()).isEqualTo(143);
  }
}
