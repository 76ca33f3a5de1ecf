package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The example whose cgroups are made by typed lines, on one node and on two. */
class TypedCgroupsSimulation {
  private static final String FILE = Path.of("..", "examples", "typed-cgroups.yaml").toString();

  private static JsonNode run(String... more) throws IOException {
    StringWriter out = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    List<String> arguments = new ArrayList<>(List.of("run", FILE, "--json"));
    arguments.addAll(List.of(more));
    assertThat(line.execute(arguments.toArray(new String[0]))).as(out.toString()).isZero();
    return new ObjectMapper().readTree(out.toString());
  }

  private static String text(JsonNode report, String kernel, String end) {
    for (JsonNode one : report.path("outputs")) {
      if (one.path("kernel").asText().equals(kernel) && one.path("line").asText().endsWith(end)) {
        return one.path("text").asText();
      }
    }
    throw new AssertionError(kernel + " did not print " + end);
  }

  @Test
  void filesSayWhatBecameOfTheTasks() throws IOException {
    JsonNode report = run("--check", "ledger");
    assertThat(report.path("warnings")).isEmpty();
    assertThat(text(report, "new", "/1/cgroup")).isEqualTo("0::/app/web\n");
    assertThat(text(report, "new", "batch/cgroup.events")).isEqualTo("populated 1\nfrozen 1\n");
    assertThat(text(report, "new", "web/memory.events"))
        .isEqualTo("low 0\nhigh 0\nmax 0\noom 1\noom_kill 1\noom_group_kill 0\n");
    assertThat(text(report, "new", "app/memory.events.local"))
        .isEqualTo("low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n");
    assertThat(report.path("killed").findValuesAsText("task")).containsExactly("web");
    assertThat(report.path("killed").findValuesAsText("by")).containsExactly("the OOM killer");
    assertThat(text(report, "old", "web/memory.oom_control"))
        .isEqualTo("oom_kill_disable 1\nunder_oom 0\noom_kill 0\n");
    assertThat(text(report, "old", "tcp.usage_in_bytes")).isEqualTo("0\n");
    assertThat(report.path("byCall").path("socket").path("succeeded").asInt()).isEqualTo(4);
  }

  @Test
  void theTraceDoesNotDependOnNodes() throws IOException {
    JsonNode one = run();
    JsonNode two = run("--nodes", "2");
    for (String key : new String[] {"traceHash", "events", "outputs", "cgroups", "killed"}) {
      assertThat(two.path(key)).as(key).isEqualTo(one.path(key));
    }
  }
}
