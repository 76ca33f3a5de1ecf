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

/** Operations on a running kernel, from the scenario's text to the report. */
class FamiliesSimulation {
  private static final String EXAMPLE = Path.of("..", "examples", "families.yaml").toString();

  @TempDir Path folder = Path.of("");

  private static JsonNode run(String... arguments) throws IOException {
    StringWriter out = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    assertThat(line.execute(arguments)).as(out.toString()).isEqualTo(ExitCodes.GOOD);
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void familiesAndProtocolsComeAndGoAsTheExampleSays() throws IOException {
    JsonNode report = run("run", EXAMPLE, "--json");
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(21);
    assertThat(report.path("crashes")).isEmpty();
    assertThat(report.path("warnings"))
        .extracting(JsonNode::asText)
        .containsExactly(
            EXAMPLE + ":31:12: sock_register: EEXIST",
            EXAMPLE + ":34:12: inet_register_protosw: EPERM",
            EXAMPLE + ":37:12: inet_unregister_protosw: EPERM");
    assertThat(report.path("sockets").path("open").asInt()).isEqualTo(2);
    assertThat(run("run", EXAMPLE, "--json", "--nodes", "2").path("traceHash"))
        .isEqualTo(report.path("traceHash"));
  }

  @Test
  void whatIsNotSaidOfAFamilyIsAsInTheProfileOfEachKernel() throws IOException {
    Path file = folder.resolve("s.yaml");
    Files.writeString(
        file,
        """
        profiles: [{name: lean, extends: linux-6.18, text: 'remove-families = [AF_XDP]'}]
        kernels: [{name: full}, {name: lean, profile: lean}]
        operations:
          - {at: 1s, kernel: full, call: sock_unregister, entry: 'AF_XDP {}'}
          - {at: 2s, kernel: full, call: sock_register, entry: 'AF_XDP {}'}
          - {at: 1s, kernel: full, call: sock_unregister, entry: 'AF_VSOCK {}'}
          - {at: 1s, kernel: full, call: sock_register, entry: 'AF_VSOCK { protosw = ["SOCK_STREAM 0 AF_VSOCK"] }'}
          - {at: 1s, call: inet_unregister_protosw, entry: 'AF_INET6 { protosw = ["SOCK_STREAM 262 MPTCPv6"] }'}
          - {at: 2s, call: inet_unregister_protosw, entry: 'AF_INET6 { protosw = ["SOCK_STREAM 262 MPTCPv6"] }'}
        tasks:
          - name: xdp
            kernel: full
            calls:
              - $old = socket(AF_XDP, SOCK_RAW, 0) = 3
              - {after: 1500ms, call: 'socket(AF_XDP, SOCK_RAW, 0) = -1 EAFNOSUPPORT'}
              - {after: 1s, call: 'socket(AF_XDP, SOCK_RAW, 0) = 4'}
              - close($old) = 0
          - name: vsock
            kernel: full
            calls:
              - socket(AF_VSOCK, SOCK_SEQPACKET, 0) = 3
              - {after: 1500ms, call: 'socket(AF_VSOCK, SOCK_SEQPACKET, 0) = -1 ESOCKTNOSUPPORT'}
              - socket(AF_VSOCK, SOCK_STREAM, 0) = 4
          - name: mptcp
            kernel: '*'
            calls:
              - socket(AF_INET6, SOCK_STREAM, IPPROTO_MPTCP) = 3
              - {after: 1500ms, call: 'socket(AF_INET6, SOCK_STREAM, IPPROTO_MPTCP) = -1 EPROTONOSUPPORT'}
        """);
    JsonNode report = run("run", file.toString(), "--json");
    assertThat(report.path("expectations").path("met").asInt()).isEqualTo(11);
    assertThat(report.path("warnings"))
        .extracting(JsonNode::asText)
        .containsExactly(file + ":9:52: inet_unregister_protosw: ENOENT");
  }
}
