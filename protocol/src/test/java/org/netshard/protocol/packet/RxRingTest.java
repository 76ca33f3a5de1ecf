package org.netshard.protocol.packet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.PacketOption;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.TestNet;

/** Receive rings; all numbers are those of the same calls on Linux 6.18. */
class RxRingTest {
  private static final int TPACKET_V3 = 2;
  private static final int PAGE = 4096;
  private static final long NS_PER_MS = 1_000_000;

  private final TestNet net = new TestNet();

  private Sk blocks(int count, int retireMs) {
    Sk sk = TestFrames.ipv4(net);
    TestFrames.set(sk, PacketOption.PACKET_VERSION, TPACKET_V3);
    assertThat(
            TestFrames.set(
                sk,
                PacketOption.PACKET_RX_RING,
                TestFrames.request(PAGE, count, 2048, 2 * count, retireMs, 0, 0)))
        .isEqualTo("0");
    return sk;
  }

  private Sk frames(int count) {
    Sk sk = TestFrames.ipv4(net);
    assertThat(
            TestFrames.set(
                sk, PacketOption.PACKET_RX_RING, TestFrames.request(PAGE, 1, PAGE / count, count)))
        .isEqualTo("0");
    return sk;
  }

  @Test
  void packetsFillFramesAndWhatComesThenIsDropped() {
    Sk sk = frames(2);
    assertThat(TestFrames.isReadable(sk)).isFalse();
    TestFrames.send(net, 10);
    assertThat(TestFrames.isReadable(sk)).isTrue();
    assertThat(TestFrames.statistics(sk)).isEqualTo("1 0");
    TestFrames.send(net, 10);
    TestFrames.send(net, 10);
    assertThat(TestFrames.statistics(sk)).isEqualTo("2 1");
    assertThat(sk.rmemAlloc()).isZero();
  }

  @Test
  void aNewRingIsEmptyAndDropsWhatWaitsInTheQueue() {
    Sk sk = TestFrames.ipv4(net);
    TestFrames.send(net, 10);
    assertThat(sk.rmemAlloc()).isPositive();
    TestFrames.set(sk, PacketOption.PACKET_RX_RING, TestFrames.request(PAGE, 1, 2048, 2));
    assertThat(sk.rmemAlloc()).isZero();
    assertThat(TestFrames.isReadable(sk)).isFalse();
    TestFrames.send(net, 10);
    assertThat(TestFrames.isReadable(sk)).isTrue();
    TestFrames.set(sk, PacketOption.PACKET_RX_RING, TestFrames.request(0, 0, 0, 0));
    assertThat(TestFrames.isReadable(sk)).isFalse();
  }

  @Test
  void whatIsTooLongForItsFrameWaitsWholeInTheQueueIfAskedFor() {
    Sk sk = TestFrames.ipv4(net);
    TestFrames.set(sk, PacketOption.PACKET_COPY_THRESH, 1);
    TestFrames.set(sk, PacketOption.PACKET_RX_RING, TestFrames.request(PAGE, 1, 128, 32));
    TestFrames.send(net, 4);
    assertThat(sk.ops().inq(sk)).isZero();
    TestFrames.send(net, 500);
    assertThat(sk.ops().inq(sk)).isEqualTo(542);
    sk.ops().destroy(sk);
    assertThat(sk.rmemAlloc()).isZero();
  }

  @Test
  void aBlockIsReadableWhenItsTimeIsOver() {
    Sk sk = blocks(2, 100);
    net.setNowNs(160 * NS_PER_MS);
    TestFrames.send(net, 10);
    assertThat(TestFrames.isReadable(sk)).isFalse();
    net.setNowNs(200 * NS_PER_MS);
    net.endTimers();
    assertThat(TestFrames.isReadable(sk)).isTrue();
    assertThat(TestFrames.statistics(sk)).isEqualTo("1 0 0");
    for (int i = 0; i < 5; i++) {
      TestFrames.send(net, 10);
    }
    net.endTimers();
    assertThat(TestFrames.statistics(sk)).as("frozen").isEqualTo("5 0 1");
    TestFrames.send(net, 10);
    assertThat(TestFrames.statistics(sk)).isEqualTo("1 1 0");
  }

  /** How many packets four blocks of 4,096 bytes take until one is dropped. */
  @ParameterizedTest
  @CsvSource({
    "10, 116",
    "100, 72",
    "1000, 12",
    "1400, 8",
    "3900, 4",
    "3955, 3",
    "3960, 3",
    "4000, 3",
    "8000, 3"
  })
  void blocksTakeAsManyPacketsAsOnLinux(int payload, int expected) {
    Sk sk = blocks(4, 60_000);
    int fits = 0;
    while (true) {
      TestFrames.send(net, payload);
      String statistics = TestFrames.statistics(sk);
      if (!statistics.equals("1 0 0")) {
        assertThat(statistics).as("the first that is dropped").isEqualTo("1 1 1");
        break;
      }
      fits++;
    }
    assertThat(fits).isEqualTo(expected);
    TestFrames.send(net, payload);
    assertThat(TestFrames.statistics(sk)).isEqualTo("1 1 0");
  }

  @Test
  void aRingThatIsGoneHasNoTimer() {
    Sk sk = blocks(2, 0);
    TestFrames.send(net, 10);
    sk.ops().destroy(sk);
    net.endTimers();
    assertThat(TestFrames.isReadable(sk)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "4096, 1, 2048, 0, 0",
    "4096, 1, 64, 0, EINVAL",
    "4096, 1, 80, 0, 0",
    "4096, 1, 80, 4096, EINVAL",
    "4096, 1, 80, 3980, EINVAL",
    "4096, 1, 80, 3976, 0",
    "4096, 524289, 4096, 0, ENOMEM",
  })
  void sizesOfBlocksAreCheckedAsOnLinux(
      int block, int count, int frame, int privateBytes, String expected) {
    Sk sk = TestFrames.ipv4(net);
    TestFrames.set(sk, PacketOption.PACKET_VERSION, TPACKET_V3);
    int frames = block / frame * count;
    assertThat(
            TestFrames.set(
                sk,
                PacketOption.PACKET_RX_RING,
                TestFrames.request(block, count, frame, frames, 0, privateBytes, 0)))
        .isEqualTo(expected);
  }

  @Test
  void aTransmitRingHasNothingToSend() {
    Sk sk = TestFrames.ipv4(net);
    TestFrames.set(sk, PacketOption.PACKET_VERSION, TPACKET_V3);
    assertThat(
            TestFrames.set(
                sk, PacketOption.PACKET_TX_RING, TestFrames.request(PAGE, 1, 2048, 2, 100, 0, 0)))
        .isEqualTo(Errno.EINVAL.name());
    assertThat(
            TestFrames.set(
                sk, PacketOption.PACKET_TX_RING, TestFrames.request(PAGE, 1, 2048, 2, 0, 0, 0)))
        .isEqualTo("0");
    assertThat(TestFrames.set(sk, PacketOption.PACKET_VERSION, 0)).isEqualTo(Errno.EBUSY.name());
  }
}
