package org.netshard.protocol.sched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.protocol.core.DevQueue;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.core.TestNet;

/** Packets through {@code netem}: which of them come out, when, in which order, and how. */
class NetemTest {
  private static final int MS = 1_000_000;
  private static final double WHOLE = 0x1p32;
  private static final int BYTES = 1000;

  private final TestNet net = TestNet.fresh();
  private final NetDevice lo = net.devices().get(0);
  private final Netem netem = new Netem(net, lo, 0x10000);

  /** A packet that came, and when. */
  private record Arrival(int number, long atNs) {}

  @BeforeEach
  void graft() {
    lo.setFlags(lo.flags() | NetDevice.IFF_UP);
    lo.graft(netem);
    netem.options.limit = 1_000_000;
    netem.options.random = new Prandom(42);
  }

  private static int part(double probability) {
    return (int) (long) Math.rint(probability * (WHOLE - 1));
  }

  private Packet packet(int number) {
    byte[] bytes = new byte[Packet.LL_RESERVED_BYTES + BYTES];
    Packet packet = new Packet(lo, Packet.ETH_P_IP, bytes, Packet.LL_RESERVED_BYTES, 2 * BYTES);
    NetBytes.put32(bytes, bytes.length - Integer.BYTES, number);
    return packet;
  }

  private int send(int number) {
    return DevQueue.xmit(net, packet(number));
  }

  private static int number(Packet packet) {
    return packet.u32(packet.end() - Integer.BYTES);
  }

  /** Lets time pass in steps of a tenth of a millisecond. */
  private List<Arrival> arrivals(int ms) {
    List<Arrival> all = new ArrayList<>();
    for (int step = 0; step <= 10 * ms; step++) {
      net.takeArriving().forEach(one -> all.add(new Arrival(number(one), net.nowNs())));
      net.setNowNs(net.nowNs() + MS / 10);
      net.endTimers();
    }
    return all;
  }

  private List<Integer> numbers(int ms) {
    return arrivals(ms).stream().map(Arrival::number).toList();
  }

  /** The kernel's own test vectors, {@code test1} of {@code lib/random32.c}. */
  @ParameterizedTest
  @CsvSource({"1, 3484351685", "2, 2623130059", "3, 3125133893", "4, 984847254"})
  void theGeneratorIsThatOfTheKernel(int seed, long wanted) {
    int s1 = least(seed * 69069, 2);
    int s2 = least(s1 * 69069, 8);
    int s3 = least(s2 * 69069, 16);
    int s4 = least(s3 * 69069, 128);
    Prandom random = new Prandom(s1, s2, s3, s4);
    for (int i = 0; i < 10; i++) {
      random.next();
    }
    assertThat(Integer.toUnsignedLong(random.next())).isEqualTo(wanted);
  }

  private static int least(int value, int least) {
    return Integer.compareUnsigned(value, least) < 0 ? value + least : value;
  }

  @Test
  void aDelayedPacketComesThatMuchLater() {
    netem.options.latencyNs = 5 * MS;
    send(1);
    net.setNowNs(2 * MS);
    send(2);
    assertThat(arrivals(10)).containsExactly(new Arrival(1, 5 * MS), new Arrival(2, 7 * MS));
    assertThat(netem.packets()).isEqualTo(2);
    assertThat(netem.bytes()).isEqualTo(2 * (BYTES + Packet.ETH_HLEN));
    assertThat(netem.qlen()).isZero();
    assertThat(netem.backlog()).isZero();
  }

  @Test
  void theShareOfLossesIsThatWhichWasAskedFor() {
    netem.options.loss = part(0.1);
    for (int i = 0; i < 20_000; i++) {
      assertThat(send(i)).as("the sender does not know").isEqualTo(Qdisc.NET_XMIT_SUCCESS);
    }
    assertThat(netem.drops()).isBetween(1_850L, 2_150L);
    assertThat(numbers(0)).hasSize(20_000 - (int) netem.drops());
    assertThat(net.txDropped()).hasSize((int) netem.drops());
    assertThat(net.txDropped().get(0).dropped()).isEqualTo(DropReason.QDISC_DROP);
  }

  @Test
  void aLossMakesTheNextOneLikelyIfTheyAreCorrelated() {
    netem.options.loss = part(0.3);
    assertThat(shareAfterLoss()).isBetween(0.95, 1.05);
    netem.options.lossCor.init(part(0.3), 0);
    assertThat(shareAfterLoss()).isGreaterThan(1.3);
  }

  /** How often a loss follows a loss, beside how often one happens at all. */
  private double shareAfterLoss() {
    int count = 20_000;
    int losses = 0;
    int pairs = 0;
    boolean before = false;
    for (int i = 0; i < count; i++) {
      long drops = netem.drops();
      send(i);
      boolean lost = netem.drops() > drops;
      losses += lost ? 1 : 0;
      pairs += lost && before ? 1 : 0;
      before = lost;
    }
    return (double) pairs / losses / ((double) losses / count);
  }

  @Test
  void aDoubledPacketComesTwiceAndNotMore() {
    netem.options.duplicate = -1;
    netem.options.latencyNs = MS;
    send(1);
    send(2);
    assertThat(numbers(3)).containsExactly(1, 1, 2, 2);
  }

  @Test
  void everyFifthPacketOvertakesTheOthers() {
    netem.options.latencyNs = 5 * MS;
    netem.options.gap = 5;
    netem.options.reorder = -1;
    for (int i = 1; i <= 10; i++) {
      send(i);
    }
    assertThat(numbers(10)).containsExactly(5, 10, 1, 2, 3, 4, 6, 7, 8, 9);
    assertThat(netem.requeues()).isEqualTo(2);
  }

  @Test
  void delaysThatVaryReorder() {
    netem.options.latencyNs = 5 * MS;
    netem.options.jitterNs = 4 * MS;
    for (int i = 0; i < 500; i++) {
      send(i);
    }
    List<Arrival> arrivals = arrivals(12);
    assertThat(arrivals).hasSize(500);
    assertThat(arrivals.get(0).atNs()).isBetween(1L * MS, 2L * MS);
    assertThat(arrivals.get(499).atNs()).isBetween(8L * MS, 9L * MS + MS / 10);
    assertThat(arrivals.stream().map(Arrival::number))
        .isNotEqualTo(numbersTo(500))
        .doesNotHaveDuplicates();
  }

  private static List<Integer> numbersTo(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Test
  void aRateSpacesPackets() {
    netem.options.latencyNs = 2 * MS;
    netem.options.rate = 1000L * (BYTES + Packet.ETH_HLEN);
    send(1);
    send(2);
    send(3);
    assertThat(arrivals(10))
        .containsExactly(new Arrival(1, 3 * MS), new Arrival(2, 4 * MS), new Arrival(3, 5 * MS));
  }

  @Test
  void aFullQueueDropsAndTellsTheSender() {
    netem.options.latencyNs = MS;
    netem.options.limit = 2;
    assertThat(send(1)).isEqualTo(Qdisc.NET_XMIT_SUCCESS);
    assertThat(send(2)).isEqualTo(Qdisc.NET_XMIT_SUCCESS);
    assertThat(send(3)).isEqualTo(Qdisc.NET_XMIT_DROP);
    assertThat(numbers(3)).containsExactly(1, 2);
    assertThat(netem.drops()).isEqualTo(1);
  }

  @Test
  void oneBitOfADamagedPacketIsWrongAndItsChecksumIsFilledInBefore() {
    netem.options.corrupt = -1;
    Packet sent = packet(7);
    sent.setTransport(sent.network() + 20);
    sent.setChecksumPartial(16);
    DevQueue.xmit(net, sent);
    byte[] right = sent.bytes();
    Packet came = net.takeArriving().get(0);
    assertThat(came.bytes()).isNotSameAs(right);
    Packet summed = sent.copyOfBytes();
    summed.checksumHelp();
    int bits = 0;
    for (int i = sent.network() - Packet.ETH_HLEN; i < right.length; i++) {
      bits += Integer.bitCount((came.bytes()[i] ^ summed.bytes()[i]) & 0xff);
    }
    assertThat(bits).isEqualTo(1);
    assertThat(came.checksum()).isEqualTo(Packet.Checksum.NONE);
  }

  @Test
  void whatWaitsIsDroppedWhenTheDeviceGoesDownOrTheQueueGoes() {
    netem.options.latencyNs = MS;
    send(1);
    lo.setFlags(lo.flags() & ~NetDevice.IFF_UP);
    assertThat(netem.qlen()).isZero();
    lo.setFlags(lo.flags() | NetDevice.IFF_UP);
    send(2);
    lo.graft(null);
    send(3);
    assertThat(numbers(3)).containsExactly(3);
    assertThat(net.txDropped()).hasSize(2);
  }
}
