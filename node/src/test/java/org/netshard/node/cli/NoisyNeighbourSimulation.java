package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The example with two tenants under one limit, on one node and on three. */
class NoisyNeighbourSimulation {
  private static final String FILE = Path.of("..", "examples", "noisy-neighbour.yaml").toString();

  @TempDir Path folder = Path.of("");

  private static String run(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    assertThat(line.execute(arguments)).isZero();
    return out.toString();
  }

  private static JsonNode cgroup(JsonNode report, String kernel, String path) {
    for (JsonNode one : report.path("cgroups")) {
      if (one.path("kernel").asText().equals(kernel) && one.path("path").asText().equals(path)) {
        return one;
      }
    }
    throw new AssertionError("no cgroup " + path + " of " + kernel);
  }

  private static JsonNode refused(JsonNode report, String kernel, String cgroup) {
    for (JsonNode one : report.path("refused")) {
      if (one.path("kernel").asText().equals(kernel)
          && one.path("cgroup").asText().equals(cgroup)) {
        return one;
      }
    }
    throw new AssertionError("nothing was refused to " + cgroup + " of " + kernel);
  }

  @Test
  void theReportTellsWhoWasRefusedWhatAndWhen() throws IOException {
    JsonNode report = new ObjectMapper().readTree(run("run", FILE, "--json", "--check", "ledger"));
    JsonNode quiet = refused(report, "shared", "/tenants/quiet");
    assertThat(quiet.path("limitOf").asText()).isEqualTo("/tenants");
    assertThat(quiet.path("task").asText()).isEqualTo("quiet");
    assertThat(quiet.path("call").asText()).isEqualTo("socket");
    assertThat(quiet.path("error").asText()).isEqualTo("ENFILE");
    assertThat(quiet.path("count").asInt()).isOne();
    assertThat(quiet.path("firstSeconds").asDouble()).isBetween(0.501, 0.502);
    JsonNode noisy = refused(report, "shared", "/tenants/noisy");
    assertThat(noisy.path("count").asInt()).isEqualTo(112);
    assertThat(cgroup(report, "shared", "/tenants").path("peakBytes").asLong()).isEqualTo(1 << 20);
    assertThat(cgroup(report, "shared", "/tenants").path("events").path("oom").asInt())
        .isEqualTo(113);
    // The fence holds: the same noise is stopped by a limit of its own, and nobody else feels it.
    assertThat(refused(report, "fenced", "/tenants/noisy").path("limitOf").asText())
        .isEqualTo("/tenants/noisy");
    assertThat(cgroup(report, "fenced", "/tenants/quiet").path("refused").asInt()).isZero();
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(6);
  }

  @Test
  void traceAndSeriesDoNotDependOnNodes() throws IOException {
    JsonNode[] reports = new JsonNode[2];
    for (int i = 0; i < 2; i++) {
      String text =
          run(
              "run",
              FILE,
              "--json",
              "--nodes",
              i == 0 ? "1" : "3",
              "--sample",
              "20ms",
              "--out",
              folder.resolve("run-" + i).toString());
      reports[i] = new ObjectMapper().readTree(text);
    }
    assertThat(reports[1].path("nodes").asInt()).isEqualTo(3);
    for (String key : new String[] {"traceHash", "cgroups", "refused", "killed"}) {
      assertThat(reports[1].path(key)).as(key).isEqualTo(reports[0].path(key));
    }
    for (String name : new String[] {"cgroups.csv", "sockets.csv"}) {
      String one = Files.readString(folder.resolve("run-0").resolve(name));
      assertThat(Files.readString(folder.resolve("run-1").resolve(name))).isEqualTo(one);
    }
    List<String> rows = Files.readAllLines(folder.resolve("run-0").resolve("cgroups.csv"));
    assertThat(rows.get(0)).isEqualTo("time_s,kernel,cgroup,current,sock,kernel_memory,max");
    assertThat(rows)
        .contains("0.000000000,shared,/tenants,0,0,0,0")
        .contains("0.320000000,shared,/tenants,1048576,0,1048576,396")
        .hasSizeLessThan(200);
  }
}
