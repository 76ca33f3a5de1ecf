package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A machine with 10,000 cgroups, five deep: charges of tasks at the bottom count in all above them,
 * and a limit at the top holds for all below it and for nobody else.
 */
class ManyCgroupsSimulation {
  private static final int CGROUPS = 10_000;
  private static final int DEPTH = 5;
  private static final int WIDTH = 8;

  private static final String TASKS =
      """
      workloads:
        - {kind: socket-storm, name: first, cgroup: /a/a/a/a/a, uid: 1, count: 40, rate: 1000, mode: hold}
        - {kind: socket-storm, name: second, cgroup: /a/b/c/d/e, uid: 2, start: 60ms, count: 40, rate: 1000, mode: hold}
        - {kind: socket-storm, name: apart, cgroup: /b/a/a/a/a, uid: 3, start: 40ms, count: 40, rate: 1000, mode: hold}
      """;

  @TempDir Path folder = Path.of("");

  /** Eight in each, level by level; the fifth takes what is left. */
  private static List<String> paths() {
    List<String> all = new ArrayList<>();
    List<String> level = List.of("");
    for (int depth = 0; depth < DEPTH; depth++) {
      List<String> next = new ArrayList<>();
      for (String above : level) {
        for (int i = 0; i < WIDTH && all.size() < CGROUPS; i++) {
          String path = above + "/" + (char) ('a' + i);
          next.add(path);
          all.add(path);
        }
      }
      level = next;
    }
    return all;
  }

  private JsonNode run(String... more) throws IOException {
    StringBuilder scenario = new StringBuilder("seed: 1\nkernels:\n  - name: m\ncgroups:\n");
    for (String path : paths()) {
      scenario.append("  - {path: ").append(path);
      scenario.append(path.equals("/a") ? ", limit: 192K}\n" : "}\n");
    }
    Path file = folder.resolve("many.yaml");
    Files.writeString(file, scenario.append(TASKS));
    List<String> arguments = new ArrayList<>(List.of("run", file.toString(), "--json"));
    arguments.addAll(List.of(more));
    StringWriter out = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    assertThat(line.execute(arguments.toArray(new String[0]))).as(out.toString()).isZero();
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void chargesCountInAllAboveAndTheLimitAtTheTopHoldsBelowIt() throws IOException {
    assertThat(paths()).hasSize(CGROUPS).contains("/a/b/c/d/e", "/b/a/a/a/a");
    JsonNode report = run("--check", "ledger");
    Map<String, JsonNode> cgroups = new TreeMap<>();
    report.path("cgroups").forEach(one -> cgroups.put(one.path("path").asText(), one));
    assertThat(cgroups).hasSize(CGROUPS);
    for (String path : paths()) {
      long below = 0;
      for (int i = 0; i < WIDTH; i++) {
        JsonNode child = cgroups.get(path + "/" + (char) ('a' + i));
        below += child == null ? 0 : child.path("currentBytes").asLong();
      }
      boolean leaf = path.length() == 2 * DEPTH;
      long held = known(cgroups, path).path("currentBytes").asLong();
      assertThat(leaf ? 0 : held).as(path).isEqualTo(below);
    }
    assertThat(known(cgroups, "/a").path("peakBytes").asLong()).isEqualTo(192 * 1024);
    assertThat(known(cgroups, "/a/b/c/d/e").path("refused").asInt()).isPositive();
    assertThat(known(cgroups, "/b/a/a/a/a").path("refused").asInt()).isZero();
    assertThat(known(cgroups, "/b/a/a/a/a").path("currentBytes").asLong())
        .isEqualTo(known(cgroups, "/a/a/a/a/a").path("currentBytes").asLong());
    for (JsonNode refused : report.path("refused")) {
      assertThat(refused.path("limitOf").asText()).isEqualTo("/a");
    }
  }

  private static JsonNode known(Map<String, JsonNode> cgroups, String path) {
    JsonNode one = cgroups.get(path);
    if (one == null) {
      throw new AssertionError("the report has no " + path);
    }
    return one;
  }

  @Test
  void theTraceDoesNotDependOnNodes() throws IOException {
    assertThat(run("--nodes", "2").path("traceHash")).isEqualTo(run().path("traceHash"));
  }
}
