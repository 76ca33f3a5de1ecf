package org.netshard.node.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.security.MessageDigest;
import java.util.HexFormat;
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
        "qdisc add dev lo root fq | 3000000024000506 | 070001006671000004000200",
        "qdisc add dev lo root fq limit 100 flow_limit 10 quantum 3028 initial_quantum 15140 maxrate"
            + " 1mbit buckets 1024 pacing refill_delay 40ms low_rate_threshold 550kbit orphan_mask"
            + " 1023 timer_slack 10us ce_threshold 1ms horizon 10s horizon_cap | a000000024000506 |"
            + " 070001006671000074000200080008000a0000000800010064000000080002000a000000"
            + "08000300d40b000008000400243b000008000500010000000800070048e8010008000b008e0c010008000900"
            + "409c000008000a00ff03000008000c00e803000008000d001027000008000e008096980005000f0000000000",
        "qdisc del dev lo root | 2400000025000500 | ''",
      })
  void aLineIsTheMessageOfIproute2(String line, String header, String attributes)
      throws BadWordException {
    String handle = line.contains("handle 1:") ? "00000100" : "00000000";
    String tcmsg = "0000000001000000" + handle + "ffffffff00000000";
    assertThat(message(line)).isEqualTo(header + "0100000000000000" + tcmsg + attributes);
  }

  /** Those of {@code tbf} have tables of 256 numbers: their SHA-256. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rate 1mbit burst 32kbit latency 400ms |"
            + " 77e36dfd0411ee545b5a432a56a003578d3db4179fb8665eb018a4b3566e93b2",
        "rate 8mbit buffer 10kb/16 limit 20kb peakrate 16mbit mtu 1500 mpu 64 |"
            + " abd3ce4c84138571b41de93b2203707a785b5789d78bfdabab1915e097ed3f0b",
        "rate 1mbit burst 1600 limit 3000 overhead 10 linklayer atm mpu 64 |"
            + " 4dcbad27b6656b3d8f30539d3703349a2dcbb1aa2e602bdbc95367339a3b0357",
        "rate 40gbit burst 1mb/8 limit 2mb |"
            + " cb1a60f3269ad44ce8e9be528ae5c605acf8b67c583027f2209bc365f18133b8",
      })
  void tablesOfRatesAreThoseOfIproute2(String options, String sha256) throws Exception {
    byte[] message = HexFormat.of().parseHex(message("qdisc add dev lo root tbf " + options));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(message);
    assertThat(HexFormat.of().formatHex(digest)).isEqualTo(sha256);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "qdisc add dev lo root tbf burst 1k limit 1k | 10 | tbf without a rate",
        "qdisc add dev lo root tbf rate 1mbit limit 1k | 10 | tbf without a burst",
        "qdisc add dev lo root tbf rate 1mbit burst 1x | 9 | `1x` is no size, such as 32kb",
        "qdisc add dev lo root tbf rate 1mbit burst 1k | 10 | tbf needs either limit or latency",
        "qdisc add dev lo root tbf rate 1mbit burst 1k/3 | 9 | `3` is no power of 2",
        "qdisc add dev lo root fq limits 3 | 6 | `limits` of fq is not simulated",
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
