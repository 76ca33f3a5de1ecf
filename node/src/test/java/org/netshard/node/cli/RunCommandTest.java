package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RunCommandTest {
  private static final Path EXAMPLES = Path.of("..", "examples");

  @TempDir Path folder = Path.of("");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int netshard(String... arguments) {
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(arguments);
  }

  private String write(String yaml) throws IOException {
    Path file = folder.resolve("s.yaml");
    Files.writeString(file, yaml);
    return file.toString();
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void theTwoTenantsMeetTheirExpectations() throws IOException {
    String file = EXAMPLES.resolve("two-tenants.yaml").toString();
    assertThat(netshard("run", file, "--json")).isEqualTo(ExitCodes.GOOD);
    JsonNode report = json();
    assertThat(report.path("scenario").asText()).isEqualTo(file);
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(17);
    assertThat(report.path("expectations").path("failed")).isEmpty();
    assertThat(report.path("traceHash").asText()).matches("[0-9a-f]{64}");
    assertThat(report.path("namespaces").asInt()).isEqualTo(3);
    assertThat(report.path("sockets").path("failed").path("ENOMEM").asInt()).isPositive();
    assertThat(report.path("cgroups")).hasSizeGreaterThanOrEqualTo(2);
    assertThat(report.path("crashes")).isEmpty();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void portsAndNamesAreThoseOfLinuxOnOneNodeAndOnThree() throws IOException {
    String file = EXAMPLES.resolve("ports.yaml").toString();
    assertThat(netshard("run", file, "--json")).isEqualTo(ExitCodes.GOOD);
    JsonNode report = json();
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(33);
    assertThat(report.path("warnings")).isEmpty();
    out.getBuffer().setLength(0);
    assertThat(netshard("run", file, "--json", "--nodes", "3")).isEqualTo(ExitCodes.GOOD);
    assertThat(json().path("traceHash")).isEqualTo(report.path("traceHash"));
  }

  @Test
  void unixSocketsTalkTheSameOnOneNodeAndOnThree() throws IOException {
    String file = EXAMPLES.resolve("unix-sockets.yaml").toString();
    assertThat(netshard("run", file, "--json", "--check", "ledger")).isEqualTo(ExitCodes.GOOD);
    JsonNode report = json();
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(35);
    assertThat(report.path("warnings")).isEmpty();
    out.getBuffer().setLength(0);
    assertThat(netshard("run", file, "--json", "--nodes", "3")).isEqualTo(ExitCodes.GOOD);
    assertThat(json().path("traceHash")).isEqualTo(report.path("traceHash"));
  }

  @Test
  void datagramLoadMeasuresTheSameOnOneNodeAndOnThree() throws IOException {
    measuresTheSameOnOneNodeAndOnThree("datagram-load.yaml", 7);
  }

  @Test
  void tcpLoadMeasuresTheSameOnOneNodeAndOnThree() throws IOException {
    measuresTheSameOnOneNodeAndOnThree("tcp-load.yaml", 5);
  }

  @Test
  void tcpServersMeasureTheSameOnOneNodeAndOnThree() throws IOException {
    measuresTheSameOnOneNodeAndOnThree("tcp-servers.yaml", 8);
  }

  @Test
  void aLossyLinkDeliversEveryByteOfStreamsOnOneNodeAndOnThree() throws IOException {
    String file = EXAMPLES.resolve("lossy-link.yaml").toString();
    assertThat(netshard("run", file, "--json", "--check", "ledger")).isEqualTo(ExitCodes.GOOD);
    JsonNode report = json();
    assertThat(report.path("warnings")).isEmpty();
    for (JsonNode workload : report.path("workloads")) {
      boolean datagrams = workload.path("kind").asText().equals("udp-flow");
      assertThat(workload.path("lost").asLong() > 0).as(workload.toString()).isEqualTo(datagrams);
      assertThat(workload.path("errors")).isEmpty();
    }
    out.getBuffer().setLength(0);
    assertThat(netshard("run", file, "--json", "--nodes", "3")).isEqualTo(ExitCodes.GOOD);
    assertThat(json().path("traceHash")).isEqualTo(report.path("traceHash"));
  }

  private void measuresTheSameOnOneNodeAndOnThree(String example, int workloads)
      throws IOException {
    String file = EXAMPLES.resolve(example).toString();
    assertThat(netshard("run", file, "--json")).isEqualTo(ExitCodes.GOOD);
    JsonNode report = json();
    assertThat(report.path("workloads")).hasSize(workloads);
    for (JsonNode workload : report.path("workloads")) {
      assertThat(workload.path("received").asLong()).as(workload.toString()).isPositive();
      assertThat(workload.path("lost").asLong()).as(workload.toString()).isZero();
    }
    assertThat(report.path("sockets").path("open").asInt()).isZero();
    out.getBuffer().setLength(0);
    assertThat(netshard("run", file, "--json", "--nodes", "3")).isEqualTo(ExitCodes.GOOD);
    assertThat(json().path("traceHash")).isEqualTo(report.path("traceHash"));
    assertThat(json().path("workloads")).isEqualTo(report.path("workloads"));
  }

  @Test
  void whoStillWaitsAtTheEndIsTold() throws IOException {
    String file =
        write(
            """
            tasks:
              - name: t
                calls:
                  - socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0
                  - read(3, "x", 1) = 1
            """);
    assertThat(netshard("run", file, "--json")).isEqualTo(ExitCodes.DIFFERENT);
    assertThat(json().path("warnings"))
        .extracting(JsonNode::asText)
        .containsExactly("t still waits in read(3, \"x\", 1) = 1");
  }

  @Test
  void anExpectationThatIsNotMetIsToldWithItsPlace() throws IOException {
    String file =
        write(
            """
            tasks:
              - name: t
                calls:
                  - socket(AF_INET, SOCK_STREAM, 0) = 4
                  - socket(AF_INET, SOCK_STREAM, 0) = -1 EPERM
            """);
    assertThat(netshard("run", file, "--json")).isEqualTo(ExitCodes.DIFFERENT);
    JsonNode failed = json().path("expectations").path("failed");
    assertThat(failed).hasSize(2);
    assertThat(failed.get(0).path("place").asText()).isEqualTo(file + ":4:9");
    assertThat(failed.get(0).path("expected").asText()).isEqualTo("4");
    assertThat(failed.get(0).path("actual").asText()).isEqualTo("3");
    assertThat(failed.get(1).path("place").asText()).isEqualTo(file + ":5:9");
  }

  @Test
  void whatIsExpectedOfATaskThatIsKilledIsNotMet() throws IOException {
    String file =
        write(
            """
            cgroups: [{path: /red, limit: 8K, oomKill: true}]
            tasks:
              - name: t
                cgroup: /red
                calls:
                  - socket(AF_INET, SOCK_STREAM, 0) = 3
                  - socket(AF_INET, SOCK_STREAM, 0) = 4
                  - socket(AF_INET, SOCK_STREAM, 0) = 5
                  - close(3)
                  - close(4) = 0
            """);
    assertThat(netshard("run", file, "--json", "--check", "ledger")).isEqualTo(ExitCodes.DIFFERENT);
    JsonNode report = json();
    assertThat(report.path("crashes")).isEmpty();
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(2);
    JsonNode failed = report.path("expectations").path("failed");
    assertThat(failed).hasSize(2);
    assertThat(failed.get(0).path("place").asText()).isEqualTo(file + ":8:9");
    assertThat(failed.get(0).path("actual").asText()).isEqualTo("killed by the OOM killer");
    assertThat(failed.get(1).path("place").asText()).isEqualTo(file + ":10:9");
    JsonNode killed = report.path("killed").get(0);
    assertThat(killed.path("task").asText()).isEqualTo("t");
    assertThat(killed.path("cgroup").asText()).isEqualTo("/red");
    JsonNode red = report.path("cgroups").get(0);
    assertThat(red.path("currentBytes").asInt()).isZero();
    assertThat(red.path("refused").asInt()).isZero();
    assertThat(red.path("events").path("oom_kill").asInt()).isOne();
  }

  @Test
  void whatIsNoCheckOrNoTimeIsBadInput() throws IOException {
    String file = write("seed: 1");
    assertThat(netshard("run", file, "--check", "memory")).isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(netshard("run", file, "--sample", "1ms")).isEqualTo(ExitCodes.BAD_INPUT);
    String out1 = folder.resolve("out").toString();
    assertThat(netshard("run", file, "--out", out1, "--sample", "0s"))
        .isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(err.toString())
        .contains("--check memory: there is no such check; allowed: ledger")
        .contains("--sample needs --out")
        .contains("--sample 0s is no time above 0");
  }

  @Test
  void whatACallWritesIsExpectedToo() throws IOException {
    String file =
        write(
            """
            tasks:
              - name: t
                calls: |
                  socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0
                  getsockopt(3, SOL_SOCKET, SO_TYPE, [SOCK_STREAM], [4]) = 0
                  socketpair(AF_UNIX, SOCK_STREAM, 0, [5, 7]) = 0
                  getsockopt(3, SOL_SOCKET, SO_TYPE, [2], [4]) = 0
                  getsockopt(3, SOL_SOCKET, SO_TYPE, [1], [8]) = 0
            """);
    assertThat(netshard("run", file, "--json")).isEqualTo(ExitCodes.DIFFERENT);
    JsonNode expectations = json().path("expectations");
    assertThat(expectations.path("met").asInt()).isEqualTo(2);
    JsonNode failed = expectations.path("failed");
    assertThat(failed.findValuesAsText("expected"))
        .containsExactly("[5, 7]", "[2]", "a length of 8");
    assertThat(failed.findValuesAsText("actual")).containsExactly("[5, 6]", "[1]", "[4]");
  }

  @Test
  void whatIsNotSimulatedIsCountedAndToldOncePerKernel() throws IOException {
    String file =
        write(
            """
            kernels: [{name: a}, {name: b}]
            tasks:
              - name: t
                kernel: ["a", "b"]
                calls: |
                  $s = socket(AF_INET, SOCK_STREAM, 0) = 3
                  mq_notify($s, {sigev_value=80}, 16) = -1 ENOSYS
                  mq_notify($s, NULL, 0) = -1 ENOSYS (Function not implemented)
                  mq_unlink("/q") = 0
                  fcntl($s, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=0}) = -1 EINVAL
                  fcntl($s, 999) = -1 EINVAL
                  prctl(PR_SET_SECCOMP, 1) = -1 EINVAL
            """);
    assertThat(netshard("run", file, "--json")).isEqualTo(ExitCodes.DIFFERENT);
    JsonNode report = json();
    assertThat(report.path("calls").asInt()).isEqualTo(14);
    assertThat(report.path("byCall").path("mq_notify").path("failed").asInt()).isEqualTo(4);
    assertThat(report.path("byCall").path("mq_unlink").path("failed").asInt()).isEqualTo(2);
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(12);
    assertThat(report.path("expectations").path("failed").get(0).path("actual").asText())
        .isEqualTo("ENOSYS");
    assertThat(report.path("warnings"))
        .extracting(JsonNode::asText)
        .containsExactly(
            "fcntl F_SETLK is not simulated: it fails with EINVAL",
            "prctl option 22 is not simulated: it fails with EINVAL",
            "system call mq_notify is not simulated: it fails with ENOSYS",
            "system call mq_unlink is not simulated: it fails with ENOSYS");
    out.getBuffer().setLength(0);
    assertThat(netshard("run", file, "--json", "--nodes", "2")).isEqualTo(ExitCodes.DIFFERENT);
    assertThat(json().path("traceHash")).isEqualTo(report.path("traceHash"));
    out.getBuffer().setLength(0);
    netshard("run", file);
    assertThat(out.toString())
        .containsOnlyOnce("system call mq_notify is not simulated: it fails with ENOSYS")
        .containsPattern("mq_notify +0 +4\n");
  }

  @Test
  void aClusterThatIsNotThereIsOneLine() throws IOException {
    String file = write("kernels: [{name: a}]\n");
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    String address = "127.0.0.1:" + free;
    assertThat(netshard("run", file, "--cluster", address)).isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(err.toString()).startsWith("no cluster at " + address).hasLineCount(1);
    assertThat(netshard("run", file, "--cluster", "here")).isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(err.toString()).endsWith("--cluster here: must be HOST:PORT\n");
  }

  @Test
  void outHoldsBothReports() throws IOException {
    String file = write("tasks: [{name: t, calls: ['socket(AF_UNIX, SOCK_DGRAM, 0) = 3']}]\n");
    Path reports = folder.resolve("a").resolve("b");
    assertThat(netshard("run", file, "--seed", "5", "--out", reports.toString()))
        .isEqualTo(ExitCodes.GOOD);
    assertThat(reports.resolve("report.txt")).content().isEqualTo(out.toString());
    JsonNode report = new ObjectMapper().readTree(reports.resolve("report.json").toFile());
    assertThat(report.path("seed").asLong()).isEqualTo(5);
    assertThat(report.path("calls").asLong()).isEqualTo(1);
  }

  @Test
  void aSysctlThatTheKernelRefusesIsBadInput() throws IOException {
    String file =
        write(
            """
            kernels:
              - name: a
                sysctls:
                  net.ipv4.no_such_thing: 1
            """);
    assertThat(netshard("run", file)).isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(err.toString())
        .startsWith(file + ":4:7: sysctl net.ipv4.no_such_thing")
        .hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void everyCommandHasHelp() {
    for (String name : NetshardCommand.commandLine().getSubcommands().keySet()) {
      assertThat(netshard(name, "--help")).as(name).isZero();
    }
    assertThat(netshard("--help")).isZero();
    assertThat(netshard("--version")).isZero();
    assertThat(out.toString()).contains("Usage: netshard run").contains("netshard 0.");
  }
}
