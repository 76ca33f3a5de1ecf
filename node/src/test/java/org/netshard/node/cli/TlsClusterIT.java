package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster of JVMs with two-way TLS, set up as docs/cluster.md says: an authority, a key for each
 * node that it has signed, and nobody else gets in.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class TlsClusterIT {
  private static final String EXAMPLE = Path.of("..", "examples", "two-tenants.yaml").toString();

  @TempDir Path folder = Path.of("");

  private final Jvms jvms = new Jvms();

  @AfterEach
  void end() throws InterruptedException {
    jvms.end();
  }

  private void keytool(String arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "keytool").toString());
    command.addAll(List.of(arguments.strip().split("\\s+")));
    command.addAll(List.of("-storepass", "changeit"));
    Process keytool =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
  }

  /** An authority, and the store with its certificate that nodes trust. */
  private void authority(String name) throws IOException, InterruptedException {
    keytool(
        "-genkeypair -alias ca -keyalg EC -dname CN=%1$s -ext bc:c -keystore %1$s.p12"
            .formatted(name));
    keytool("-exportcert -rfc -alias ca -keystore %1$s.p12 -file %1$s.pem".formatted(name));
    keytool(
        "-importcert -noprompt -alias ca -file %1$s.pem -keystore trust-%1$s.p12".formatted(name));
  }

  /** A key that an authority has signed, and the settings of the node that has it. */
  private String node(String name, String authority) throws IOException, InterruptedException {
    keytool("-genkeypair -alias node -keyalg EC -dname CN=%1$s -keystore %1$s.p12".formatted(name));
    keytool("-certreq -alias node -keystore %1$s.p12 -file %1$s.csr".formatted(name));
    keytool(
        "-gencert -alias ca -ext san=ip:127.0.0.1 -keystore %2$s.p12 -infile %1$s.csr -outfile %1$s.pem"
            .formatted(name, authority));
    keytool(
        "-importcert -noprompt -alias ca -file %2$s.pem -keystore %1$s.p12"
            .formatted(name, authority));
    keytool("-importcert -alias node -file %1$s.pem -keystore %1$s.p12".formatted(name));
    return Files.writeString(
            folder.resolve(name + ".conf"),
            """
            netshard.tls {
              enabled = on
              key-store = "%1$s/%2$s.p12"
              trust-store = "%1$s/trust-%3$s.p12"
              key-store-password = changeit
              key-password = changeit
              trust-store-password = changeit
            }
            """
                .formatted(folder, name, authority))
        .toString();
  }

  @Test
  void nodesWithKeysOfOneAuthorityAreAClusterAndOthersDoNotGetIn() throws Exception {
    authority("ca");
    authority("other");
    String address = jvms.node("--config", node("one", "ca")).address();
    jvms.node("--config", node("two", "ca"), "--seed-node", address);
    Process stranger =
        jvms.start(
            Redirect.PIPE,
            List.of(),
            "run",
            EXAMPLE,
            "--cluster",
            address,
            "--config",
            node("three", "other"));
    Process plain = jvms.start(Redirect.PIPE, List.of(), "run", EXAMPLE, "--cluster", address);
    for (Process refused : List.of(stranger, plain)) {
      Jvms.Outcome outcome = Jvms.outcome(refused);
      assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(ExitCodes.BAD_INPUT);
      assertThat(outcome.err()).startsWith("no cluster at " + address).hasLineCount(1);
      assertThat(outcome.out()).isEmpty();
    }
    Jvms.Outcome member =
        jvms.run("run", EXAMPLE, "--json", "--cluster", address, "--config", node("four", "ca"));
    assertThat(member.exitCode()).as(member.err()).isZero();
    JsonNode report = new ObjectMapper().readTree(member.out());
    assertThat(report.path("nodes").asInt()).isEqualTo(3);
    assertThat(member.err()).isEmpty();
  }
}
