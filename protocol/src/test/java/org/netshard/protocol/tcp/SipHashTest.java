package org.netshard.protocol.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Holds SipHash to the numbers of its authors (appendix A of the paper, and their test vectors).
 */
class SipHashTest {
  private static byte[] counting(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  @Test
  void codesAreThoseOfTheAuthors() {
    byte[] key = counting(16);
    assertThat(SipHash.of(counting(0), key, 0)).isEqualTo(0x726fdb47dd0e0e31L);
    assertThat(SipHash.of(counting(8), key, 0)).isEqualTo(0x93f5f5799a932462L);
    assertThat(SipHash.of(counting(15), key, 0)).isEqualTo(0xa129ca6149be45e5L);
  }

  @Test
  void keyIsReadWhereItIsSaidToBe() {
    byte[] two = new byte[32];
    System.arraycopy(counting(16), 0, two, 16, 16);
    assertThat(SipHash.of(counting(15), two, 16)).isEqualTo(0xa129ca6149be45e5L);
  }
}
