package org.netshard.protocol.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.core.TestMemcg;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.tcp.TcpMem.Admission;

/** TCP when memory is short: M18, M19, M21. */
class TcpMemTest {
  private final TestNet net = new TestNet();
  private final TestMemcg memcg = new TestMemcg(0, 4);
  private final List<String> asked = new ArrayList<>();
  private int queued;
  private int outOfOrder;

  private Sk sk(@Nullable TestMemcg bound) {
    ProtoProfile profile = new ProtoProfile("TCP", 2304, true, 2368, "tcp", true, 192, "");
    Sk sk =
        new Sk(
            net,
            new Proto(profile, 0),
            new TcpOps(),
            Abi.AF_INET,
            Abi.SOCK_STREAM,
            Abi.IPPROTO_TCP,
            net.root());
    if (bound != null) {
      sk.setMemcg(bound.skAlloc());
    }
    sk.ops().init(sk, net.root());
    return sk;
  }

  private TcpMem.RcvQueues queues(Sk sk) {
    return new TcpMem.RcvQueues() {
      @Override
      public int receiveQueueLength() {
        return queued;
      }

      @Override
      public void clampWindow() {
        asked.add("tcp_clamp_window");
      }

      @Override
      public void adjustRcvSsthresh() {
        asked.add("tcp_adjust_rcv_ssthresh");
      }

      @Override
      public void collapse() {
        asked.add("tcp_collapse");
      }

      @Override
      public boolean pruneOfo(TcpMem.Segment segment) {
        asked.add("tcp_prune_ofo_queue");
        boolean some = outOfOrder > 0;
        if (some) {
          SkbOwner.rfree(sk, outOfOrder);
          outOfOrder = 0;
        }
        return some;
      }

      @Override
      public void overcommitted() {
        asked.add("pred_flags");
      }
    };
  }

  private void receive(Sk sk, int truesize) {
    assertThat(SkMem.schedule(sk, truesize, SkMem.Kind.RECV, Gfp.NOWAIT)).isTrue();
    SkbOwner.setOwnerR(sk, truesize);
    queued++;
  }

  @Test
  void m19SegmentWithRoomGetsIn() {
    Sk sk = sk(memcg);
    assertThat(TcpMem.admit(sk, new TcpMem.Segment(0, 500, 1000), queues(sk), Gfp.NOWAIT))
        .isEqualTo(Admission.SCHEDULED);
    assertThat(asked).isEmpty();
  }

  @Test
  void m19WithoutRoomDataBehindOtherDataIsDroppedAndCounted() {
    Sk sk = sk(memcg);
    receive(sk, 16_384);
    assertThat(TcpMem.admit(sk, new TcpMem.Segment(0, 500, 1000), queues(sk), Gfp.NOWAIT))
        .isEqualTo(Admission.DROPPED);
    assertThat(asked).containsExactly("tcp_prune_ofo_queue");
    // The counters of a live kernel with a limit of 16384: TCPRcvQDrop 1, PruneCalled 1, no more.
    assertThat(net.mib(Mib.TCP_RCVQ_DROP)).isOne();
    assertThat(net.mib(Mib.TCP_PRUNE_CALLED)).isOne();
    assertThat(net.mib(Mib.TCP_RCV_PRUNED)).isZero();
  }

  @Test
  void m19OneSegmentAndABareFinAlwaysGetIn() {
    Sk sk = sk(new TestMemcg(0, 0));
    assertThat(TcpMem.admit(sk, new TcpMem.Segment(0, 500, 1000), queues(sk), Gfp.NOWAIT))
        .isEqualTo(Admission.FORCED);
    SkbOwner.setOwnerR(sk, 1000);
    queued = 1;
    SkbOwner.setOwnerR(sk, sk.forwardAlloc());
    assertThat(TcpMem.admit(sk, new TcpMem.Segment(0, 0, 1000), queues(sk), Gfp.NOWAIT))
        .isEqualTo(Admission.FORCED);
    assertThat(TcpMem.admit(sk, new TcpMem.Segment(0, 500, 5000), queues(sk), Gfp.NOWAIT))
        .isEqualTo(Admission.DROPPED);
  }

  @Test
  void m19WhatCameOutOfOrderIsDroppedToMakeRoom() {
    Sk sk = sk(memcg);
    receive(sk, 16_384);
    outOfOrder = 8192;
    assertThat(TcpMem.admit(sk, new TcpMem.Segment(0, 500, 1000), queues(sk), Gfp.NOWAIT))
        .isEqualTo(Admission.SCHEDULED);
    assertThat(asked).containsExactly("tcp_prune_ofo_queue");
  }

  @Test
  void m19FullReceiveBufferGoesDownTheWholeLadder() {
    Sk sk = sk(null);
    receive(sk, 200_000);
    assertThat(TcpMem.admit(sk, new TcpMem.Segment(0, 500, 1000), queues(sk), Gfp.ATOMIC))
        .isEqualTo(Admission.DROPPED);
    assertThat(asked)
        .containsExactly("tcp_clamp_window", "tcp_collapse", "tcp_prune_ofo_queue", "pred_flags");
    assertThat(net.mib(Mib.TCP_RCV_PRUNED)).isOne();
  }

  @Test
  void m18ReceiveBufferGrowsOnlyWithoutPressure() {
    Sk sk = sk(memcg);
    SkMem.forcedSchedule(sk, 200_000, Gfp.ATOMIC);
    SkbOwner.setOwnerR(sk, 200_000);
    memcg.setPressure(true);
    assertThat(TcpMem.clampRcvbuf(sk)).isTrue();
    assertThat(sk.rcvbuf()).isEqualTo(131072);
    memcg.setPressure(false);
    net.set(Sysctl.IPV4_TCP_MEM, "0\t20\t30");
    assertThat(TcpMem.clampRcvbuf(sk)).isTrue();
    net.set(Sysctl.IPV4_TCP_MEM, "1000\t2000\t3000");
    assertThat(TcpMem.clampRcvbuf(sk)).isFalse();
    assertThat(sk.rcvbuf()).isEqualTo(200_000);
  }

  @Test
  void m18WindowUnderPressureIsFourSegmentsOrWhatIsReserved() {
    Sk sk = sk(new TestMemcg(0, 100));
    assertThat(TcpMem.rcvSsthreshUnderPressure(sk, 64_000, 1460)).isEqualTo(5840);
    assertThat(TcpMem.rcvSsthreshUnderPressure(sk, 1000, 1460)).isEqualTo(1000);
    SkMem.setReservedMem(sk, 40_960);
    assertThat(TcpMem.rcvSsthreshUnderPressure(sk, 64_000, 1460)).isEqualTo(20_480);
  }

  @Test
  void m18SendBufferDoesNotGrowUnderPressure() {
    Sk sk = sk(new TestMemcg(0, 100));
    assertThat(TcpMem.shouldExpandSndbuf(sk, false)).isTrue();
    assertThat(TcpMem.shouldExpandSndbuf(sk, true)).isFalse();
    net.set(Sysctl.IPV4_TCP_MEM, "0\t20\t30");
    assertThat(TcpMem.shouldExpandSndbuf(sk, false)).isFalse();
    TestMemcg pressed = new TestMemcg(0, 100);
    Sk other = sk(pressed);
    SkMem.setReservedMem(other, 20_000);
    pressed.setPressure(true);
    assertThat(TcpMem.shouldExpandSndbuf(other, false)).isFalse();
    assertThat(other.sndbuf()).isEqualTo(20_480);
  }

  @Test
  void m21FinGoesOutWhateverTheLimit() {
    TestMemcg full = new TestMemcg(0, 0);
    TcpMem.finSchedule(sk(full), 1280, Gfp.KERNEL);
    assertThat(full.pages()).isOne();
  }

  @Test
  void m21SenderWithNothingQueuedMakesSomeProgress() {
    TestMemcg full = new TestMemcg(0, 0);
    Sk sk = sk(full);
    assertThat(TcpMem.wmemSchedule(sk, 3000, Gfp.KERNEL)).isEqualTo(3000);
    SkbOwner.entail(sk, 4096);
    assertThat(TcpMem.streamAlloc(sk, 1280, true, Gfp.KERNEL)).isTrue();
    assertThat(full.pages()).isEqualTo(2);
    // With something queued it is refused while it is under its buffer, and may then wait.
    assertThat(TcpMem.streamAlloc(sk, 3000, false, Gfp.KERNEL)).isTrue();
  }

  @Test
  void m21TooManyOrphansOrAFullPoolEndASock() {
    Sk sk = sk(null);
    net.set(Sysctl.IPV4_TCP_MAX_ORPHANS, "8");
    net.setOrphans(8);
    assertThat(TcpMem.checkOom(sk, 0)).isFalse();
    assertThat(TcpMem.checkOom(sk, 1)).isTrue();
    net.setOrphans(9);
    assertThat(TcpMem.checkOom(sk, 0)).isTrue();
    net.setOrphans(0);
    SkMem.pool(sk).add(31, 0, 256);
    net.set(Sysctl.IPV4_TCP_MEM, "10\t20\t30");
    sk.addWmemQueued(SkMem.SOCK_MIN_SNDBUF);
    assertThat(TcpMem.checkOom(sk, 0)).isFalse();
    sk.addWmemQueued(1);
    assertThat(TcpMem.checkOom(sk, 0)).isTrue();
  }
}
