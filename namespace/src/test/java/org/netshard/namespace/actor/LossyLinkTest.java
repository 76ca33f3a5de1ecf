package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.netshard.protocol.sched.NetemOptions;

/**
 * Over a link that loses 1 % of the packets, lets 10 % overtake, doubles 1 % and changes a bit in 1
 * %, every byte arrives, in order. {@code -Dnetshard.lossy.seeds=1000 -Dnetshard.lossy.mib=100} is
 * the long run.
 */
class LossyLinkTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int SEEDS = Integer.getInteger("netshard.lossy.seeds", 5);
  private static final int MEBIBYTES = Integer.getInteger("netshard.lossy.mib", 1);
  private static final NetemOptions LINK = LossyTransfer.link(10, 0.01, 0.1, 0.01, 0.01);

  @AfterAll
  static void shutdown() {
    KIT.shutdownTestKit();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cubic", "reno", "bbr"})
  void everyByteArrivesInOrder(String congestion) {
    long retransmitted = 0;
    long corrupted = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      NetemOptions link = LINK.withSeed(seed);
      LossyTransfer transfer = new LossyTransfer((long) MEBIBYTES << 20, link, congestion).run(KIT);
      retransmitted += transfer.retransmitted();
      corrupted += transfer.corrupted();
    }
    assertThat(retransmitted).isGreaterThan(3L * SEEDS * MEBIBYTES);
    assertThat(corrupted).isGreaterThan(3L * SEEDS * MEBIBYTES);
  }
}
