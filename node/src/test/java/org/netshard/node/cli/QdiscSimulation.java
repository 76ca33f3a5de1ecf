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

/** Lines of {@code tc} in a scenario's setup: their results are those of Linux 6.18.44. */
class QdiscSimulation {
  @TempDir Path folder = Path.of("");

  private JsonNode run(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("s.yaml"), yaml);
    StringWriter out = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    assertThat(line.execute("run", file.toString(), "--json")).isZero();
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void whatDoesNotFitFailsAsOnLinux() throws IOException {
    JsonNode report =
        run(
            """
            setup: |
              ip link set lo up
              tc qdisc add dev lo root pfifo limit 10 = 0
              tc qdisc add dev lo root pfifo limit 10 = -1 EEXIST
              tc qdisc replace dev lo root pfifo limit 20 = 0
              tc qdisc change dev lo root bfifo limit 30 = 0
              tc qdisc add dev lo root bfifo limit 40 = -1 EEXIST
              tc qdisc replace dev lo root handle 5: pfifo limit 30 = 0
              tc qdisc add dev lo root handle 6: pfifo = -1 EEXIST
              tc qdisc del dev lo root handle 6: = -1 EINVAL
              tc qdisc del dev lo root bfifo = -1 EINVAL
              tc qdisc del dev lo root pfifo = 0
              tc qdisc del dev lo root = -1 ENOENT
              tc qdisc change dev lo root pfifo limit 30 = -1 ENOENT
              tc qdisc add dev lo root handle 7: bfifo limit 100 = 0
              tc qdisc replace dev lo root handle 7: pfifo limit 100 = -1 EINVAL
              tc qdisc replace dev lo root netem delay 1ms 100us 5% distribution normal loss 0.1% = 0
              tc qdisc change dev lo root netem rate 1gbit = 0
              tc qdisc change dev lo root tbf rate 8mbit burst 10kb limit 20kb = 0
              tc qdisc replace dev lo root tbf rate 8mbit burst 10kb limit 20kb = 0
              tc qdisc add dev lo root tbf rate 8mbit burst 10kb limit 20kb = -1 EEXIST
              tc qdisc change dev lo root tbf rate 8mbit burst 10kb latency 1ms peakrate 8mbit mtu 1500 = -1 EINVAL
              tc qdisc change dev lo root handle 7: tbf rate 8mbit burst 10kb limit 20kb = -1 EEXIST
              tc qdisc del dev lo root tbf = 0
            """);
    assertThat(report.path("expectations").path("failed")).isEmpty();
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(22);
    assertThat(report.path("warnings")).isEmpty();
  }

  /** A namespace's queue is its own, and one that loses everything keeps a connection away. */
  @Test
  void eachNamespaceHasItsOwnQueue() throws IOException {
    JsonNode report =
        run(
            """
            horizon: 10s
            kernels: [{name: k}]
            namespaces: [{name: red, kernel: k}, {name: blue, kernel: k}]
            setup:
              - ip -n red link set lo up
              - ip -n blue link set lo up
              - tc -n red qdisc add dev lo root netem loss 100%
            workloads:
              - {kind: udp-flow, name: r, netns: red, count: 20, rate: 1000}
              - {kind: udp-flow, name: b, netns: blue, count: 20, rate: 1000}
            """);
    for (JsonNode workload : report.path("workloads")) {
      int wanted = workload.path("name").asText().equals("r") ? 0 : 20;
      assertThat(workload.path("received").asInt()).isEqualTo(wanted);
    }
  }
}
