package org.netshard.protocol.sched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.PktSched;
import org.netshard.protocol.core.DevQueue;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.netlink.ExtAck;
import org.netshard.protocol.netlink.NlAttr;
import org.netshard.protocol.netlink.TestAttrs;

/** Packets through {@code tbf}: when they leave, and which do not fit. */
class TbfTest {
  private static final int US = 1_000;
  private static final int FRAME = 1000;

  private final TestNet net = TestNet.fresh();
  private final NetDevice lo = net.devices().get(0);
  private final Tbf tbf = new Tbf(net, lo, 0x10000);

  /** Bytes a second, bytes of burst, and so on; no peak if its rate is 0. */
  private void change(int rate, int burst, int limit, int peak, int peakBurst) {
    NlAttr attr =
        TestAttrs.nest(
            RtmQdisc.TCA_OPTIONS,
            out -> {
              int parms = out.nest(PktSched.TCA_TBF_PARMS);
              out.putInt(0).putInt(0).putInt(rate).putInt(0).putInt(0).putInt(peak);
              out.putInt(limit).putInt(0).putInt(0).nestEnd(parms);
              out.attrInt(PktSched.TCA_TBF_BURST, burst)
                  .attrInt(PktSched.TCA_TBF_PBURST, peakBurst);
            });
    assertThat(tbf.change(attr, new ExtAck())).isZero();
    lo.setFlags(lo.flags() | NetDevice.IFF_UP);
    lo.graft(tbf);
  }

  private int send() {
    byte[] bytes = new byte[Packet.LL_RESERVED_BYTES + FRAME - Packet.ETH_HLEN];
    return DevQueue.xmit(
        net, new Packet(lo, Packet.ETH_P_IP, bytes, Packet.LL_RESERVED_BYTES, 2 * FRAME));
  }

  /** When packets leave, microseconds, within some milliseconds. */
  private List<Long> departures(int ms) {
    List<Long> all = new ArrayList<>();
    for (int step = 0; step <= 10 * ms; step++) {
      net.takeArriving().forEach(one -> all.add(net.nowNs() / US));
      net.setNowNs(net.nowNs() + 100L * US);
      net.endTimers();
    }
    return all;
  }

  @Test
  void whatTheBucketHoldsGoesAtOnceAndTheRestAtTheRate() {
    change(1_000_000, 3 * FRAME, 100 * FRAME, 0, 0);
    for (int i = 0; i < 6; i++) {
      assertThat(send()).isEqualTo(Qdisc.NET_XMIT_SUCCESS);
    }
    assertThat(tbf.qlen()).isEqualTo(3);
    assertThat(tbf.backlog()).isEqualTo(3 * FRAME);
    assertThat(departures(10)).containsExactly(0L, 0L, 0L, 1000L, 2000L, 3000L);
    assertThat(tbf.overlimits()).isGreaterThanOrEqualTo(3);
    assertThat(tbf.backlog()).isZero();
  }

  @Test
  void aPeakSpacesWhatTheBucketWouldLetGo() {
    change(1_000_000, 3 * FRAME, 100 * FRAME, 2_000_000, FRAME);
    for (int i = 0; i < 6; i++) {
      send();
    }
    assertThat(departures(10)).containsExactly(0L, 500L, 1000L, 1500L, 2000L, 3000L);
  }

  @Test
  void whatIsLargerThanTheBucketOrTheQueueIsDropped() {
    change(1_000_000, FRAME - 1, 100 * FRAME, 0, 0);
    assertThat(send()).isEqualTo(Qdisc.NET_XMIT_DROP);
    change(1_000_000, FRAME, 2 * FRAME, 0, 0);
    assertThat(send()).isEqualTo(Qdisc.NET_XMIT_SUCCESS);
    assertThat(send()).isEqualTo(Qdisc.NET_XMIT_SUCCESS);
    assertThat(send()).isEqualTo(Qdisc.NET_XMIT_SUCCESS);
    assertThat(send()).as("two wait, as many as there is room for").isEqualTo(Qdisc.NET_XMIT_DROP);
    assertThat(tbf.drops()).isEqualTo(2);
    assertThat(net.txDropped()).hasSize(2);
  }
}
