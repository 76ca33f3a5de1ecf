package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are killed while they run a scenario: the client is told in one line and ends. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LostMemberIT {
  private static final String EXAMPLE = Path.of("..", "examples", "two-tenants.yaml").toString();

  /** The launcher sets this on a terminal: the progress line shows when the run is under way. */
  private static final List<String> TERMINAL = List.of("-Dnetshard.terminal=true");

  @TempDir Path folder = Path.of("");

  private final Jvms jvms = new Jvms();

  @AfterEach
  void end() throws InterruptedException {
    jvms.end();
  }

  /** A scenario that does not end within any test. */
  private String endless() throws IOException {
    return Files.writeString(
            folder.resolve("endless.yaml"),
            """
            kernels: [{name: "k-{}", count: 40}]
            workloads:
              - {kind: socket-storm, name: s, kernel: k-*, count: 1000000000, rate: 10000}
            """)
        .toString();
  }

  private Process beginRun(String cluster) throws IOException {
    Process client = jvms.start(Redirect.PIPE, TERMINAL, "run", endless(), "--cluster", cluster);
    // Not closed: the rest of what the client says is read from it.
    Reader err = client.errorReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    while (said.indexOf(" events") < 0) {
      int next = err.read();
      assertThat(next).as(said.toString()).isNotNegative();
      said.append((char) next);
    }
    return client;
  }

  /** The last line that a client says before it ends. */
  private static String lastLine(Process client) throws IOException, InterruptedException {
    StringBuilder said = new StringBuilder();
    Reader err = client.errorReader(StandardCharsets.UTF_8);
    for (int next = err.read(); next >= 0; next = err.read()) {
      said.append((char) next);
    }
    assertThat(client.waitFor()).as(said.toString()).isEqualTo(ExitCodes.DIFFERENT);
    assertThat(client.inputReader(StandardCharsets.UTF_8).readLine()).isNull();
    assertThat(said.chars().filter(c -> c == '\n').count()).as(said.toString()).isOne();
    return said.substring(said.lastIndexOf("\u001b[K") + 3);
  }

  @Test
  void aLostMemberEndsTheRunAndTheOthersTakeTheNextOne() throws Exception {
    Jvms.Node first = jvms.node();
    Jvms.Node second = jvms.node("--seed-node", first.address());
    Process client = beginRun(first.address());
    second.process().destroyForcibly();
    assertThat(lastLine(client))
        .startsWith("node " + second.address() + " was lost at virtual time ")
        .endsWith("; the run is given up\n");
    assertThat(jvms.run("run", EXAMPLE, "--cluster", first.address()).exitCode()).isZero();
  }

  @Test
  void theLostNodeOfTheConductorEndsTheRunAndTheOthersTakeTheNextOne() throws Exception {
    Jvms.Node first = jvms.node();
    Jvms.Node second = jvms.node("--seed-node", first.address());
    Process client = beginRun(first.address());
    first.process().destroyForcibly();
    assertThat(lastLine(client))
        .isEqualTo("the node that conducts the run was lost; the run is given up\n");
    assertThat(jvms.run("run", EXAMPLE, "--cluster", second.address()).exitCode()).isZero();
  }

  @Test
  void aClientThatIsLeftAloneEnds() throws Exception {
    Jvms.Node only = jvms.node();
    Process client = beginRun(only.address());
    only.process().destroyForcibly();
    assertThat(lastLine(client)).endsWith("; the run is given up\n");
  }
}
