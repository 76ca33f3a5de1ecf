package org.netshard.protocol.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.SkMem.Kind;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.tcp.TcpOps;
import org.netshard.protocol.udp.UdpOps;
import org.netshard.protocol.unix.UnixOps;

/** The accounting of a sock's buffers, rule by rule (M6, M7, M9, M15, M16, M18, M21, M22). */
class SkMemTest {
  private final TestNet net = new TestNet();
  private final TestMemcg memcg = new TestMemcg(Long.MAX_VALUE, 100);

  @BeforeEach
  void limits() {
    net.set(Sysctl.IPV4_TCP_MEM, "10\t20\t30").set(Sysctl.IPV4_UDP_MEM, "10\t20\t30");
  }

  private Sk sk(String pool, @Nullable TestMemcg bound) {
    boolean tcp = pool.equals("tcp");
    ProtoProfile profile =
        new ProtoProfile(tcp ? "TCP" : "UDP", 2304, true, 2368, pool, tcp, 192, "");
    SockOps ops = tcp ? new TcpOps() : pool.isEmpty() ? UnixOps.INSTANCE : new UdpOps(false);
    int family = pool.isEmpty() ? Abi.AF_UNIX : Abi.AF_INET;
    int protocol = tcp ? Abi.IPPROTO_TCP : pool.isEmpty() ? 0 : Abi.IPPROTO_UDP;
    int type = tcp ? Abi.SOCK_STREAM : Abi.SOCK_DGRAM;
    Sk sk = new Sk(net, new Proto(profile, 0), ops, family, type, protocol, net.root());
    if (bound != null) {
      sk.setMemcg(bound.skAlloc());
    }
    ops.init(sk, net.root());
    return sk;
  }

  private long pages(Sk sk) {
    return SkMem.pool(sk).allocatedPages();
  }

  /** Takes pages for another sock. */
  private void others(Sk like, long pages) {
    SkMem.pool(like).add(pages, 0, 256);
  }

  @Test
  void m06BytesComeFromABudgetOfWholePages() {
    Sk sk = sk("tcp", memcg);
    assertThat(SkMem.schedule(sk, 833, Kind.RECV, Gfp.ATOMIC)).isTrue();
    SkbOwner.setOwnerR(sk, 833);
    // As the live kernel shows it for one byte: rmem_alloc 833, fwd_alloc 3263.
    assertThat(sk.rmemAlloc()).isEqualTo(833);
    assertThat(sk.forwardAlloc()).isEqualTo(3263);
    assertThat(memcg.pages()).isOne();
    SkbOwner.setOwnerR(sk, 1);
    assertThat(sk.forwardAlloc()).isEqualTo(3262);
    SkbOwner.rfree(sk, 834);
    assertThat(sk.forwardAlloc()).isZero();
    assertThat(memcg.pages()).isZero();
    assertThat(pages(sk)).isZero();
  }

  @Test
  void m06ShortBudgetAsksOnlyForWhatIsMissing() {
    Sk sk = sk("tcp", memcg);
    SkMem.schedule(sk, 4000, Kind.SEND, Gfp.KERNEL);
    SkMem.schedule(sk, 4097, Kind.SEND, Gfp.KERNEL);
    assertThat(sk.forwardAlloc()).isEqualTo(8192);
    assertThat(memcg.pages()).isEqualTo(2);
  }

  @Test
  void m06SockWithoutAPoolCountsNothing() {
    Sk sk = sk("", memcg);
    assertThat(SkMem.schedule(sk, 1 << 20, Kind.SEND, Gfp.KERNEL)).isTrue();
    SkbOwner.setOwnerR(sk, 1000);
    assertThat(sk.forwardAlloc()).isZero();
    assertThat(memcg.pages()).isZero();
  }

  /**
   * The order of the steps. Columns: pages of others in the pool, room in the cgroup, what the sock
   * itself has queued, kind; whether one page more is granted, and whether TCP is then under
   * pressure.
   */
  @ParameterizedTest
  @CsvSource({
    "0, 100, 0, RECV, true, false",
    "9, 100, 0, RECV, true, false", // at the first limit: no pressure
    "10, 100, 0, RECV, true, false", // between the first and the second: no pressure yet
    "20, 100, 0, RECV, true, true", // past the second: pressure, but below the least rmem
    "20, 100, 4096, RECV, true, true", // over the least: fair, as one sock among one
    "20, 100, 131072, RECV, false, true", // more than its fair share
    "30, 100, 0, RECV, false, true", // past the third nothing helps
    "0, 0, 0, RECV, false, false", // no room in the cgroup: not even the least
    "20, 100, 4095, SEND, true, true",
  })
  void m07StepsComeInTheirOrder(
      int others, int room, int queued, Kind kind, boolean granted, boolean pressure) {
    TestMemcg cgroup = new TestMemcg(Long.MAX_VALUE, room);
    Sk sk = sk("tcp", cgroup);
    others(sk, others);
    if (kind == Kind.RECV) {
      sk.addRmemAlloc(queued);
    } else {
      sk.addWmemQueued(queued);
    }
    long before = pages(sk);
    boolean result = SkMem.schedule(sk, 100, kind, Gfp.KERNEL);
    assertThat(result).isEqualTo(granted);
    assertThat(pages(sk) - before).isEqualTo(granted ? 1 : 0);
    assertThat(cgroup.pages()).isEqualTo(granted ? 1 : 0);
    assertThat(sk.forwardAlloc()).isEqualTo(granted ? 4096 : 0);
    assertThat(SkMem.pool(sk).underPressure()).isEqualTo(pressure);
    assertThat(net.mib(Mib.TCP_MEMORY_PRESSURES)).isEqualTo(pressure ? 1 : 0);
  }

  @Test
  void m07UdpHasNoPressureSoItFallsThroughToSuppression() {
    Sk sk = sk("udp", memcg);
    others(sk, 10);
    sk.addRmemAlloc(4095);
    assertThat(SkMem.schedule(sk, 100, Kind.RECV, Gfp.ATOMIC)).isTrue();
    sk.addRmemAlloc(1);
    assertThat(SkMem.schedule(sk, 9000, Kind.RECV, Gfp.ATOMIC)).isFalse();
    assertThat(SkMem.pool(sk).underPressure()).isFalse();
  }

  @Test
  void m07SuppressedSenderShrinksItsBufferAndIsForcedOnceItCanWait() {
    TestMemcg full = new TestMemcg(Long.MAX_VALUE, 0);
    Sk sk = sk("tcp", full);
    sk.setSndbuf(3939840);
    SkMem.forcedSchedule(sk, 30_000, Gfp.KERNEL);
    SkbOwner.entail(sk, 20_000);
    // Under its new, smaller buffer of half of what is queued it could not wait, so it is forced.
    assertThat(SkMem.schedule(sk, 20_000, Kind.SEND, Gfp.KERNEL)).isTrue();
    assertThat(sk.sndbuf()).isEqualTo(10_000);
    assertThat(full.pages()).isEqualTo(pages(sk)).isEqualTo(10);
    Sk locked = sk("tcp", full);
    locked.setUserlocks(Sk.SOCK_SNDBUF_LOCK);
    assertThat(SkMem.schedule(locked, 10_000, Kind.SEND, Gfp.KERNEL)).isFalse();
    assertThat(locked.sndbuf()).isEqualTo(16384);
  }

  @Test
  void m07SuppressedSenderNeverShrinksBelowTheSmallestBuffer() {
    TestMemcg full = new TestMemcg(Long.MAX_VALUE, 0);
    Sk sk = sk("tcp", full);
    assertThat(SkMem.schedule(sk, 100, Kind.SEND, Gfp.KERNEL)).isFalse();
    assertThat(sk.sndbuf()).isEqualTo(SkMem.SOCK_MIN_SNDBUF);
  }

  @Test
  void m09ChildIsChargedAtAcceptForWhatItHoldsAndIs() {
    Sk child = sk("tcp", null);
    SkMem.schedule(child, 30_000, Kind.RECV, Gfp.ATOMIC);
    SkbOwner.setOwnerR(child, 30_000);
    assertThat(pages(child)).isEqualTo(8);
    assertThat(memcg.pages()).isZero();
    SkMem.accept(child, memcg);
    assertThat(memcg.pages()).isEqualTo(8);
    assertThat(memcg.objectBytes()).isEqualTo(2368);
    assertThat(memcg.references()).isOne();
    SkbOwner.rfree(child, 30_000);
    assertThat(memcg.pages()).isZero();
  }

  @Test
  void m09AcceptGoesOverTheLimit() {
    TestMemcg small = new TestMemcg(Long.MAX_VALUE, 2);
    Sk child = sk("tcp", null);
    SkMem.schedule(child, 30_000, Kind.RECV, Gfp.ATOMIC);
    SkbOwner.setOwnerR(child, 30_000);
    SkMem.accept(child, small);
    assertThat(small.pages()).isEqualTo(8);
  }

  @Test
  void m09AcceptByATaskInTheRootChargesNobody() {
    Sk child = sk("tcp", null);
    SkMem.accept(child, null);
    assertThat(child.memcg()).isNull();
    assertThat(child.objcg()).isNull();
  }

  @Test
  void m15ReservedMemoryIsChargedAheadAndKept() {
    Sk sk = sk("tcp", memcg);
    assertThat(SkMem.setReservedMem(sk, 10_000)).isZero();
    assertThat(memcg.pages()).isEqualTo(3);
    SkMem.schedule(sk, 6000, Kind.SEND, Gfp.KERNEL);
    SkbOwner.entail(sk, 6000);
    assertThat(memcg.pages()).isEqualTo(3);
    SkbOwner.wmemFree(sk, 6000);
    assertThat(memcg.pages()).isEqualTo(3);
    // Pages are given back whole: 12288 less 4288, rounded down to a page.
    assertThat(SkMem.setReservedMem(sk, 8000)).isZero();
    assertThat(memcg.pages()).isEqualTo(2);
    SkMem.reclaimFinal(sk);
    assertThat(memcg.pages()).isZero();
  }

  @Test
  void m15ReservingFailsInItsOrder() {
    assertThat(SkMem.setReservedMem(sk("tcp", memcg), -1)).isEqualTo(Errno.EINVAL.negated());
    assertThat(SkMem.setReservedMem(sk("tcp", null), 1)).isEqualTo(Errno.EOPNOTSUPP.negated());
    assertThat(SkMem.setReservedMem(sk("", memcg), 1)).isEqualTo(Errno.EOPNOTSUPP.negated());
    TestMemcg full = new TestMemcg(Long.MAX_VALUE, 2);
    Sk sk = sk("tcp", full);
    assertThat(SkMem.setReservedMem(sk, 3 * 4096)).isEqualTo(Errno.ENOMEM.negated());
    assertThat(SkMem.setReservedMem(sk, 2 * 4096)).isZero();
    // The pool would come under pressure: what was charged to the cgroup goes back.
    Sk other = sk("tcp", memcg);
    assertThat(SkMem.setReservedMem(other, 19 * 4096)).isEqualTo(Errno.ENOMEM.negated());
    assertThat(memcg.pages()).isZero();
    assertThat(pages(sk)).isEqualTo(2);
  }

  @Test
  void m16PressureIsTheMachinesAndItsTimeIsCounted() {
    Sk sk = sk("tcp", memcg);
    others(sk, 20);
    net.setNowNs(1_000_000_000);
    SkMem.schedule(sk, 1, Kind.RECV, Gfp.ATOMIC);
    assertThat(SkMem.underPressure(sk("tcp", null))).isTrue();
    // Below the first limit it ends; the time is told in whole jiffies of 4 ms.
    net.setNowNs(1_050_500_000);
    SkMem.pool(sk).add(-12, 0, 256);
    SkMem.reclaim(sk);
    assertThat(SkMem.pool(sk).underPressure()).isFalse();
    assertThat(net.mib(Mib.TCP_MEMORY_PRESSURES)).isOne();
    assertThat(net.mib(Mib.TCP_MEMORY_PRESSURES_CHRONO)).isEqualTo(48);
  }

  @Test
  void m16CpuKeepsPagesToItselfUntilTheyAreAsManyAsReserved() {
    ProtoMem pool = new ProtoMem(2);
    pool.add(255, 0, 256);
    assertThat(pool.allocatedPages()).isZero();
    assertThat(pool.exactPages()).isEqualTo(255);
    pool.add(1, 0, 256);
    assertThat(pool.allocatedPages()).isEqualTo(256);
    pool.add(-256, 1, 256);
    assertThat(pool.allocatedPages()).isZero();
  }

  @Test
  void m18SockIsUnderPressureByItsCgroupOrByItsPool() {
    Sk sk = sk("tcp", memcg);
    assertThat(SkMem.underPressure(sk)).isFalse();
    memcg.setPressure(true);
    assertThat(SkMem.underPressure(sk)).isTrue();
    assertThat(SkMem.underPressure(sk("tcp", null))).isFalse();
  }

  @Test
  void m21ForcedChargeNeverFails() {
    TestMemcg full = new TestMemcg(Long.MAX_VALUE, 0);
    Sk sk = sk("tcp", full);
    others(sk, 100);
    SkMem.forcedSchedule(sk, 5000, Gfp.ATOMIC);
    assertThat(sk.forwardAlloc()).isEqualTo(8192);
    assertThat(full.pages()).isEqualTo(2);
    assertThat(pages(sk)).isEqualTo(102);
  }

  @Test
  void m22NewTcpSockHasTheBuffersOfItsSysctls() {
    assertThat(List.of(sk("tcp", null).rcvbuf(), sk("tcp", null).sndbuf()))
        .containsExactly(131072, 16384);
    assertThat(List.of(sk("udp", null).rcvbuf(), sk("udp", null).sndbuf()))
        .containsExactly(212992, 212992);
  }
}
