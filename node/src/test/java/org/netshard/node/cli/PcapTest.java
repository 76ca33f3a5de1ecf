package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code run --pcap}: what is written is pcapng, and every packet in it is whole. */
class PcapTest {
  private static final String SCENARIO =
      """
      kernels: [{name: host}, {name: idle}]
      namespaces: [{name: red, kernel: host}, {name: blue, kernel: host}]
      setup:
        - ip link set lo up
        - {kernel: host, lines: ip -n red link set lo up}
      workloads:
        - {kind: udp-flow, name: v4, kernel: host, count: 40, size: 'uniform(16, 2000)', rate: 1000}
        - {kind: udp-flow, name: v6, kernel: host, family: AF_INET6, count: 40, size: 61, rate: 1000}
        - {kind: udp-flow, name: l, kernel: host, protocol: IPPROTO_UDPLITE, count: 40, rate: 1000}
        - {kind: request-response, name: r, netns: red, count: 10}
      tasks:
        - name: nobody
          kernel: host
          netns: red
          calls: |
            socket(AF_INET, SOCK_DGRAM, 0) = 3
            sendto(3, "hello", 5, 0, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")}, 16) = 5
            socket(AF_INET6, SOCK_DGRAM, 0) = 4
            sendto(4, "hello", 5, 0, {sa_family=AF_INET6, sin6_port=htons(9), inet_pton(AF_INET6, "::1", &sin6_addr)}, 28) = 5
            socket(AF_INET, SOCK_DGRAM, 0) = 5
            setsockopt(5, SOL_UDP, 103, [100], 4) = 0
            sendto(5, "0123456789012345678901234567890123456789012345678901234567890123456789", 70, 0, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")}, 16) = 70
      """;

  @TempDir Path folder = Path.of("");

  private Path capture(String... more) throws IOException {
    Path scenario = Files.writeString(folder.resolve("s.yaml"), SCENARIO);
    Path captures = folder.resolve("captures");
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(new StringWriter()));
    List<String> arguments =
        Stream.concat(
                Stream.of("run", scenario.toString(), "--pcap", captures.toString()),
                Stream.of(more))
            .toList();
    assertThat(line.execute(arguments.toArray(String[]::new))).isEqualTo(ExitCodes.GOOD);
    return captures;
  }

  private static List<String> names(Path captures) throws IOException {
    try (Stream<Path> files = Files.list(captures)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void everyPacketOfANamespaceIsInItsFileAndWhole() throws IOException {
    Path captures = capture();
    assertThat(names(captures)).containsExactly("host@init.pcapng", "host@red.pcapng");
    PcapngFile init = PcapngFile.read(captures.resolve("host@init.pcapng"));
    PcapngFile red = PcapngFile.read(captures.resolve("host@red.pcapng"));
    for (PcapngFile file : List.of(init, red)) {
      assertThat(file.interfaces()).containsExactly("lo");
      long before = 0;
      for (PcapngFile.Frame frame : file.frames()) {
        assertThat(FrameCheck.problem(frame.bytes())).isEmpty();
        assertThat(frame.timeNs()).isGreaterThanOrEqualTo(before);
        assertThat(frame.flags()).as("inbound, to one").isEqualTo(5);
        before = frame.timeNs();
      }
    }
    // Three flows, each with its end and the answer to that.
    assertThat(init.frames()).hasSize(3 * 42).allMatch(frame -> frame.comment().isEmpty());
    // Twenty and two of the requests, three to nobody, and the errors about them.
    assertThat(red.frames()).hasSize(22 + 6);
    assertThat(red.frames().stream().map(PcapngFile.Frame::comment).filter(c -> !c.isEmpty()))
        .hasSize(3)
        .allMatch(comment -> comment.equals("dropped: SKB_DROP_REASON_NO_SOCKET"));
  }

  @Test
  void theFilesAreTheSameOnThreeNodes() throws IOException {
    Path captures = capture();
    byte[] one = Files.readAllBytes(captures.resolve("host@red.pcapng"));
    assertThat(capture("--nodes", "3").resolve("host@red.pcapng")).hasBinaryContent(one);
  }

  @Test
  void tsharkFindsNoMalformedPacket() throws IOException, InterruptedException {
    assumeTrue(isInstalled("tshark"), "tshark is not installed");
    Path captures = capture();
    for (String name : names(captures)) {
      Path output = folder.resolve("tshark.txt");
      Process tshark =
          new ProcessBuilder(
                  "tshark",
                  "-r",
                  captures.resolve(name).toString(),
                  "-o",
                  "ip.check_checksum:TRUE",
                  "-o",
                  "udp.check_checksum:TRUE",
                  "-Y",
                  // What an ICMP error quotes has the partial checksum that it had, as on Linux.
                  "_ws.malformed || ip.checksum.status == 0 || icmp.checksum.status == 0"
                      + " || icmpv6.checksum.status == 0 || udp.length.bad"
                      + " || (udp.checksum.status == 0 && !icmp && !icmpv6)")
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      assertThat(tshark.waitFor()).isZero();
      assertThat(Files.readString(output).lines())
          .filteredOn(line -> !line.startsWith("Running as user"))
          .isEmpty();
    }
  }

  private static boolean isInstalled(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  @Test
  void aFolderThatIsAFileIsBadInput() throws IOException {
    Path scenario = Files.writeString(folder.resolve("s.yaml"), "kernels: [{name: a}]\n");
    StringWriter err = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setErr(new PrintWriter(err));
    assertThat(line.execute("run", scenario.toString(), "--pcap", scenario.toString()))
        .isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(err.toString())
        .contains("--pcap " + scenario + ": this is not a folder to write to");
  }
}
