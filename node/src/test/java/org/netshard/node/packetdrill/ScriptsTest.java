package org.netshard.node.packetdrill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The scripts of this project: each passes with no tolerance at all. They pass on Linux 6.18 too,
 * with the tolerance that a real clock needs.
 */
class ScriptsTest {
  private static final Path FOLDER = Path.of("src/test/resources/packetdrill");

  @TestFactory
  List<DynamicTest> everyScriptPasses() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path script : Packetdrill.scripts(List.of(FOLDER))) {
      tests.add(DynamicTest.dynamicTest(script.toString(), () -> passes(script, Map.of())));
    }
    assertThat(tests).hasSizeGreaterThan(20);
    return tests;
  }

  @TestFactory
  List<DynamicTest> scriptsWithoutAddressesPassWithTheOtherVersionsOfIp() {
    List<DynamicTest> tests = new ArrayList<>();
    for (String version : List.of("ipv6", "ipv4-mapped-ipv6")) {
      for (String name :
          List.of(
              "udp-connected.pkt",
              "udp-port-unreachable.pkt",
              "tcp-server.pkt",
              "tcp-client.pkt",
              "tcp-fast-retransmit.pkt",
              "tcp-rto.pkt")) {
        tests.add(
            DynamicTest.dynamicTest(
                version + " " + name,
                () -> passes(FOLDER.resolve(name), Map.of("ip_version", version))));
      }
    }
    return tests;
  }

  private static void passes(Path script, Map<String, String> options) {
    Packetdrill.Result result = Packetdrill.run(script, Map.of(), options);
    assertThat(result.failure()).as(String.join("\n", result.log())).isEmpty();
    assertThat(result.log()).isNotEmpty();
  }
}
