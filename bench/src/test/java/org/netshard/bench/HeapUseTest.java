package org.netshard.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapUseTest {
  private static final int CONNECTIONS = 20_000;
  private static final long END_BYTES_MAX = 2560;

  @Test
  void anEndOfAnEstablishedConnectionTakesAtMostTwoAndAHalfKibibytes() {
    assertThat(HeapUse.connectionEnd(CONNECTIONS)).isBetween(1L, END_BYTES_MAX);
  }
}
