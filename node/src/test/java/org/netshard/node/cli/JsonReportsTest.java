package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code --json} prints is as its schema says, with nothing less and nothing more. */
class JsonReportsTest {
  @TempDir Path folder = Path.of("");

  private String write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  /** Runs a command whose results differ from what was expected, and checks its JSON. */
  private static JsonNode report(String command, String... arguments) throws IOException {
    StringWriter out = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    String[] all = new String[arguments.length + 2];
    all[0] = command;
    all[1] = "--json";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    assertThat(line.execute(all)).isEqualTo(ExitCodes.DIFFERENT);
    JsonNode report = new ObjectMapper().readTree(out.toString());
    String resource = "/org/netshard/node/report/" + command + ".schema.json";
    try (InputStream schema = JsonReportsTest.class.getResourceAsStream(resource)) {
      assertThat(
              SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                  .getSchema(new ObjectMapper().readTree(schema))
                  .validate(report))
          .isEmpty();
    }
    return report;
  }

  @Test
  void ofRun() throws IOException {
    String file =
        write(
            "s.yaml",
            """
            seed: 3
            kernels: [{name: a}, {name: b}]
            cgroups: [{path: /small, kernel: a, limit: 20K}, {path: /large, kernel: a}]
            tasks:
              - name: t
                kernel: "*"
                calls: |
                  socket(AF_INET, SOCK_STREAM, 0) = 3
                  socket(AF_AX25, SOCK_STREAM, 0) = 4
                  mq_unlink("/q")
            workloads:
              - {kind: socket-storm, name: s, kernel: a, cgroup: /small, count: 20, mode: hold}
              - {kind: unix-pair, name: p, kernel: "*", parallel: 2, count: 50, think: exponential(1ms)}
            """);
    JsonNode report = report("run", file);
    assertThat(report.path("seed").asInt()).isEqualTo(3);
    assertThat(report.path("nodes").asInt()).isOne();
    JsonNode pairs = report.path("workloads").path(0);
    assertThat(pairs.path("name").asText()).isEqualTo("p");
    assertThat(pairs.path("received").asInt()).isEqualTo(200);
    assertThat(pairs.path("latencySeconds").path("p99").asDouble())
        .isBetween(pairs.path("latencySeconds").path("min").asDouble(), 0.001);
    assertThat(pairs.path("perSecond").path("messages").path("mean").asDouble()).isPositive();
    assertThat(report.path("workloads").path(1).path("errors").path("socket ENOMEM").asInt())
        .isPositive();
    assertThat(report.path("namespaces").asInt()).isEqualTo(2);
    assertThat(report.path("sockets").path("failed").path("EAFNOSUPPORT").asInt()).isEqualTo(2);
    assertThat(report.path("sockets").path("failed").path("ENOMEM").asInt()).isPositive();
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(2);
    assertThat(report.path("expectations").path("failed"))
        .extracting(failed -> failed.path("place").asText())
        .containsExactly(file + ":9:7", file + ":9:7");
    assertThat(report.path("warnings")).hasSize(1);
    assertThat(report.path("cgroups")).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void ofReplay() throws IOException {
    String log =
        write(
            "l.strace",
            """
            socket(AF_INET, SOCK_STREAM, 0) = 3
            socket(AF_UNIX, SOCK_STREAM, 9) = 4
            shmget(IPC_PRIVATE, 4096, 0600) = 5
            """);
    String sysctls = write("s.conf", "vm.swappiness = 1\n");
    JsonNode report = report("replay", log, "--sysctl", sysctls);
    assertThat(report.path("calls").asInt()).isEqualTo(3);
    assertThat(report.path("same").asInt()).isOne();
    assertThat(report.path("byCall").path("socket").path("different").asInt()).isOne();
    assertThat(report.path("byCall").path("shmget").path("notSimulated").asInt()).isOne();
    assertThat(report.path("differences").path(0).path("line").asInt()).isEqualTo(2);
    assertThat(report.path("differences").path(0).path("call").asText()).isEqualTo("socket");
    assertThat(report.path("warnings").path(0).asText())
        .isEqualTo(sysctls + ":1: sysctl vm.swappiness = 1 is left out: ENOENT");
  }

  @Test
  void ofConformance() throws IOException {
    String table =
        write(
            "t.tsv",
            """
            caps\tfamily\tfamily_name\ttype\tprotocol\tresult\tso_domain\tso_type\tso_protocol\tfd_flags
            none\t2\tAF_INET\t3\t1\tEPERM\t-\t-\t-\t-
            none\t2\tAF_INET\t3\t2\tEACCES\t-\t-\t-\t-
            """);
    JsonNode report = report("conformance", table).path("tables").path(0);
    assertThat(report.path("table").asText()).isEqualTo(table);
    assertThat(report.path("rows").asInt()).isEqualTo(2);
    assertThat(report.path("same").asInt()).isOne();
    assertThat(report.path("differences").path(0).path("line").asInt()).isEqualTo(3);
  }
}
