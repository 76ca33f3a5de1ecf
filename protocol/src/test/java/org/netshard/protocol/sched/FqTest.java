package org.netshard.protocol.sched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.PktSched;
import org.netshard.protocol.core.DevQueue;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NlMsg;
import org.netshard.protocol.netlink.TestAttrs;

/** Packets through {@code fq}: when they leave, and in which order. */
class FqTest {
  private static final int US = 1_000;
  private static final int MS = 1_000_000;
  private static final int FRAME = 1000;
  private static final int TC_PRIO_BULK = 2;
  private static final int TC_PRIO_INTERACTIVE = 6;

  private final TestNet net = TestNet.fresh();
  private final NetDevice lo = net.devices().get(0);
  private final Fq fq = new Fq(net, lo, 0x10000);

  /** A packet that has left, and when, microseconds. */
  private record Left(String name, long atUs) {}

  @BeforeEach
  void graft() {
    lo.setFlags(lo.flags() | NetDevice.IFF_UP);
    lo.graft(fq);
    assertThat(change(out -> quanta(out, FRAME))).isZero();
  }

  private int change(Consumer<NlMsg> options) {
    return fq.change(TestAttrs.nest(RtmQdisc.TCA_OPTIONS, options), new ExtAck());
  }

  private static void quanta(NlMsg out, int bytes) {
    out.attrInt(PktSched.TCA_FQ_QUANTUM, bytes).attrInt(PktSched.TCA_FQ_INITIAL_QUANTUM, 0);
  }

  /** A packet of a flow, which is told by its source. */
  private Packet packet(String name) {
    byte[] bytes = new byte[Packet.LL_RESERVED_BYTES + FRAME - Packet.ETH_HLEN];
    Packet packet = new Packet(lo, Packet.ETH_P_IP, bytes, Packet.LL_RESERVED_BYTES, 2 * FRAME);
    bytes[packet.network()] = 0x45;
    NetBytes.put32(bytes, packet.network() + 12, name.charAt(0));
    bytes[bytes.length - 2] = (byte) name.charAt(0);
    bytes[bytes.length - 1] = (byte) name.charAt(1);
    return packet;
  }

  private int send(String name) {
    return DevQueue.xmit(net, packet(name));
  }

  private int sendAt(String name, long ns) {
    Packet packet = packet(name);
    packet.setDeliveryNs(ns);
    return DevQueue.xmit(net, packet);
  }

  private static String name(Packet packet) {
    return "" + (char) packet.u8(packet.end() - 2) + (char) packet.u8(packet.end() - 1);
  }

  private List<Left> left(int ms) {
    List<Left> all = new ArrayList<>();
    for (int step = 0; step <= 10 * ms; step++) {
      net.takeArriving().forEach(one -> all.add(new Left(name(one), net.nowNs() / US)));
      net.setNowNs(net.nowNs() + 100L * US);
      net.endTimers();
    }
    return all;
  }

  private List<String> names(int ms) {
    return left(ms).stream().map(Left::name).toList();
  }

  @Test
  void whatNobodyHoldsBackLeavesAtOnceAndMakesNoFlow() {
    send("a1");
    send("a2");
    send("b1");
    assertThat(left(0)).containsExactly(new Left("a1", 0), new Left("a2", 0), new Left("b1", 0));
    NlMsg stats = new NlMsg().begin(0, 0, 0, 0);
    fq.dumpStats(stats);
    byte[] bytes = NlMsg.done(stats);
    int fastpath = 16 + 8 * 8 + 4 * 4 + 3 * 8;
    assertThat(bytes[fastpath]).as("fastpath_packets").isEqualTo((byte) 3);
    assertThat(bytes).as("struct tc_fq_qd_stats").hasSize(16 + 152);
  }

  @Test
  void eachFlowKeepsItsRate() {
    change(out -> out.attrInt(PktSched.TCA_FQ_FLOW_MAX_RATE, 1_000_000));
    for (String name : List.of("a1", "a2", "a3", "b1", "b2")) {
      send(name);
    }
    assertThat(left(5))
        .containsExactly(
            new Left("a1", 0),
            new Left("b1", 0),
            new Left("a2", 1000),
            new Left("b2", 1000),
            new Left("a3", 2000));
  }

  /** A flow that waits for a time is not looked at before, even if a packet comes that could go. */
  @Test
  void aPacketLeavesWhenItsSenderWantsItTo() {
    sendAt("a1", 3 * MS);
    sendAt("a2", 1 * MS);
    sendAt("b1", 2 * MS);
    send("b2");
    assertThat(left(5))
        .containsExactly(
            new Left("b2", 0), new Left("b1", 2000), new Left("a2", 3000), new Left("a1", 3000));
  }

  @Test
  void flowsTakeTurns() {
    for (String name : List.of("a1", "a2", "a3", "b1", "b2", "c1")) {
      sendAt(name, MS);
    }
    assertThat(names(2)).containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
  }

  @Test
  void aFlowWithALargeQuantumSendsSeveralInOneTurn() {
    change(out -> quanta(out, 2 * FRAME));
    for (String name : List.of("a1", "a2", "a3", "b1", "b2", "b3")) {
      sendAt(name, MS);
    }
    assertThat(names(2)).containsExactly("a1", "a2", "b1", "b2", "a3", "b3");
  }

  /** 589,824 bytes of the first band for each 65,536 of the third ({@code band_flows}). */
  @Test
  void bandsShareByWeight() {
    change(
        out ->
            out.attrInt(PktSched.TCA_FQ_FLOW_PLIMIT, 10_000)
                .attrInt(PktSched.TCA_FQ_PLIMIT, 10_000));
    for (int i = 0; i < 1500; i++) {
      for (int priority : new int[] {TC_PRIO_BULK, TC_PRIO_INTERACTIVE}) {
        Packet packet = packet(priority == TC_PRIO_BULK ? "z0" : "a0");
        packet.setMarkAndPriority(0, priority);
        packet.setDeliveryNs(MS);
        DevQueue.xmit(net, packet);
      }
    }
    List<String> order = names(2);
    assertThat(order).hasSize(3000);
    long bulk = order.subList(0, 1310).stream().filter("z0"::equals).count();
    assertThat(bulk).as("of two rounds of 590 and 66 packets").isBetween(125L, 135L);
  }

  @Test
  void whatIsTooMuchIsDropped() {
    change(out -> out.attrInt(PktSched.TCA_FQ_FLOW_PLIMIT, 2));
    assertThat(sendAt("a1", MS)).isEqualTo(Qdisc.NET_XMIT_SUCCESS);
    assertThat(sendAt("a2", MS)).isEqualTo(Qdisc.NET_XMIT_SUCCESS);
    assertThat(sendAt("a3", MS)).isEqualTo(Qdisc.NET_XMIT_DROP);
    assertThat(sendAt("b1", MS)).isEqualTo(Qdisc.NET_XMIT_SUCCESS);
    assertThat(sendAt("c1", 11_000L * MS)).isEqualTo(Qdisc.NET_XMIT_DROP);
    change(out -> out.attrInt(PktSched.TCA_FQ_PLIMIT, 3));
    assertThat(sendAt("c1", MS)).isEqualTo(Qdisc.NET_XMIT_DROP);
    assertThat(net.txDropped().stream().map(Packet::dropped))
        .containsExactly(
            DropReason.FQ_FLOW_LIMIT, DropReason.FQ_HORIZON_LIMIT, DropReason.FQ_BAND_LIMIT);
    assertThat(fq.drops()).isEqualTo(3);
    assertThat(fq.qlen()).isEqualTo(3);
    assertThat(fq.backlog()).isEqualTo(3 * FRAME);
  }

  @Test
  void beyondTheHorizonAPacketIsSentAtIt() {
    change(
        out ->
            out.attrInt(PktSched.TCA_FQ_HORIZON, 4000).attrByte(PktSched.TCA_FQ_HORIZON_DROP, 0));
    assertThat(sendAt("a1", 20 * MS)).isEqualTo(Qdisc.NET_XMIT_SUCCESS);
    assertThat(left(10)).containsExactly(new Left("a1", 4000));
  }

  /** Of a packet that could have left longer ago than the threshold. */
  @ParameterizedTest
  @CsvSource({"0, 0", "1, 3", "2, 3"})
  void whoIsLateIsMarked(int tos, int marked) {
    change(
        out ->
            out.attrInt(PktSched.TCA_FQ_CE_THRESHOLD, 500)
                .attrInt(PktSched.TCA_FQ_FLOW_MAX_RATE, 1_000_000));
    Packet packet = packet("a1");
    packet.bytes()[packet.network() + 1] = (byte) tos;
    packet.setDeliveryNs(1);
    DevQueue.xmit(net, packet);
    net.setNowNs(3 * MS);
    net.endTimers();
    List<Packet> came = net.takeArriving();
    assertThat(came).hasSize(1);
    assertThat(came.get(0).u8(came.get(0).network() + 1)).isEqualTo(marked);
  }

  @ParameterizedTest
  @CsvSource({
    "3, 0, EINVAL",
    "3, 1048577, EINVAL",
    "4, -1, ERANGE",
    "5, 2, EINVAL",
    "8, 0, EINVAL",
    "8, 19, EINVAL",
    "18, 1, EINVAL",
  })
  void whatMakesNoSenseIsRefused(int type, int value, Errno errno) {
    assertThat(change(out -> out.attrInt(type, value))).isEqualTo(errno.negated());
  }

  /** {@code fq_init} of a device with 65,550 bytes to a frame, and {@code fq_dump}. */
  @Test
  void whatItIsAtFirst() {
    NlMsg out = new NlMsg().begin(0, 0, 0, 0);
    new Fq(net, lo, 1).dump(out);
    String hex = HexFormat.of().formatHex(NlMsg.done(out)).substring(32);
    assertThat(hex)
        .isEqualTo(
            "a4000200"
                + "0800010010270000"
                + "0800020064000000"
                + "080003001c000200"
                + "080004008c000a00"
                + "0800050001000000"
                + "08000700ffffffff"
                + "08000900409c0000"
                + "08000a00ff030000"
                + "08000b008e0c0100"
                + "08000c00ffffffff"
                + "080008000a000000"
                + "08000d0010270000"
                + "08000e0080969800"
                + "0800120000000000"
                + "05000f0001000000"
                + "180010000300000001020202010200000101010101010101"
                + "10001100000009000000030000000100");
  }
}
