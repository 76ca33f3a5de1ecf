package org.netshard.node.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {
  private static final Path LOGS = Path.of("src/test/resources/strace");

  @TempDir Path folder = Path.of("");

  private static ReplayResult replay(String folder, String prefix) throws IOException {
    List<Path> logs;
    try (Stream<Path> files = Files.list(LOGS.resolve(folder))) {
      logs =
          files
              .filter(f -> f.getFileName().toString().startsWith(prefix))
              .filter(f -> f.toString().endsWith(".strace.gz"))
              .sorted()
              .toList();
    }
    assertThat(logs).isNotEmpty();
    ReplayResult all = new ReplayResult();
    for (Path log : logs) {
      all.add(Replay.run(log.toString(), Replay.read(log), SysctlConf.beside(log)));
    }
    return all;
  }

  @Test
  void createLogsAreTheSame() throws IOException {
    ReplayResult result = replay("fuzz", "create-");
    assertThat(result.total().same()).isGreaterThan(3_000);
    assertThat(result.differences()).isEmpty();
  }

  @Test
  void sweepsOfUsersNamespacesDescriptorsPairsAndSysctlsAreTheSame() throws IOException {
    for (String kind : List.of("creds-", "credm-", "fds-", "nsf-", "pairs-", "sysw-")) {
      ReplayResult result = replay("sweeps", kind);
      assertThat(result.total().same()).as(kind).isGreaterThan(1_000);
      assertThat(result.differences()).as(kind).isEmpty();
    }
  }

  @Test
  void udpLogsAreTheSame() throws IOException {
    ReplayResult result = replay("fuzz", "udp-");
    assertThat(result.total().same()).isGreaterThan(3_250);
    assertThat(result.differences()).isEmpty();
  }

  @Test
  void connectionsOfTcpAreTheSame() throws IOException {
    ReplayResult result = replay("fuzz", "tcp-");
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isGreaterThan(3300);
  }

  @Test
  void packetsOfEachKindAreCountedTheSame() throws IOException {
    ReplayResult result = replay("packets", "counters");
    assertThat(result.total().same()).isGreaterThan(430);
    assertThat(result.differences()).isEmpty();
  }

  /**
   * Recorded with {@code strace} of Python programs; the contents of control messages, which {@code
   * strace} does not show, were added from what the program saw.
   */
  @Test
  void whatTheLayersOfIpTellIsTheSame() throws IOException {
    for (String log : List.of("txts", "gstamp", "cmsg4", "pmtu", "ext6")) {
      ReplayResult result = replay("ip", log);
      assertThat(result.differences()).as(log).isEmpty();
      assertThat(result.total().same()).as(log).isGreaterThan(100);
    }
  }

  /**
   * Recorded with {@code strace} of {@code ss} with all its options, about connections of TCP in
   * several states, with several congestion controls and keys of MD5, and with filters.
   */
  @Test
  void whatSsIsToldOfConnectionsIsTheSame() throws IOException {
    ReplayResult result = replay("ip", "ss-");
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isGreaterThan(2_100);
  }

  /** Recorded with {@code strace} of {@code ip route} and {@code ip -6 route}. */
  @Test
  void metricsOfRoutesAreKeptAndToldTheSame() throws IOException {
    ReplayResult result = replay("ip", "route-");
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isGreaterThan(950);
  }

  /**
   * Recorded of Python programs that try all cases of what random sequences had found: a peer that
   * is lost with messages unread, an empty first message, ports of connected socks of IPv6, and
   * {@code IP_PKTINFO} of packets that came before it was asked for, connections of TCP that are
   * bound to other devices, the flow that a failed {@code connect} leaves to UDP, connections to
   * IPv6 by socks that had one to a mapped address, whose segments go out by IPv4; and what {@code
   * /proc/net} tells of multicast groups that socks join and whose sources they filter.
   */
  @Test
  void whatRandomSequencesHaveFoundIsTheSame() throws IOException {
    ReplayResult result = replay("ip", "found-");
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isGreaterThan(1_600);
  }

  @Test
  void ringsAndGroupsOfPacketSocketsTakeTheSamePackets() throws IOException {
    for (String kind : List.of("rings", "fanout", "rollover")) {
      ReplayResult result = replay("packets", kind);
      assertThat(result.total().same()).as(kind).isGreaterThan(200);
      assertThat(result.differences()).as(kind).isEmpty();
    }
  }

  @Test
  void filesOfEachKindAnswerTheSame() throws IOException {
    ReplayResult result = replay("files", "kinds");
    assertThat(result.total().same()).isGreaterThan(1_600);
    assertThat(result.differences()).isEmpty();
  }

  /**
   * Recorded of a Python program that moves data between pipes, memory and sockets of each kind:
   * errors in their order, pipes that are full, closed or read by another process, and whole pages.
   */
  @Test
  void dataThatAreSplicedAreTheSame() throws IOException {
    ReplayResult result = replay("packets", "splice");
    assertThat(result.differences()).isEmpty();
    assertThat(result.reasons()).isEmpty();
    assertThat(result.total().same()).isGreaterThan(890);
  }

  /**
   * Recorded of a Python program that moves what files of {@code /proc} say into sockets of each
   * kind and pipes: only sysctls give it.
   */
  @Test
  void filesThatAreSentAreTheSame() throws IOException {
    ReplayResult result = replay("packets", "sendfile");
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isGreaterThan(1_650);
  }

  /** Recorded of a Python program that seeks in each kind of file, and reads at positions. */
  @Test
  void filesWithoutAPositionSaySo() throws IOException {
    ReplayResult result = replay("files", "seek");
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isGreaterThan(250);
  }

  /** Among them a send whose time is over when there would be room, which it does not look for. */
  @Test
  void sequencesOfTcpAndUdpAreTheSame() throws IOException {
    ReplayResult result = replay("probes", "p6-sequences-tcp4-udp4");
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isGreaterThan(500);
  }

  /** A descriptor of a socket's namespace, by which a program comes back into it. */
  @Test
  void namespacesThatSocketsKeepAliveAreTheSame() throws IOException {
    ReplayResult result = replay("probes", "p5-11");
    assertThat(result.differences()).isEmpty();
    assertThat(result.reasons()).isEmpty();
    assertThat(result.total().same()).isGreaterThan(100);
  }

  /**
   * Recorded with {@code strace} of a Python program that draws calls: owners, modes and names of
   * sockets' files, of sockets, pipes and other open files, by several users; and who may connect.
   */
  @Test
  void ownersModesAndNamesOfFilesAreTheSame() throws IOException {
    ReplayResult result = replay("files", "attrs-");
    assertThat(result.total().same()).isGreaterThan(1_800);
    assertThat(result.differences()).isEmpty();
  }

  @Test
  void aNameThatIsNotKnownIsTold() throws IOException {
    Path log = folder.resolve("newer.strace");
    Files.writeString(log, "close(3) = -1 EBADF\nsocket(AF_MOON, SOCK_STREAM, 0) = 3\n");
    ReplayResult result = Replay.run("newer", Replay.read(log), SysctlConf.beside(log));
    assertThat(result.total().same()).isEqualTo(1);
    assertThat(result.reasons()).hasToString("{socket: unknown constant 'AF_MOON'=1}");
  }

  @Test
  void unixLogsAreTheSame() throws IOException {
    ReplayResult result = replay("fuzz", "unix-");
    assertThat(result.total().same()).isGreaterThan(3_300);
    assertThat(result.differences()).isEmpty();
  }

  /** Recorded with {@code strace} of a small C program each. */
  @Test
  void callsThatWaitTimersAndSignalsAreTheSame() throws IOException {
    for (String log : List.of("select", "timers", "messages", "signals", "sigpipe")) {
      ReplayResult result = replay("waits", log);
      assertThat(result.differences()).as(log).isEmpty();
      assertThat(result.total().same()).as(log).isGreaterThan(50);
      assertThat(result.total().timing()).as(log).isZero();
    }
  }

  /** A Python program with servers, clients, threads, children, pipes, and a megabyte to move. */
  @Test
  void aProgramOfThreadsAndProcessesIsTheSameButForMoments() throws IOException {
    ReplayResult first = replay("waits", "threads");
    assertThat(first.differences()).isEmpty();
    assertThat(first.total().same()).isGreaterThan(1_400);
    assertThat(first.total().timing()).isLessThan(20);
    ReplayResult second = replay("waits", "threads");
    assertThat(second.total().timing()).isEqualTo(first.total().timing());
    assertThat(second.total().same()).isEqualTo(first.total().same());
  }

  /** What differs are ports of connections that only the logs have. */
  @Test
  void bindLogsAreNearlyTheSame() throws IOException {
    ReplayResult result = replay("fuzz", "bind-");
    assertThat(result.total().same()).isGreaterThan(3_300);
    assertThat(result.differences()).hasSizeLessThan(3);
  }

  @Test
  void optionLogsDifferOnlyWhereStatesAreNotSimulated() throws IOException {
    ReplayCount total = replay("fuzz", "options-").total();
    assertThat(total.different()).isLessThanOrEqualTo(total.calls() / 500);
  }

  @Test
  void logsOfProgramsAndProbesAreNearlyTheSame() throws IOException {
    ReplayResult result = replay("programs", "");
    result.add(replay("probes", ""));
    ReplayCount total = result.total();
    assertThat(total.same()).isGreaterThan(10_000);
    assertThat(total.different()).isLessThanOrEqualTo(total.same() / 50);
  }

  @Test
  void programsOfSeveralProcessesAreTheSame() throws IOException {
    ReplayResult result = replay("families", "");
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isGreaterThan(900);
    assertThat(result.total().recorded()).isGreaterThan(500);
    assertThat(result.total().timing()).isLessThan(10);
    assertThat(result.reasons()).isEmpty();
  }

  /** What {@code ss} was told of sockets is compared, but for inodes, cookies and timers. */
  @Test
  void anAnswerAboutSocketsThatIsChangedIsDifferent() throws IOException {
    Path log = LOGS.resolve("families/ss_dump.strace.gz");
    String text;
    try (InputStream in = new GZIPInputStream(Files.newInputStream(log))) {
      text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
    for (String change :
        List.of(
            "idiag_state=TCP_LISTEN=idiag_state=TCP_CLOSE",
            "idiag_wqueue=5=idiag_wqueue=6",
            "idiag_sport=htons(5003)=idiag_sport=htons(5005)",
            "udiag_type=SOCK_DGRAM=udiag_type=SOCK_STREAM")) {
      int middle = change.indexOf('=', change.indexOf('=') + 1);
      String from = change.substring(0, middle);
      assertThat(text).contains(from);
      Path changed = folder.resolve("changed.strace");
      String other = text.replace(from, change.substring(middle + 1));
      Files.writeString(changed, other, StandardCharsets.ISO_8859_1);
      ReplayResult result = Replay.run("changed", Replay.read(changed), SysctlConf.beside(log));
      assertThat(result.differences()).as(change).isNotEmpty();
    }
  }

  /** A sender that is there, has ended, is gone; too little room; too many descriptors. */
  @Test
  void descriptorsOfProcessesAreTheSame() throws IOException {
    ReplayResult result = replay("waits", "pidfd");
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isGreaterThan(80);
  }

  @Test
  void replayingTwiceIsTheSame() throws IOException {
    Path log = LOGS.resolve("fuzz/mixed-1.strace.gz");
    ReplayResult first = Replay.run("log", Replay.read(log), SysctlConf.beside(log));
    ReplayResult second = Replay.run("log", Replay.read(log), SysctlConf.beside(log));
    assertThat(first.differences()).isEqualTo(second.differences());
    assertThat(first.reasons()).isEqualTo(second.reasons());
  }
}
