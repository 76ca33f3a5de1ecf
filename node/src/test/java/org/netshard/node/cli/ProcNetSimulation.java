package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * What {@code /proc/net} tells of addresses and routes that {@code ip} has made, compared with the
 * texts of a live 6.18.44 after the same lines, which were drawn at random.
 */
class ProcNetSimulation {
  private static final Path TEXTS = Path.of("src/test/resources/proc-net");

  @ParameterizedTest
  @ValueSource(strings = {"addresses-5", "addresses-11"})
  void tablesOfRoutesHaveTheShapeThatLinuxGivesThem(String name) throws IOException {
    StringWriter out = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    int code = line.execute("run", "--json", TEXTS.resolve(name + ".yaml").toString());
    assertThat(code).as(out.toString()).isEqualTo(ExitCodes.GOOD);
    JsonNode outputs = new ObjectMapper().readTree(out.toString()).path("outputs");
    int compared = 0;
    for (String part : Files.readString(TEXTS.resolve(name + ".txt")).split("(?m)^== ", -1)) {
      if (!part.isEmpty()) {
        int end = part.indexOf('\n');
        String command = "cat /proc/net/" + part.substring(0, end);
        for (JsonNode output : outputs) {
          if (output.path("line").asText().equals(command)) {
            assertThat(output.path("text").asText()).as(command).isEqualTo(part.substring(end + 1));
            compared++;
          }
        }
      }
    }
    assertThat(compared).isEqualTo(6);
  }
}
