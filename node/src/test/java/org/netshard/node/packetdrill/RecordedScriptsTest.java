package org.netshard.node.packetdrill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Random scripts that Linux 6.18 wrote the answers of: what it told of a connection, and what it
 * had counted, after each segment.
 */
class RecordedScriptsTest {
  private static final Path FOLDER = Path.of("src/test/resources/oracle");
  private static final Path SETTINGS = Path.of("src/test/resources/packetdrill");
  private static final String MARK = "=== ";

  @TestFactory
  List<DynamicTest> whatComesInAnyOrderIsReceivedAlike() throws IOException {
    return scripts("tcp-receive.pkt.gz");
  }

  @TestFactory
  List<DynamicTest> selectiveAcknowledgementsInAnyOrderAreTakenAlike() throws IOException {
    return scripts("tcp-sack.pkt.gz");
  }

  private static List<DynamicTest> scripts(String file) throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String script : read(file).split("(?m)^" + MARK, -1)) {
      if (!script.isEmpty()) {
        int line = script.indexOf('\n');
        String name = file + " " + script.substring(0, line);
        tests.add(DynamicTest.dynamicTest(name, () -> passes(name, script.substring(line + 1))));
      }
    }
    assertThat(tests).hasSizeGreaterThan(50);
    return tests;
  }

  private static String read(String file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(FOLDER.resolve(file)))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void passes(String name, String script) {
    Packetdrill.Result result = Packetdrill.run(name, script, SETTINGS, Map.of(), Map.of());
    assertThat(result.failure()).isEmpty();
  }
}
