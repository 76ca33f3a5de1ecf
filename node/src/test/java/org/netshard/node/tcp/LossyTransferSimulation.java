package org.netshard.node.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.Mib;

/**
 * A stream over a link that loses, reorders, doubles and damages segments arrives whole and in
 * order, whatever the seed. {@code -Dnetshard.transfer.seeds=1000
 * -Dnetshard.transfer.bytes=104857600} is the long run.
 */
class LossyTransferSimulation {
  private static final int SEEDS = Integer.getInteger("netshard.transfer.seeds", 8);
  private static final long BYTES = Long.getLong("netshard.transfer.bytes", 200_000);
  private static final String NETEM =
      "tc qdisc add dev lo root netem limit 100000 delay 10ms loss 1% reorder 10% duplicate 1%"
          + " corrupt 1%";

  private static final LossyLink LINK = new LossyLink();

  @AfterAll
  static void stop() {
    LINK.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"reno", "cubic", "bbr"})
  void everyByteComesInOrder(String congestion) {
    long retransmitted = 0;
    long damaged = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      int family = seed % 2 == 0 ? Abi.AF_INET6 : Abi.AF_INET;
      Stream stream = Stream.ofBytes(family, BYTES);
      LINK.carry(seed, congestion, stream, NETEM);
      assertThat(stream.received()).as("bytes with seed %d", seed).isEqualTo(BYTES);
      assertThat(stream.ended()).as("the end with seed %d", seed).isTrue();
      retransmitted += stream.counted(Mib.TCP_RETRANS_SEGS);
      damaged += stream.counted(Mib.TCP_IN_CSUM_ERRORS);
    }
    assertThat(retransmitted).isPositive();
    assertThat(damaged).isPositive();
  }
}
