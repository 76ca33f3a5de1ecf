package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The same scenario on one node, twice, and on three: the same trace. */
class NodeCountSimulation {
  @TempDir Path folder = Path.of("");

  private static JsonNode run(Path file, int nodes) throws IOException {
    StringWriter out = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    assertThat(line.execute("run", file.toString(), "--json", "--nodes", "" + nodes)).isZero();
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void theTraceDoesNotDependOnNodes() throws IOException {
    Path file = folder.resolve("kernels.yaml");
    Files.writeString(
        file,
        """
        kernels: [{name: "k-{}", count: 60}]
        namespaces: [{name: ns, kernel: "k-?", count: 3}]
        cgroups: [{path: /small, limit: 20K}]
        tasks:
          - name: t
            kernel: k-1*
            uid: 1000
            calls:
              - $a = socket(AF_INET, SOCK_STREAM, 0) = 3
              - {after: 3ms, call: "socketpair(AF_UNIX, SOCK_STREAM, 0, [4, 5]) = 0"}
              - close($a) = 0
        workloads:
          - {kind: socket-storm, name: s, kernel: k-*, cgroup: /small, count: 40, rate: 200, mode: hold}
          - {kind: socket-storm, name: u, netns: ns-*, count: 10, family: AF_UNIX, type: SOCK_DGRAM}
        """);
    JsonNode one = run(file, 1);
    assertThat(run(file, 1).path("traceHash")).isEqualTo(one.path("traceHash"));
    JsonNode three = run(file, 3);
    assertThat(three.path("nodes").asInt()).isEqualTo(3);
    for (String key :
        new String[] {
          "traceHash", "events", "calls", "namespaces", "sockets", "byCall", "cgroups"
        }) {
      assertThat(three.path(key)).as(key).isEqualTo(one.path(key));
    }
  }
}
