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

/**
 * {@code run --pcap} and {@code replay --pcap}: what is written is pcapng, and every packet in it
 * is whole.
 */
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

  /** Datagrams in two namespaces, each with one that nobody takes. */
  private static final String LOG =
      """
      1 socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3
      1 sendto(3, [{nlmsg_len=32, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=1, nlmsg_pid=0}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_NETROM, ifi_index=if_nametoindex("lo"), ifi_flags=IFF_UP, ifi_change=0x1}], 32, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 32
      1 socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 4
      1 sendto(4, "one", 3, 0, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")}, 16) = 3
      """;

  private String replay(int exit, String... arguments) {
    StringWriter text = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(text));
    line.setErr(new PrintWriter(text));
    List<String> all = Stream.concat(Stream.of("replay"), Stream.of(arguments)).toList();
    assertThat(line.execute(all.toArray(String[]::new))).as(text.toString()).isEqualTo(exit);
    return text.toString();
  }

  @Test
  void aReplayWritesTheCapturesOfEachLogIntoAFolderOfItsName() throws IOException {
    String sends = LOG.substring(LOG.indexOf("1 sendto(4"));
    Path one = Files.writeString(folder.resolve("one.strace"), LOG);
    Path two = Files.writeString(folder.resolve("two.strace"), LOG + sends + sends);
    Path captures = folder.resolve("captures");
    replay(ExitCodes.GOOD, one.toString(), two.toString(), "--pcap", captures.toString());
    assertThat(names(captures)).containsExactly("one", "two");
    for (String log : List.of("one", "two")) {
      assertThat(names(captures.resolve(log))).containsExactly("replay@net-2.pcapng");
      PcapngFile file = PcapngFile.read(captures.resolve(log).resolve("replay@net-2.pcapng"));
      // A datagram to nobody, and the error about it.
      assertThat(file.frames()).hasSize(log.equals("one") ? 2 : 6);
      assertThat(file.frames()).allMatch(frame -> FrameCheck.problem(frame.bytes()).isEmpty());
      assertThat(file.frames().get(0).comment()).isEqualTo("dropped: SKB_DROP_REASON_NO_SOCKET");
    }
  }

  @Test
  void aReplayOfAnUnsharedNamespaceWritesAFileForEach() throws IOException {
    String log =
        LOG
            + "1 unshare(CLONE_NEWNET) = 0\n"
            + LOG.replace("= 4", "= 6")
                .replace("(4,", "(6,")
                .replace("= 3\n1 sendto(3", "= 5\n1 sendto(5");
    Path two = Files.writeString(folder.resolve("two.strace"), log);
    Path captures = folder.resolve("captures");
    replay(ExitCodes.GOOD, two.toString(), "--pcap", captures.toString());
    assertThat(names(captures.resolve("two")))
        .containsExactly("replay@net-2.pcapng", "replay@net-3.pcapng");
  }

  @Test
  void logsWhoseCapturesWouldBeTheSameFilesAreBadInput() throws IOException {
    Path one = Files.writeString(folder.resolve("same.strace"), LOG);
    Files.createDirectories(folder.resolve("other"));
    Path other = Files.writeString(folder.resolve("other").resolve("same.strace"), LOG);
    String captures = folder.resolve("captures").toString();
    assertThat(replay(ExitCodes.BAD_INPUT, one.toString(), other.toString(), "--pcap", captures))
        .contains("--pcap: the captures of " + one + " and " + other);
    assertThat(replay(ExitCodes.BAD_INPUT, one.toString(), "--pcap", one.toString()))
        .contains("--pcap " + one + ": this is not a folder to write to");
  }
}
