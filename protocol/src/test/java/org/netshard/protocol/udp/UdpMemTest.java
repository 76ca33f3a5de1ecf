package org.netshard.protocol.udp;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.TestMemcg;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.udp.UdpMem.Admission;

/** The receive buffer of UDP (M20), with the numbers of a live kernel where there are any. */
class UdpMemTest {
  /** Truesize of a datagram of 1,000 bytes. */
  private static final int TRUESIZE = 2304;

  private final TestNet net = new TestNet();

  private Sk sk(@Nullable TestMemcg memcg) {
    ProtoProfile profile = new ProtoProfile("UDP", 1344, true, 1344, "udp", false, 0, "");
    Sk sk =
        new Sk(
            net,
            new Proto(profile, 0),
            new UdpOps(false),
            Abi.AF_INET,
            Abi.SOCK_DGRAM,
            Abi.IPPROTO_UDP,
            net.root());
    if (memcg != null) {
      sk.setMemcg(memcg.skAlloc());
    }
    sk.ops().init(sk, net.root());
    return sk;
  }

  @Test
  void m20DatagramsTakePagesAsOnTheLiveKernel() {
    TestMemcg memcg = new TestMemcg(0, 1000);
    Sk sk = sk(memcg);
    int[][] seen = {{1, 2304, 1792, 1}, {10, 25344, 3328, 7}, {50, 140544, 2816, 35}};
    for (int[] row : seen) {
      for (int i = 0; i < row[0]; i++) {
        assertThat(UdpMem.enqueue(sk, TRUESIZE, false, Gfp.ATOMIC)).isEqualTo(Admission.QUEUED);
      }
      assertThat(sk.rmemAlloc()).isEqualTo(row[1]);
      assertThat(sk.forwardAlloc()).isEqualTo(row[2]);
      assertThat(memcg.pages()).isEqualTo(row[3]);
    }
    for (int i = 0; i < 100; i++) {
      UdpMem.enqueue(sk, TRUESIZE, false, Gfp.ATOMIC);
    }
    assertThat(sk.rmemAlloc()).isEqualTo(211968);
    assertThat(sk.forwardAlloc()).isEqualTo(1024);
    assertThat(sk.rare().drops()).isEqualTo(69);
    assertThat(memcg.pages()).isEqualTo(52);
  }

  @Test
  void m20FullBufferDropsWithEnomemAndCounts() {
    Sk sk = sk(null);
    for (int i = 0; i < 300; i++) {
      UdpMem.enqueue(sk, TRUESIZE, false, Gfp.ATOMIC);
    }
    assertThat(sk.rare().drops()).isEqualTo(208);
    assertThat(net.mib(Mib.UDP_RCVBUF_ERRORS)).isEqualTo(208);
    assertThat(net.mib(Mib.UDP_IN_ERRORS)).isEqualTo(208);
    assertThat(net.mib(Mib.UDP_MEM_ERRORS)).isZero();
  }

  @Test
  void m20CgroupWithoutRoomDropsAndOnlyTheSockKnows() {
    TestMemcg memcg = new TestMemcg(0, 4);
    Sk sk = sk(memcg);
    for (int i = 0; i < 200; i++) {
      UdpMem.enqueue(sk, TRUESIZE, false, Gfp.NOWAIT);
    }
    // A live kernel of version 1 with a limit of 16384: kept 7, usage 16384, drops 193.
    assertThat(sk.rmemAlloc()).isEqualTo(7 * TRUESIZE);
    assertThat(sk.forwardAlloc()).isEqualTo(256);
    assertThat(memcg.pages()).isEqualTo(4);
    assertThat(sk.rare().drops()).isEqualTo(193);
    for (Mib mib : new Mib[] {Mib.UDP_RCVBUF_ERRORS, Mib.UDP_MEM_ERRORS, Mib.UDP_IN_ERRORS}) {
      assertThat(net.mib(mib)).as(mib.kernelName()).isZero();
    }
  }

  @Test
  void m20OneDatagramAlwaysFitsIntoAnEmptyBuffer() {
    Sk sk = sk(null);
    sk.setRcvbuf(2304);
    assertThat(UdpMem.enqueue(sk, 66_000, false, Gfp.ATOMIC)).isEqualTo(Admission.QUEUED);
    assertThat(UdpMem.enqueue(sk, 1, false, Gfp.ATOMIC)).isEqualTo(Admission.RCVBUF_FULL);
  }

  @Test
  void m20ReaderKeepsADeficitUntilAQuarterOfTheBufferOrTheLastDatagram() {
    TestMemcg memcg = new TestMemcg(0, 1000);
    Sk sk = sk(memcg);
    sk.setRcvbuf(20_000);
    for (int i = 0; i < 8; i++) {
      UdpMem.enqueue(sk, TRUESIZE, false, Gfp.ATOMIC);
    }
    long pages = memcg.pages();
    UdpMem.release(sk, TRUESIZE, false);
    UdpMem.release(sk, TRUESIZE, false);
    assertThat(UdpMem.forwardDeficit(sk)).isEqualTo(2 * TRUESIZE);
    assertThat(sk.rmemAlloc()).isEqualTo(8 * TRUESIZE);
    assertThat(memcg.pages()).isEqualTo(pages);
    UdpMem.release(sk, TRUESIZE, false);
    assertThat(UdpMem.forwardDeficit(sk)).isZero();
    assertThat(sk.rmemAlloc()).isEqualTo(5 * TRUESIZE);
    assertThat(memcg.pages()).isLessThan(pages);
    UdpMem.release(sk, TRUESIZE, true);
    assertThat(sk.rmemAlloc()).isEqualTo(4 * TRUESIZE);
    UdpMem.destruct(sk);
    assertThat(memcg.pages()).isZero();
    assertThat(SkMem.pool(sk).exactPages()).isZero();
  }
}
