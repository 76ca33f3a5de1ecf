package org.netshard.node.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines of {@code tc}: their messages are those that iproute2 6.1 sends, read with strace. */
class TcNotationTest {
  private static String message(String line) throws BadWordException {
    return TcNotation.message(List.of(line.split(" ", -1)), Map.of("lo", 1));
  }

  /** All but the sequence number. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "qdisc add dev lo root netem delay 10ms | 4c00000024000506 |"
            + " 0a0001006e6574656d0000001c0002005a620200e8030000000000000000000000000000"
            + "00000000",
        "qdisc replace dev lo root handle 1: netem limit 50 delay 100us loss 1% duplicate 0.3% 10%"
            + " corrupt 0.1% reorder 25% 50% gap 5 rate 1mbit | 8800000024000505 |"
            + " 0a0001006e6574656d000000580002001a06000032000000295c8f0205000000a69bc400"
            + "000000001000010000000000000000009a9999190c00030000000040000000800c0004003789410000000000"
            + "1400060048e80100000000000000000000000000",
        "qdisc add dev lo root netem rate 100gbit loss random 5% 25% | 7c00000024000506 |"
            + " 0a0001006e6574656d0000004c00020000000000e8030000cdcccc0c0000000000000000"
            + "00000000100001000000000000000040000000000c00080000dd0ee90200000014000600ffffffff"
            + "000000000000000000000000",
        "qdisc add dev lo root netem delay 1.5ms rate 80kbps reorder 1% | 6c00000024000506 |"
            + " 0a0001006e6574656d0000003c0002008d5b0000e8030000000000000100000000000000"
            + "000000000c000300295c8f02000000001400060080380100000000000000000000000000",
        "qdisc change dev lo root netem delay 1s | 4c00000024000500 |"
            + " 0a0001006e6574656d0000001c000200286bee00e8030000000000000000000000000000"
            + "00000000",
        "qdisc add dev lo root pfifo limit 7 | 3800000024000506 |"
            + " 0a000100706669666f0000000800020007000000",
        "qdisc del dev lo root | 2400000025000500 | ''",
      })
  void aLineIsTheMessageOfIproute2(String line, String header, String attributes)
      throws BadWordException {
    String handle = line.contains("handle 1:") ? "00000100" : "00000000";
    String tcmsg = "0000000001000000" + handle + "ffffffff00000000";
    assertThat(message(line)).isEqualTo(header + "0100000000000000" + tcmsg + attributes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "class add dev lo | 0 | `tc class` is not simulated",
        "qdisc show dev lo | 1 | `tc qdisc show` is not simulated",
        "qdisc add dev eth0 root netem | 3 | device `eth0` is not there",
        "qdisc add dev lo netem | 5 | `root` is missing",
        "qdisc add dev lo root htb default 1 | 5 | queueing discipline `htb` with options is not",
        "qdisc add dev lo root netem delay soon | 7 | is no time, such as 10ms",
        "qdisc add dev lo root netem loss 101% | 7 | is no percentage, such as 0.5%",
        "qdisc add dev lo root netem rate 10 mbit | 8 | `mbit` of netem is not simulated",
        "qdisc add dev lo root netem rate 10parsec | 7 | is no rate, such as 10mbit",
        "qdisc add dev lo root netem reorder 5% | 8 | reordering is not possible without a delay",
        "qdisc add dev lo root netem delay 1ms gap 5 | 10 | gap without a probability",
        "qdisc add dev lo root netem delay 1ms distribution normal | 10 | without a delay and a jitter",
        "qdisc add dev lo root netem loss gemodel 1% | 7 | is no percentage",
      })
  void whatIsNotSimulatedIsToldWithItsWord(String line, int word, String text) {
    BadWordException bad = catchThrowableOfType(BadWordException.class, () -> message(line));
    assertThat(bad).hasMessageContaining(text);
    assertThat(bad.word()).isEqualTo(word);
  }

  /** The shares of a normal distribution within one, two and three deviations. */
  @Test
  void theNormalDistributionIsNormal() {
    short[] table = NormalDist.TABLE;
    double[] shares = {0.6827, 0.9545, 0.9973};
    double sum = 0;
    for (short value : table) {
      sum += value;
    }
    assertThat(Math.abs(sum / table.length)).isLessThan(2);
    for (int deviations = 1; deviations <= shares.length; deviations++) {
      int within = 0;
      for (short value : table) {
        within += Math.abs(value) <= 8192 * deviations ? 1 : 0;
      }
      double share = (double) within / table.length;
      assertThat(Math.abs(share - shares[deviations - 1])).isLessThan(0.001);
    }
  }
}
