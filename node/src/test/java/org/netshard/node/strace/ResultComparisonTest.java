package org.netshard.node.strace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.node.strace.StraceEvent.Call;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;

class ResultComparisonTest {

  /** Compares one recorded line with another, as if the second were simulated. */
  private static String difference(String recorded, String simulated) {
    Call call = StraceParser.parseCall(recorded);
    Call other = StraceParser.parseCall(simulated);
    Syscall after = RecordedMemory.after(other, CallDecoder.decode(other));
    return ResultComparison.compare(call, after, other.result().value(), IdMapping.EQUAL)
        .difference();
  }

  private static String option(String name, String value, String length) {
    return "getsockopt(3, " + name + ", " + value + ", " + length + ") = 0";
  }

  @Test
  void errors() {
    String call = "socket(AF_INET, SOCK_RAW, 1) = ";
    assertThat(difference(call + "-1 EPERM (x)", call + "-1 EPERM (y)")).isEmpty();
    assertThat(difference(call + "-1 EPERM (Operation not permitted)", call + "3"))
        .isEqualTo("result: recorded -1 EPERM (Operation not permitted), simulated 3");
    assertThat(difference(call + "3", call + "-1 EINVAL (x)"))
        .isEqualTo("result: recorded 3, simulated -1 EINVAL (Invalid argument)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "-",
      value = {
        "SOL_SOCKET, SO_TYPE; [1]; [64 => 4]; [2]; [64 => 4];"
            + " value: recorded [1], simulated [2]",
        "SOL_SOCKET, SO_TYPE; [1]; [64 => 4]; [1]; [64 => 4]; ''",
        "SOL_SOCKET, SO_TYPE; [1]; [64 => 4]; \"\\1\"; [64 => 1];"
            + " length: recorded [4], simulated [1]",
        "SOL_SOCKET, SO_ERROR; [ECONNREFUSED]; [4]; [0]; [4];"
            + " value: recorded [ECONNREFUSED], simulated [0]",
        "SOL_SOCKET, SO_LINGER; {l_onoff=1, l_linger=3}; [8]; {l_onoff=1, l_linger=4}; [8];"
            + " 'value: recorded {l_onoff=1, l_linger=3}, simulated {l_onoff=1, l_linger=4}'",
        "SOL_SOCKET, SO_COOKIE; \"\\1\\0\\0\\0\\0\\0\\0\\0\"; [8];"
            + " \"\\2\\0\\0\\0\\0\\0\\0\\0\"; [8]; ''",
        "SOL_TCP, TCP_INFO; \"\\1\"...; [64]; \"\\2\"...; [64]; ''",
        "SOL_TCP, TCP_INFO; \"\\1\"...; [64 => 60]; \"\\2\"...; [64];"
            + " length: recorded [60], simulated [64]",
        "SOL_TCP, TCP_CONGESTION; \"bbr\\0\"...; [16]; \"bbr\\0\\0\\0\"...; [16]; ''",
        "SOL_TCP, TCP_CONGESTION; \"bbr\\0\"; [4]; \"reno\"; [4];"
            + " 'value: recorded \"bbr\\0\", simulated [1869505906]'",
        "SOL_SOCKET, SO_BINDTODEVICE; 0x7ffd00; [16 => 0]; 0x7ffd11; [16 => 0]; ''",
      })
  void optionsByValueAndLength(
      String name, String value, String length, String other, String otherLength, String want) {
    assertThat(difference(option(name, value, length), option(name, other, otherLength)))
        .isEqualTo(want);
  }

  @Test
  void namesWithPortsChosenByTheKernel() {
    String name =
        "getsockname(3, {sa_family=AF_INET, sin_port=htons(%d),"
            + " sin_addr=inet_addr(\"%s\")}, [128 => 16]) = 0";
    assertThat(difference(name.formatted(40000, "127.0.0.1"), name.formatted(50000, "127.0.0.1")))
        .isEmpty();
    assertThat(difference(name.formatted(40000, "127.0.0.1"), name.formatted(50000, "127.0.0.2")))
        .startsWith("name: recorded {sa_family=AF_INET, sin_port=htons(40000)")
        .endsWith(
            "simulated {sa_family=AF_INET, sin_port=htons(50000),"
                + " sin_addr=inet_addr(\"127.0.0.2\")}");
    assertThat(difference(name.formatted(80, "127.0.0.1"), name.formatted(50000, "127.0.0.1")))
        .isNotEmpty();
    String unix = "getsockname(3, {sa_family=AF_UNIX, sun_path=@\"%s\"}, [128 => 8]) = 0";
    assertThat(difference(unix.formatted("00001"), unix.formatted("0a0b2"))).isEmpty();
    assertThat(difference(unix.formatted("00001"), unix.formatted("0a0bz"))).isNotEmpty();
    String netlink =
        "getsockname(3, {sa_family=AF_NETLINK, nl_pid=%d, nl_groups=00000000}, [12]) = 0";
    assertThat(difference(netlink.formatted(17), netlink.formatted(99))).isEmpty();
    assertThat(difference(netlink.formatted(0), netlink.formatted(99))).isNotEmpty();
  }

  @Test
  void namesOfUnnamedSockets() {
    assertThat(
            difference(
                "getsockname(3, {sa_family=AF_UNIX}, [128 => 2]) = 0",
                "getsockname(3, {sa_family=AF_INET}, [128 => 2]) = 0"))
        .isNotEmpty();
    assertThat(
            difference(
                "getsockname(3, 0x7ffd00, [0 => 2]) = 0",
                "getsockname(3, 0x7ffd00, [0 => 16]) = 0"))
        .isEqualTo("length: recorded [2], simulated [16]");
  }

  @Test
  void descriptorsGoThroughTheMapping() {
    TreeMap<Integer, Integer> fds = new TreeMap<>();
    IdMapping ids =
        new IdMapping() {
          @Override
          public boolean sameFd(int recorded, int simulated) {
            Integer known = fds.putIfAbsent(recorded, simulated);
            return known == null || known == simulated;
          }

          @Override
          public boolean samePid(int recorded, int simulated) {
            return true;
          }
        };
    Call pair = StraceParser.parseCall("socketpair(AF_UNIX, SOCK_STREAM, 0, [5, 6]) = 0");
    Syscall simulated = CallDecoder.decode(pair).copy();
    simulated.mem(3).putInt(0, 7);
    simulated.mem(3).putInt(4, 8);

    assertThat(ResultComparison.compare(pair, simulated, 0, ids).same()).isTrue();
    assertThat(fds).containsEntry(5, 7).containsEntry(6, 8);
    Call dup = StraceParser.parseCall("dup2(5, 6) = 6");
    Syscall dup2 = CallDecoder.decode(dup);
    assertThat(ResultComparison.compare(dup, dup2, 9, ids).difference())
        .isEqualTo("result: recorded 6, simulated 9");
    assertThat(ResultComparison.compare(dup, dup2, 8, ids).same()).isTrue();
    assertThat(ResultComparison.compare(dup, dup2, Errno.EBADF.negated(), ids).same()).isFalse();
  }

  @Test
  void unknownResultsAreNotCompared() {
    Call call = StraceParser.parseCall("exit_group(0) = ?");

    assertThat(
            ResultComparison.compare(call, CallDecoder.decode(call), 0, IdMapping.EQUAL).verdict())
        .isEqualTo(ResultComparison.Verdict.UNKNOWN);
  }
}
