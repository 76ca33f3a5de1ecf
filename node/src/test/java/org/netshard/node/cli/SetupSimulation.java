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

/** Kernels that are set up by lines of a shell, before anything runs and while it runs. */
class SetupSimulation {
  private static final String SCENARIO =
      """
      kernels:
        - name: new-{}
          count: 3
        - name: old
          profile: v1
      profiles:
        - {name: v1, extends: linux-6.18, text: cgroup.version = 1}
      cgroups:
        - {path: /cached, kernel: new-0, cache: 1M}
      setup:
        - kernel: new-*
          lines: |
            mkdir -p /sys/fs/cgroup/red/inner
            echo 1M > /sys/fs/cgroup/red/memory.max
            echo +memory > /sys/fs/cgroup/red/cgroup.subtree_control
            echo $web.pid > /sys/fs/cgroup/red/inner/cgroup.procs
            sysctl -w net.core.somaxconn=99
            rmdir /sys/fs/cgroup/red = -1 EBUSY
        - kernel: old
          lines:
            - mkdir /sys/fs/cgroup/memory/red
            - echo 1M > /sys/fs/cgroup/memory/red/memory.limit_in_bytes = 0
            - echo 1 > /sys/fs/cgroup/memory/red/memory.oom_control
        - at: 10ms
          kernel: old
          lines: cat /proc/$web.pid/cgroup
        - at: 5ms
          kernel: new-*
          lines: |
            cat /sys/fs/cgroup/red/memory.current
            echo 64K > /sys/fs/cgroup/red/memory.max
            cat /sys/fs/cgroup/red/memory.events
        - at: 6ms
          kernel: new-0
          lines: echo 512K > /sys/fs/cgroup/cached/memory.reclaim
      tasks:
        - name: web
          kernel: "*"
          rss: 512K
          start: 1ms
          calls:
            - socket(AF_INET, SOCK_STREAM, 0) = 3
            - {after: 20ms, call: "socket(AF_INET, SOCK_STREAM, 0)"}
        - name: red
          kernel: old
          cgroup: /red
          calls: |
            openat(AT_FDCWD, "/proc/self/cgroup", O_RDONLY) = 3
            read(3, "1:memory:/red\\n", 100) = 14
      """;

  @TempDir Path folder = Path.of("");
  private final StringWriter err = new StringWriter();

  private String run(int expectedCode, String yaml, String... more) throws IOException {
    Path file = folder.resolve("s.yaml");
    Files.writeString(file, yaml);
    StringWriter out = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    String[] arguments = new String[2 + more.length];
    arguments[0] = "run";
    arguments[1] = file.toString();
    System.arraycopy(more, 0, arguments, 2, more.length);
    assertThat(line.execute(arguments)).as(out + " " + err).isEqualTo(expectedCode);
    return out.toString();
  }

  private static String output(JsonNode report, String kernel, String line) {
    for (JsonNode one : report.path("outputs")) {
      if (one.path("kernel").asText().equals(kernel) && one.path("line").asText().equals(line)) {
        return one.path("text").asText();
      }
    }
    throw new AssertionError(kernel + " did not print " + line + ": " + report.path("outputs"));
  }

  @Test
  void linesMakeWhatTasksFindAndChangeItWhileTheyRun() throws IOException {
    JsonNode report = new ObjectMapper().readTree(run(ExitCodes.GOOD, SCENARIO, "--json"));
    assertThat(report.path("expectations").path("notMet").asInt()).isZero();
    assertThat(report.path("warnings")).isEmpty();
    // 512 KiB of the program, and a page of slab for its first socket.
    assertThat(output(report, "new-2", "cat /sys/fs/cgroup/red/memory.current"))
        .isEqualTo((512 + 4) * 1024 + "\n");
    assertThat(output(report, "new-1", "cat /sys/fs/cgroup/red/memory.events"))
        .isEqualTo("low 0\nhigh 0\nmax 0\noom 1\noom_kill 1\noom_group_kill 0\n");
    assertThat(output(report, "old", "cat /proc/1/cgroup")).isEqualTo("1:memory:/\n");
    assertThat(report.path("killed").findValuesAsText("kernel"))
        .containsExactly("new-0", "new-1", "new-2");

    for (JsonNode cgroup : report.path("cgroups")) {
      if (cgroup.path("path").asText().equals("/cached")) {
        assertThat(cgroup.path("currentBytes").asLong()).isLessThanOrEqualTo(512 * 1024);
      }
    }
  }

  /** The answers are those of a live kernel, but that netem is there. */
  @Test
  void queueingDisciplinesComeAndGoAsOnLinux() throws IOException {
    JsonNode report =
        new ObjectMapper()
            .readTree(
                run(
                    ExitCodes.GOOD,
                    """
                    setup:
                      - tc qdisc del dev lo root = -1 ENOENT
                      - tc qdisc add dev lo root fq_codel = -1 ENOENT
                      - tc qdisc change dev lo root netem delay 1ms = -1 ENOENT
                      - tc qdisc add dev lo root netem delay 1ms 100us 25% loss 0.5% 10% rate 10mbit = 0
                      - tc qdisc add dev lo root netem delay 1ms = -1 EEXIST
                      - tc qdisc replace dev lo root netem delay 2ms = 0
                      - tc qdisc change dev lo root netem loss 2% = 0
                      - tc qdisc del dev lo root = 0
                      - ip link set lo gso_max_segs 70000 = -1 EINVAL
                    """,
                    "--json"));
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(9);
    assertThat(report.path("expectations").path("notMet").asInt()).isZero();
  }

  @Test
  void theTraceDoesNotDependOnNodes() throws IOException {
    JsonNode one = new ObjectMapper().readTree(run(ExitCodes.GOOD, SCENARIO, "--json"));
    JsonNode three =
        new ObjectMapper().readTree(run(ExitCodes.GOOD, SCENARIO, "--json", "--nodes", "3"));
    for (String key : new String[] {"traceHash", "events", "calls", "outputs", "cgroups"}) {
      assertThat(three.path(key)).as(key).isEqualTo(one.path(key));
    }
  }

  @Test
  void aLineThatFailsBeforeAnythingRunsIsBadInput() throws IOException {
    run(
        ExitCodes.BAD_INPUT,
        """
        setup:
          - mkdir /sys/fs/cgroup/red
          - echo lots > /sys/fs/cgroup/red/memory.max
        """);
    assertThat(err.toString())
        .contains("s.yaml:3:5: echo lots > /sys/fs/cgroup/red/memory.max: EINVAL");
  }

  @Test
  void aLineThatFailsLaterIsAWarning() throws IOException {
    String text =
        run(
            ExitCodes.GOOD,
            """
            setup:
              - {at: 1ms, lines: rmdir /sys/fs/cgroup/red}
              - {at: 2ms, lines: cat /proc/net/sockstat6}
            """);
    assertThat(text).contains("s.yaml:2:22: rmdir /sys/fs/cgroup/red: ENOENT");
    assertThat(text).contains("kernel at 0.002004 s: cat /proc/net/sockstat6\n  TCP6: inuse 0\n");
  }

  @Test
  void aFrozenTaskStandsStillUntilItIsThawed() throws IOException {
    JsonNode report =
        new ObjectMapper()
            .readTree(
                run(
                    ExitCodes.GOOD,
                    """
                    setup:
                      - mkdir /sys/fs/cgroup/ice
                      - {at: 5ms, lines: echo 1 > /sys/fs/cgroup/ice/cgroup.freeze}
                      - {at: 15ms, lines: cat /proc/net/sockstat}
                      - at: 20ms
                        lines: |
                          cat /sys/fs/cgroup/ice/cgroup.events
                          echo 0 > /sys/fs/cgroup/ice/cgroup.freeze
                      - at: 25ms
                        lines: |
                          cat /sys/fs/cgroup/ice/cgroup.stat.local
                          echo 1 > /sys/fs/cgroup/ice/cgroup.freeze
                          echo 1 > /sys/fs/cgroup/ice/cgroup.kill
                    tasks:
                      - name: web
                        cgroup: /ice
                        start: 10ms
                        calls:
                          - socket(AF_INET6, SOCK_DGRAM, 0) = 3
                          - {after: 90ms, call: "socket(AF_INET, SOCK_STREAM, 0)"}
                    """,
                    "--json"));
    assertThat(output(report, "kernel", "cat /proc/net/sockstat")).startsWith("sockets: used 0");
    assertThat(output(report, "kernel", "cat /sys/fs/cgroup/ice/cgroup.events"))
        .isEqualTo("populated 1\nfrozen 1\n");
    assertThat(report.path("byCall").path("socket").path("succeeded").asInt()).isEqualTo(1);
    assertThat(output(report, "kernel", "cat /sys/fs/cgroup/ice/cgroup.stat.local"))
        .startsWith("frozen_usec 15");
    assertThat(report.path("killed").findValuesAsText("task")).containsExactly("web");
    assertThat(report.path("killed").findValuesAsText("by")).containsExactly("cgroup.kill");
  }

  @Test
  void aFrozenSleeperIsWokenWhenItIsThawedAndAKilledOneLeavesNothing() throws IOException {
    JsonNode report =
        new ObjectMapper()
            .readTree(
                run(
                    ExitCodes.GOOD,
                    """
                    setup:
                      - mkdir /sys/fs/cgroup/ice /sys/fs/cgroup/gone
                      - {at: 5ms, lines: echo 1 > /sys/fs/cgroup/ice/cgroup.freeze}
                      - {at: 12ms, lines: cat /sys/fs/cgroup/ice/cgroup.events}
                      - {at: 20ms, lines: echo 0 > /sys/fs/cgroup/ice/cgroup.freeze}
                      - {at: 7ms, lines: echo 1 > /sys/fs/cgroup/gone/cgroup.kill}
                    tasks:
                      - name: sleeper
                        cgroup: /ice
                        calls:
                          - socket(AF_UNIX, SOCK_DGRAM, 0) = 3
                          - 'bind(3, {sa_family=AF_UNIX, sun_path=@"a"}, 4) = 0'
                          - recvfrom(3, "hi", 10, 0, NULL, NULL) = 2
                          - close(3) = 0
                      - name: victim
                        cgroup: /gone
                        calls:
                          - socket(AF_UNIX, SOCK_DGRAM, 0) = 3
                          - 'bind(3, {sa_family=AF_UNIX, sun_path=@"b"}, 4) = 0'
                          - recvfrom(3, "hi", 10, 0, NULL, NULL)
                      - name: waker
                        start: 10ms
                        calls:
                          - socket(AF_UNIX, SOCK_DGRAM, 0) = 3
                          - 'sendto(3, "hi", 2, 0, {sa_family=AF_UNIX, sun_path=@"a"}, 4) = 2'
                          - 'sendto(3, "hi", 2, 0, {sa_family=AF_UNIX, sun_path=@"b"}, 4) = -1 ECONNREFUSED (Connection refused)'
                    """,
                    "--json",
                    "--check",
                    "ledger"));
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(9);
    assertThat(report.path("expectations").path("notMet").asInt()).isZero();
    assertThat(report.path("crashes")).isEmpty();
    assertThat(report.path("virtualSeconds").asDouble()).isBetween(0.0200, 0.0201);
    assertThat(report.path("killed").findValuesAsText("task")).containsExactly("victim");
    for (JsonNode cgroup : report.path("cgroups")) {
      assertThat(cgroup.path("currentBytes").asLong()).isZero();
    }
  }

  @Test
  void memoryThatDoesNotFitIsBadInput() throws IOException {
    run(
        ExitCodes.BAD_INPUT,
        """
        cgroups: [{path: /red, limit: 1M}]
        tasks: [{name: hog, cgroup: /red, rss: 2M}]
        """);
    assertThat(err.toString()).contains("task hog: no room for its memory in cgroup /red");
  }
}
