package org.netshard.node.packetdrill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.netshard.node.packetdrill.script.ScriptSyntaxException;

/** What a script that does not pass says, and where. */
class ScriptFailuresTest {
  private static final String CONNECTED =
      """
          0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3
         +0 connect(3, ..., ...) = 0
         +0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
      """;

  private static Packetdrill.Result run(String rest) {
    return run(rest, Map.of());
  }

  private static Packetdrill.Result run(String rest, Map<String, String> options) {
    return Packetdrill.run("x.pkt", CONNECTED + rest, Path.of("."), Map.of(), options);
  }

  @Test
  void packetOfAnotherSizeIsShownBesideTheExpectedOne() {
    assertThat(run(" +0 send(3, ..., 100, 0) = 100\n +0 > udp (101)\n").failure().lines())
        .containsExactly(
            "x.pkt:5:2: bytes of data: expected 101, found 100",
            "  expected: 0.000000 > udp (101)",
            "  found:    0.000000 > udp (100)");
  }

  @Test
  void packetAtAnotherTimeFailsUnlessItIsTolerated() {
    String early = " +0 send(3, ..., 100, 0) = 100\n +.001 > udp (100)\n";
    assertThat(run(early).failure())
        .startsWith("x.pkt:5:2: time: the packet is due at 0.001000, but was sent at 0.000000");
    assertThat(run(early, Map.of("tolerance_usecs", "999")).passed()).isFalse();
    assertThat(run(early, Map.of("tolerance_usecs", "1000")).passed()).isTrue();
    assertThat(run(" +0 send(3, ..., 1, 0) = 1\n +.1~+.2 > udp (1)\n").failure())
        .contains("is due between 0.100000 and 0.200000, but was sent at 0.000000");
  }

  @Test
  void packetThatIsNeverSentFailsWhenItsTimeIsOver() {
    assertThat(run(" +.5 > udp (1)\n").failure().lines())
        .containsExactly(
            "x.pkt:4:2: no packet was sent up to 0.500000", "  expected: 0.500000 > udp (1)");
  }

  @Test
  void resultsAndErrorsThatAreOthersAreNamed() {
    assertThat(run(" +0 send(3, ..., 1, 0) = 2\n").failure())
        .isEqualTo("x.pkt:4:2: send: expected 2, found 1");
    assertThat(run(" +0 read(3, ..., 1) = -1 EPERM (Operation not permitted)\n").failure())
        .isEqualTo("x.pkt:4:2: read: expected -1 EPERM, found EAGAIN");
    assertThat(run(" +0 getsockopt(3, SOL_SOCKET, SO_TYPE, [1], [4]) = 0\n").failure())
        .isEqualTo("x.pkt:4:2: getsockopt: value: expected [1], found 2");
    assertThat(run(" +0 poll([{fd=3, events=POLLOUT, revents=0}], 1, 0) = 1\n").failure())
        .isEqualTo("x.pkt:4:2: poll: revents of entry 1: expected 0x0, found 0x4");
  }

  @Test
  void callThatBlocksMustEndWhenItIsSaidTo() {
    String blocking = " +0 fcntl(3, F_SETFL, O_RDWR) = 0\n";
    assertThat(run(blocking + " +0 read(3, ..., 1) = 1\n").failure())
        .startsWith("x.pkt:5:2: read: waits for ever");
    assertThat(run(blocking + " +0...0.1 read(3, ..., 1) = 1\n").failure())
        .isEqualTo("x.pkt:5:2: the call is due to return at 0.100000, but has not returned");
    String late = blocking + " +0 send(3, ..., 1, 0) = 1\n +0 > udp (1)\n";
    assertThat(run(late + " +0...0.1 read(3, ..., 1) = 1\n +.2 < udp (1)\n").failure())
        .isEqualTo("x.pkt:7:2: read: it is due to return at 0.100000, but returned at 0.200000");
  }

  @Test
  void timeThatHasPassedIsAnError() {
    assertThat(run(" +.5 send(3, ..., 1, 0) = 1\n 0.1 close(3) = 0\n").failure())
        .isEqualTo("x.pkt:5:2: this is to be done at 0.100000, but it is 0.500000 already");
  }

  @Test
  void codeThatDoesNotHoldShowsItsMessage() {
    String failure = run(" +0 %{ x = 1\nassert x == SK_MEMINFO_DROPS, 'x=%d' % x }%\n").failure();
    assertThat(failure).isEqualTo("x.pkt:5:1: assert x == SK_MEMINFO_DROPS, 'x=%d' % x: x=1");
    assertThat(run(" +0 %{ assert tcpi_state == 1 }%\n").failure())
        .isEqualTo("x.pkt:4:2: `tcpi_state` is not known here");
  }

  @Test
  void commandThatFailsIsNamed() {
    assertThat(run(" +0 `sysctl -q net.ipv4.no_such=1`\n").failure())
        .isEqualTo("x.pkt:4:2: sysctl net.ipv4.no_such=1: ENOENT");
    assertThat(run(" +0 `nstat`\n +0 `nstat | grep UdpInDatagrams`\n").failure())
        .isEqualTo("x.pkt:5:2: nstat: no line matches `UdpInDatagrams`");
  }

  @Test
  void countersAreComparedAsLines() {
    String sent = " +0 send(3, ..., 9, 0) = 9\n +0 > udp (9)\n";
    assertThat(run(sent + sent + " +0 `nstat | grep -q '^UdpOutDatagrams  *2 '`\n").failure())
        .isEmpty();
    assertThat(run(sent + " +0 `nstat | grep -q '^UdpOutDatagrams  *2 '`\n").failure())
        .startsWith("x.pkt:6:2: nstat: no line matches `^UdpOutDatagrams  *2 `:\n")
        .endsWith("\n  UdpOutDatagrams                 1                  0.0");
    String twice = " +0 `nstat -s | grep UdpOut\nnstat | grep UdpOut\nnstat | grep UdpOut`\n";
    assertThat(run(sent + twice).failure()).isEqualTo("x.pkt:8:1: nstat: no line matches `UdpOut`");
  }

  @Test
  void commandThatFailsBeforeAnotherIsANote() {
    Packetdrill.Result result =
        run(" +0 `sysctl -q net.ipv4.no_such=1\nsysctl -q net.ipv4.ip_default_ttl=9`\n");
    assertThat(result.failure()).isEmpty();
    assertThat(result.notes()).containsExactly("x.pkt:4:2: sysctl net.ipv4.no_such=1: ENOENT");
  }

  @Test
  void congestionControlOfTheMachineIsCubicAndMayBeChosen() {
    String cubic = " +0 `sysctl -q net.ipv4.tcp_congestion_control=cubic`\n";
    assertThat(run(cubic).failure()).isEmpty();
  }

  @Test
  void whatIsNotSimulatedIsNamedBeforeAnythingRuns() {
    for (Map.Entry<String, String> one :
        Map.of(
                " +0 tee(3, 4, 1, 0) = 1\n",
                "x.pkt:4:2: tee: this call is not simulated",
                " +0 setsockopt(3, SOL_SOCKET, SO_NONE, [1], 4) = 0\n",
                "x.pkt:4:2: setsockopt: constant `SO_NONE` is not known",
                " +0 close(3, 4) = 0\n",
                "x.pkt:4:2: close: takes 1 arguments, found 2",
                " +0 < icmp packet_too_big [udp (1)]\n",
                "x.pkt:4:2: ICMP has no `packet_too_big`",
                " +0 < S 0:0(0) <nop>\n",
                "x.pkt:4:2: 1 bytes of options of TCP are not a multiple of 4 up to 40",
                " +0 < S 0:0(0)\n",
                "x.pkt:4:2: a packet that comes needs its window, such as win 1000",
                " +0 `curl example`\n",
                "x.pkt:4:2: command `curl example` is not simulated; simulated are "
                    + Shell.ALLOWED,
                " +0 `./none.sh`\n",
                "x.pkt:4:2: there is no file none.sh",
                " +0 %{ import os }%\n",
                "x.pkt:4:2: `import` begins no statement that is understood: these are NAME = …,"
                    + " assert, print(…) and pass")
            .entrySet()) {
      assertThatThrownBy(() -> run(one.getKey()))
          .isInstanceOf(ScriptSyntaxException.class)
          .hasMessage(one.getValue());
    }
  }

  @Test
  void optionsThatAreWrongAreNamed() {
    for (List<String> one :
        List.of(
            List.of("--ip_version=ipv5", "allowed are ipv4, ipv6 and ipv4-mapped-ipv6"),
            List.of("--mtu=67", "no number from 68 to 65535"),
            List.of("--netmask_ip=255.0.255.0", "no mask, such as 255.255.0.0"),
            List.of(
                "--code_sockopt=SO_RCVBUF", "code is told of TCP_INFO, TCP_CC_INFO, SO_MEMINFO"),
            List.of("--local_ip=fd00::1", "no address of IPv4"))) {
      String script = one.get(0) + "\n" + CONNECTED;
      assertThatThrownBy(() -> Packetdrill.run("x.pkt", script, Path.of("."), Map.of(), Map.of()))
          .isInstanceOf(ScriptSyntaxException.class)
          .hasMessage("x.pkt:1:1: " + one.get(0) + ": " + one.get(1));
    }
    assertThatThrownBy(
            () ->
                Packetdrill.run(
                    "x.pkt", "--wire_server\n" + CONNECTED, Path.of("."), Map.of(), Map.of()))
        .hasMessage("x.pkt:1:1: option --wire_server is not simulated");
  }

  @Test
  void sameScriptHasTheSameLogTwice() {
    String rest = " +.1 send(3, ..., 7, 0) = 7\n +0 > udp (7)\n +.1 < udp (9)\n";
    assertThat(run(rest).log()).hasSize(6).isEqualTo(run(rest).log());
  }
}
