package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The example with connections that bring data before anybody accepts them. */
class PreAcceptHoleSimulation {
  private static final String FILE = Path.of("..", "examples", "pre-accept-hole.yaml").toString();

  /** {@code sock} of a file {@code memory.stat}. */
  private static final Pattern SOCK = Pattern.compile("^ *sock (\\d+)$", Pattern.MULTILINE);

  private static String run(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    assertThat(line.execute(arguments)).isZero();
    return out.toString();
  }

  @Test
  void memoryIsInNoCgroupUntilSomebodyAccepts() {
    List<Long> socks =
        SOCK.matcher(run("run", FILE))
            .results()
            .map(match -> Long.parseLong(match.group(1)))
            .toList();
    // 65,536 bytes in three buffers are 68,032, so 17 pages for each of 256 connections.
    assertThat(socks).containsExactly(0L, 256L * 17 * 4096);
  }

  @Test
  void allCallsAreAsExpected() throws IOException {
    JsonNode report = new ObjectMapper().readTree(run("run", FILE, "--json"));
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(256 * 10);
    assertThat(report.path("expectations").path("notMet").asInt()).isZero();
  }
}
