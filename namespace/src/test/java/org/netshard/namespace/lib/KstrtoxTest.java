package org.netshard.namespace.lib;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.protocol.abi.Errno;

/** Numbers as the kernel reads them; the values are those that a live one took or refused. */
class KstrtoxTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "01, 1",
    "0x1, 1",
    "0X1f, 31",
    "+1, 1",
    "00, 0",
    "010, 8",
    "18446744073709551615, -1"
  })
  void aNumberIsReadInTheBaseOfItsPrefix(String text, long value) {
    Kstrtox.Parsed parsed = Kstrtox.kstrtoull(text);
    assertThat(parsed.result()).isZero();
    assertThat(parsed.value()).isEqualTo(value);
    assertThat(Kstrtox.kstrtoull(text + "\n").value()).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "'', EINVAL",
    "'\n', EINVAL",
    "-1, EINVAL",
    "' 1', EINVAL",
    "'1 ', EINVAL",
    "1a, EINVAL",
    "08, EINVAL",
    "0x, EINVAL",
    "+-1, EINVAL",
    "18446744073709551616, ERANGE"
  })
  void whatIsNoNumberIsRefused(String text, Errno errno) {
    assertThat(Kstrtox.kstrtoull(text).result()).isEqualTo(errno.negated());
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, -1",
    "-2147483648, 0, -2147483648",
    "2147483647, 0, 2147483647",
    "2147483648, -34, 0",
    "-2147483649, -34, 0",
    "--1, -22, 0",
    "-+1, -22, 0",
    "-, -22, 0"
  })
  void aSignedNumberHasThirtyTwoBits(String text, int result, long value) {
    Kstrtox.Parsed parsed = Kstrtox.kstrtoint(text);
    assertThat(parsed.result()).isEqualTo(result);
    assertThat(parsed.value()).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "4M, 4194304, 2",
    "4m, 4194304, 2",
    "0x1000, 4096, 6",
    "010000, 4096, 6",
    "1E, 1152921504606846976, 2",
    "16E, 0, 3",
    "4MM, 4194304, 2",
    "abc, 0, 0",
    "-2, 0, 0",
    "08, 0, 1",
    "0x, 0, 1",
    "99999999999999999999, 7766279631452241919, 20"
  })
  void memoryMayHaveASuffixAndWraps(String text, long value, int end) {
    Kstrtox.Parsed parsed = Kstrtox.memparse(text);
    assertThat(parsed.value()).isEqualTo(value);
    assertThat(parsed.end()).isEqualTo(end);
  }

  @Test
  void whiteSpaceIsStrippedAtBothEndsOnly() {
    assertThat(Kstrtox.strstrip(" \t4 M\n\r\u000b\f")).isEqualTo("4 M");
    assertThat(Kstrtox.strstrip("\n")).isEmpty();
  }
}
