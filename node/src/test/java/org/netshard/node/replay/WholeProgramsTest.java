package org.netshard.node.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeProgramsTest {
  private static final String PAIR =
      "1 1795379710.000000 socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0\n";
  private static final String FORK =
      "1 1795379710.000100 clone(child_stack=NULL, flags=SIGCHLD) = 2\n";

  @TempDir Path folder = Path.of("");

  private ReplayResult replay(String log) throws IOException {
    Path file = folder.resolve("log.strace");
    Files.writeString(file, log);
    return Replay.run("log", Replay.read(file), SysctlConf.beside(file));
  }

  @Test
  void aReadThatWaitsEndsWhenAnotherProcessWrites() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + FORK
                + """
                1 1795379710.000200 read(3,  <unfinished ...>
                2 1795379710.500000 write(4, "word", 4) = 4
                1 1795379710.500100 <... read resumed>"word", 100) = 4
                """);
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isEqualTo(4);
  }

  @Test
  void aCallIsNotMadeBeforeThoseThatWereOverBeforeIt() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + FORK
                + """
                2 1795379710.000200 poll([{fd=3, events=POLLIN}], 1, 5000 <unfinished ...>
                1 1795379710.100000 write(4, "a", 1) = 1
                2 1795379710.100100 <... poll resumed>) = 1 ([{fd=3, revents=POLLIN}])
                1 1795379710.100200 recvfrom(3, "a", 10, MSG_DONTWAIT, NULL, NULL) = 1
                2 1795379710.100300 poll([{fd=3, events=POLLIN}], 1, 100) = 0 (Timeout)
                1 1795379710.200500 write(4, "b", 1) = 1
                """);
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isEqualTo(7);
  }

  @Test
  void aCallThatNothingEndsIsToldAndTheReplayGoesOn() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + """
                1 1795379710.000200 read(3, "gift", 100) = 4
                1 1795379710.000300 write(4, "x", 1) = 1
                1 1795379710.000400 read(3, "x", 100) = 1
                """);
    assertThat(result.differences()).hasSize(1);
    assertThat(result.differences().get(0).simulated()).contains("still sleeping");
    assertThat(result.total().same()).isEqualTo(3);
  }

  @Test
  void aChildThatSpeaksBeforeItsBirthIsToldIsThere() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + """
                1 1795379710.000200 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>
                2 1795379710.000300 write(4, "x", 1) = 1
                1 1795379710.000400 <... clone resumed>) = 2
                1 1795379710.000500 read(3, "x", 100) = 1
                """);
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isEqualTo(4);
  }

  @Test
  void aProcessThatIsKilledWhileItWaitsGivesItsFilesBack() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + FORK
                + """
                2 1795379710.000200 close(3) = 0
                1 1795379710.000300 close(4) = 0
                2 1795379710.000400 read(4,  <unfinished ...>
                1 1795379710.000500 read(3,  <unfinished ...>
                2 1795379710.000600 <... read resumed> <unfinished ...>) = ?
                2 1795379710.000700 +++ killed by SIGKILL +++
                1 1795379710.000800 <... read resumed>"", 100) = 0
                """);
    assertThat(result.differences()).isEmpty();
  }

  @Test
  void aReadThatFoundDataWhichTheLogHasLaterIsTiming() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + FORK
                + """
                2 1795379710.000200 write(4, "ab", 2 <unfinished ...>
                1 1795379710.000300 recvfrom(3, 0x7ffe, 10, MSG_DONTWAIT, NULL, NULL) = -1 EAGAIN (Resource)
                2 1795379710.000400 <... write resumed>) = 2
                1 1795379710.000500 recvfrom(3, "ab", 10, MSG_DONTWAIT, NULL, NULL) = 2
                1 1795379710.000600 recvfrom(3, 0x7ffe, 10, MSG_DONTWAIT, NULL, NULL) = -1 EAGAIN (Resource)
                """);
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().timing()).isEqualTo(2);
    assertThat(result.total().same()).isEqualTo(4);
  }

  @Test
  void readsOfOtherLengthsOfOneStreamAreTiming() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + FORK
                + """
                1 1795379710.000200 read(3,  <unfinished ...>
                2 1795379710.000300 write(4, "ab", 2) = 2
                2 1795379710.000400 write(4, "cd", 2) = 2
                1 1795379710.000500 <... read resumed>"abcd", 100) = 4
                1 1795379710.000600 recvfrom(3, 0x7ffe, 10, MSG_DONTWAIT, NULL, NULL) = -1 EAGAIN (Resource)
                """);
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().timing()).isEqualTo(2);
  }

  @Test
  void dataThatTheLogNeverHasAreADifference() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + FORK
                + """
                2 1795379710.000200 write(4, "ab", 2 <unfinished ...>
                1 1795379710.000300 recvfrom(3, 0x7ffe, 10, MSG_DONTWAIT, NULL, NULL) = -1 EAGAIN (Resource)
                2 1795379710.000400 <... write resumed>) = 2
                1 1795379710.000500 recvfrom(3, "xy", 10, MSG_DONTWAIT, NULL, NULL) = 2
                """);
    assertThat(result.differences()).hasSize(2);
    assertThat(result.total().timing()).isZero();
  }

  @Test
  void aReadThatFindsNothingYetIsMadeAgainWhileTheLogHasItUnderWay() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + FORK
                + """
                1 1795379710.000200 recvfrom(3,  <unfinished ...>
                2 1795379710.000300 write(4, "ab", 2) = 2
                1 1795379710.000400 <... recvfrom resumed>"ab", 10, MSG_DONTWAIT, NULL, NULL) = 2
                """);
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isEqualTo(4);
  }

  @Test
  void ofOneProcessAloneNothingIsTiming() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + """
                1 1795379710.000200 write(4, "ab", 2) = 2
                1 1795379710.000300 recvfrom(3, 0x7ffe, 10, MSG_DONTWAIT, NULL, NULL) = -1 EAGAIN (Resource)
                1 1795379710.000400 recvfrom(3, "ab", 10, MSG_DONTWAIT, NULL, NULL) = 2
                """);
    assertThat(result.total().timing()).isZero();
    assertThat(result.differences()).isNotEmpty();
  }

  @Test
  void whatWasDoneBeforeTheRecordingHolds() throws IOException {
    Path file = folder.resolve("prepared.strace");
    Files.writeString(
        file,
        """
        1 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3
        1 bind(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
        1 setresuid(1000, 1000, 1000) = 0
        1 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4
        1 bind(4, {sa_family=AF_INET, sin_port=htons(81), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
        """);
    Files.writeString(
        folder.resolve("prepared.prep"),
        """
        mkdir www
        sysctl -w net.ipv4.ip_unprivileged_port_start=81
        ip link set lo up
        ip tuntap add mode tun
        """);
    ReplayResult result =
        Replay.run("log", Replay.read(file), SysctlConf.beside(file), PrepLines.beside(file));
    assertThat(result.differences()).isEmpty();
    assertThat(result.warnings()).hasSize(1);
    assertThat(result.warnings().iterator().next()).contains("ip tuntap");
  }
}
