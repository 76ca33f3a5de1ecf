package org.netshard.node.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.namespace.spec.SetupLine.Command;

/** Lines of {@code ip}. The messages are those that iproute2 6.1.0 sends, read off by strace. */
class IpNotationTest {
  private static final Map<String, Integer> DEVICES = new TreeMap<>(Map.of("lo", 1, "tun0", 2));

  private static String message(String line) throws BadWordException {
    return IpNotation.message(List.of(line.split(" ", -1)), DEVICES);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "link set lo up | 20000000 1000 0500 | 0000 0000 01000000 01000000 01000000",
        "link set dev lo down | 20000000 1000 0500 | 0000 0000 01000000 00000000 01000000",
        "l set lo mtu 1500 | 28000000 1000 0500 | 0000 0000 01000000 00000000 00000000"
            + " 08000400 dc050000",
        "-4 addr add 10.3.0.1/32 dev lo | 28000000 1400 0506 | 02200000 01000000"
            + " 08000200 0a030001 08000100 0a030001",
        "addr add 127.0.0.9/8 dev lo | 28000000 1400 0506 | 020800fe 01000000"
            + " 08000200 7f000009 08000100 7f000009",
        "a del 10.3.0.1/32 dev lo | 28000000 1500 0500 | 02200000 01000000"
            + " 08000200 0a030001 08000100 0a030001",
        "addr add 10.6.0.1/16 brd + dev lo label lo:1 | 3c000000 1400 0506 | 02100000 01000000"
            + " 08000200 0a060001 08000100 0a060001 08000400 0a06ffff 09000300 6c6f3a31 00000000",
        "addr add 2001:db8::1/64 dev lo nodad | 40000000 1400 0506 | 0a400200 01000000"
            + " 14000200 20010db8000000000000000000000001"
            + " 14000100 20010db8000000000000000000000001",
        "route add 10.8.0.0/16 dev lo | 2c000000 1800 0506 | 02100000 fe03fd01 00000000"
            + " 08000100 0a080000 08000400 01000000",
        "route change 192.0.2.1 via 192.168.0.2 dev tun0 advmss 600 mtu lock 640 initcwnd 11"
            + " | 58000000 1800 0501 | 02200000 fe030001 00000000"
            + " 08000100 c0000201 08000500 c0a80002 08000400 02000000"
            + " 24000800 08000800 58020000 08000200 80020000 08000b00 0b000000 08000100 04000000",
        "route add 10.9.0.0/16 dev tun0 mtu 1400 | 38000000 1800 0506 | 02100000 fe03fd01 00000000"
            + " 08000100 0a090000 08000400 02000000 0c000800 08000200 78050000",
        "-6 addr add fd3d:0a0b:17d6::1/48 dev tun0 nodad | 40000000 1400 0506 | 0a300200 02000000"
            + " 14000200 fd3d0a0b17d600000000000000000001"
            + " 14000100 fd3d0a0b17d600000000000000000001",
        "route add blackhole 10.20.0.0/16 | 24000000 1800 0506 | 02100000 fe030006 00000000"
            + " 08000100 0a140000",
        "route add local 10.24.0.0/16 dev lo | 2c000000 1800 0506 | 02100000 ff03fe02 00000000"
            + " 08000100 0a180000 08000400 01000000",
        "route del 10.8.0.0/16 | 24000000 1900 0500 | 02100000 fe00ff00 00000000"
            + " 08000100 0a080000",
        "ro replace default dev lo metric 100 | 2c000000 1800 0505 | 02000000 fe03fd01 00000000"
            + " 08000400 01000000 08000600 64000000",
        "-6 route add default dev lo | 24000000 1800 0506 | 0a000000 fe03fd01 00000000"
            + " 08000400 01000000"
      })
  void aLineIsTheMessageOfIproute2(String line, String header, String rest)
      throws BadWordException {
    String expected = (header + "01000000" + "00000000" + rest).replace(" ", "");
    assertThat(message(line)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "link set eth0 up | 2 | device `eth0` is not there",
        "link set lo | 3 | what to set is missing",
        "link add v0 type veth | 1 | `ip link add` is not simulated",
        "link set lo netns x | 3 | `netns` of a link is not simulated",
        "addr add 10.1.2.3/24 | 3 | `dev lo` is missing",
        "addr add 10.1.2.300/24 dev lo | 2 | is no address",
        "addr add 10.1.2.3/33 dev lo | 2 | is no address",
        "rule add from all | 0 | `ip rule` is not simulated",
        "link set lo mtu x | 4 | is no number for mtu"
      })
  void whatIsNotSimulatedIsToldWithItsWord(String line, int word, String text) {
    BadWordException bad = catchThrowableOfType(BadWordException.class, () -> message(line));
    assertThat(bad).hasMessageContaining(text);
    assertThat(bad.word()).isEqualTo(word);
  }

  @Test
  void aNamespaceIsEnteredAndLeftAgain() throws SetupNotation.BadLineException {
    Place place = new Place("s.yaml", 1, 1);
    List<SetupLine> lines =
        SetupNotation.parse("ip netns exec web ip link set lo up = 0", place, 0);
    assertThat(lines)
        .extracting(SetupLine::command)
        .containsExactly(Command.NETNS_ENTER, Command.IP, Command.NETNS_LEAVE);
    assertThat(lines.get(0).path()).isEqualTo("/run/netns/web");
    assertThat(SetupNotation.parse("ip -n web link set lo up", place, 0)).hasSize(3);
    assertThat(SetupNotation.parse("ip netns exec web cat /proc/net/dev", place, 0))
        .extracting(SetupLine::path)
        .containsExactly("/run/netns/web", "/proc/net/dev", "");
  }
}
