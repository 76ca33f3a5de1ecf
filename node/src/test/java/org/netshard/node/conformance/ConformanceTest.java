package org.netshard.node.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netshard.node.cli.BadInputException;

class ConformanceTest {
  private static final Path ORACLE = Path.of("src/test/resources/oracle");

  @TempDir Path folder = Path.of("");

  @Test
  void everySocketIsCreatedAsByLinux() {
    TableResult result = Conformance.run(ORACLE.resolve("socket_create.tsv.gz"));
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isEqualTo(68_398);
  }

  @Test
  void everyCapabilityCountsAsOnLinux() {
    TableResult result = Conformance.run(ORACLE.resolve("socket_caps.tsv.gz"));
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isEqualTo(213);
  }

  @Test
  void everyBufferReadsBackAsOnLinux() {
    TableResult result = Conformance.run(ORACLE.resolve("setsockopt_buf.tsv.gz"));
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isEqualTo(3_394);
  }

  @Test
  void everyOptionOfANewSocketIsAsOnLinux() {
    TableResult result = Conformance.run(ORACLE.resolve("sock_defaults.tsv.gz"));
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isEqualTo(5_559);
    assertThat(result.notSimulatedCount()).isEqualTo(1_978);
  }

  @Test
  void wrongRowIsReported() throws IOException {
    Path table = folder.resolve("any-name.tsv");
    Files.writeString(
        table,
        """
        who\tsetting\tsocket\tfamily\ttype\tprotocol\tresult
        uid0 no caps\tfresh netns owned by init userns\tinet raw icmp\tAF_INET\t3\t1\tOK
        uid0 no caps\tfresh netns owned by init userns\tinet raw icmp\tAF_INET\t3\t1\tEPERM
        """);
    TableResult result = Conformance.run(table);
    assertThat(result.same()).isEqualTo(1);
    assertThat(result.differences())
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.line()).isEqualTo(2);
              assertThat(difference.recorded()).isEqualTo("OK");
              assertThat(difference.simulated()).isEqualTo("EPERM");
            });
  }

  @Test
  void unknownHeaderAndShortRowAreBadInput() throws IOException {
    Path table = folder.resolve("table.tsv");
    Files.writeString(table, "a\tb\n");
    assertThatThrownBy(() -> Conformance.run(table))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(table + ":1: ");
    Files.writeString(
        table,
        """
        who\tsetting\tsocket\tfamily\ttype\tprotocol\tresult
        uid0 no caps\tx
        """);
    assertThatThrownBy(() -> Conformance.run(table))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(table + ":2: ");
  }
}
