package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.ScriptedCall;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.node.local.LocalKernel;
import org.netshard.node.scenario.CallNotation.BadCallException;
import org.netshard.node.scenario.Place;
import org.netshard.protocol.cred.Capability;

/**
 * Calls on a cgroup file system, as {@code strace} wrote them on a live Linux 6.18: paths and
 * errors, every file of version 1 with values good and bad, moving tasks, an ordinary user, the
 * core files of version 2, freezing and stall times among them; and on the files of {@code
 * /proc/self}.
 */
class CgroupfsTest {
  private static final Path FOLDER = Path.of("src/test/resources/cgroupfs");

  @ParameterizedTest
  @CsvSource({
    "v1-paths, 1, 115",
    "v1-procs, 1, 38",
    "v1-files, 1, 4242",
    "v1-none, 1, 28",
    "v2-core, 2, 384",
    "v2-freeze, 2, 386",
    "proc-self, 2, 346",
    "proc-seeks, 2, 221",
    "v1-positions, 1, 1962"
  })
  void everyCallAnswersAsOnLinux(String log, int version, int calls)
      throws IOException, BadCallException {
    KernelReport report = run(script(FOLDER.resolve(log + ".strace.gz")), version);
    assertThat(report.crash()).isEmpty();
    assertThat(report.expectationsFailed()).isEmpty();
    assertThat(report.expectationsMet()).isEqualTo(calls);
  }

  private static List<ScriptedCall> script(Path log) throws IOException, BadCallException {
    List<ScriptedCall> calls = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(log)), StandardCharsets.UTF_8))) {
      int line = 0;
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        Place place = new Place(log.toString(), ++line, 1);
        calls.add(StraceCalls.NOTATION.parse(text, place, 0));
      }
    }
    return calls;
  }

  private static KernelReport run(List<ScriptedCall> calls, int version) {
    TaskSpec task =
        new TaskSpec("probe", "init", "/", 0, 0, List.of(), Capability.ALL, 1024, 0, calls);
    KernelSpec machine =
        new KernelSpec(
            "machine",
            0,
            "linux-6.18",
            "cgroup.version = " + version,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(task),
            List.of(),
            List.of());
    try (LocalKernel kernel = LocalKernel.start(machine)) {
      return kernel.run();
    }
  }
}
