package org.netshard.namespace.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.netshard.namespace.cgroup.MemMachine.profile;
import static org.netshard.namespace.cgroup.MemMachine.socketOf;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkMem;
import org.netshard.protocol.core.SkMem.Kind;
import org.netshard.protocol.core.SkbOwner;
import org.netshard.protocol.memcg.Gfp;

/** The rules of memory cgroups, M1 to M17 and M23, with tasks, socks and real cgroups. */
class MemoryRulesTest {
  private final MemMachine machine = new MemMachine(profile("version = 2"));

  private static void receive(Sk sk, int truesize, Gfp gfp) {
    assertThat(SkMem.schedule(sk, truesize, Kind.RECV, gfp)).isTrue();
    SkbOwner.setOwnerR(sk, truesize);
  }

  private static void max(MemcgState memcg, long pages) {
    memcg.memory.forceMax(pages);
  }

  @Test
  void m01SockIsBoundToTheCgroupOfTheTaskThatMakesItAndNeverToTheRoot() {
    MemcgState red = machine.mkdir("/red");
    Task task = machine.task("/red");
    assertThat(socketOf(task, machine.socket(task, "TCP")).sk().memcg()).isSameAs(red.socks());
    Task free = machine.task("/");
    Sk unbound = socketOf(free, machine.socket(free, "TCP")).sk();
    assertThat(unbound.memcg()).isNull();
    receive(unbound, 10_000, Gfp.ATOMIC);
    assertThat(machine.tree.root().memcg().sockPages()).isZero();
    machine.check();
  }

  @Test
  void m02BondIsForLifeAndOutlivesTheCgroup() {
    MemcgState red = machine.mkdir("/red");
    MemcgState blue = machine.mkdir("/blue");
    Task task = machine.task("/red");
    int fd = machine.socket(task, "TCP");
    Sk sk = socketOf(task, fd).sk();
    assertThat(machine.tree.rmdir(machine.cgroup("/red"))).isEqualTo(Errno.EBUSY.negated());
    machine.move(task, machine.cgroup("/blue"));
    assertThat(machine.tree.rmdir(machine.cgroup("/red"))).isZero();
    receive(sk, 10_000, Gfp.ATOMIC);
    assertThat(red.sockPages()).isEqualTo(3);
    assertThat(blue.sockPages()).isZero();
    // Its objects have gone over to the parent, and it is still counted there.
    assertThat(red.kernelPages()).isZero();
    assertThat(machine.tree.root().memcg().memory.usage()).isEqualTo(4);
    machine.check();
    machine.close(task, fd, false);
    assertThat(machine.tree.root().memcg().children()).containsExactly(blue);
    machine.check();
  }

  @Test
  void m03NosocketSwitchesItAllOff() {
    MemMachine off = new MemMachine(profile("version = 2, nosocket = true"));
    off.mkdir("/red");
    Task task = off.task("/red");
    Sk sk = socketOf(task, off.socket(task, "TCP")).sk();
    assertThat(sk.memcg()).isNull();
    assertThat(sk.objcg()).isNotNull();
    off.check();
  }

  @ParameterizedTest
  @CsvSource({"TCP, 3", "UDP, 3", "UNIX-STREAM, 0"})
  void m04OnlyProtosWithAPoolChargeTheirBuffers(String proto, int pages) {
    MemcgState red = machine.mkdir("/red");
    Task task = machine.task("/red");
    receive(socketOf(task, machine.socket(task, proto)).sk(), 9000, Gfp.ATOMIC);
    assertThat(red.sockPages()).isEqualTo(pages);
    machine.check();
  }

  @Test
  void m05ObjectsAreKernelMemoryOfTheCreatorAndNeverSock() {
    MemcgState red = machine.mkdir("/red");
    Task task = machine.task("/red");
    machine.socket(task, "TCP");
    assertThat(red.slabBytes()).isEqualTo(832 + 2368 + 192 + 192 + 4 * 8);
    assertThat(red.kernelPages()).isOne();
    assertThat(red.sockPages()).isZero();
  }

  @Test
  void m08SoftirqGoesOverTheLimitAndIsCounted() {
    MemcgState red = machine.mkdir("/red");
    max(red, 2);
    Sk sk = machine.sk("TCP", red);
    machine.others.add(sk);
    receive(sk, 5 * 4096, machine.model.machine().softirqGfp());
    assertThat(red.memory.usage()).isEqualTo(5);
    assertThat(red.events(MemcgEvent.MAX)).isOne();
    assertThat(red.events(MemcgEvent.OOM)).isZero();
    machine.check();
  }

  @Test
  void m08SoftirqOfAnOlderKernelFailsAtTheLimit() {
    MemMachine older = new MemMachine(profile("version = 2, softirq-charge = GFP_NOWAIT"));
    MemcgState red = older.mkdir("/red");
    max(red, 2);
    Sk sk = older.sk("TCP", red);
    Gfp softirq = older.model.machine().softirqGfp();
    assertThat(SkMem.schedule(sk, 5 * 4096, Kind.RECV, softirq)).isFalse();
    assertThat(red.memory.usage()).isZero();
    assertThat(red.events(MemcgEvent.MAX)).isZero();
    assertThat(red.refused()).isOne();
  }

  @Test
  void m08TaskReclaimsAndRetriesBeforeTheOomKiller() {
    MemcgState red = machine.mkdir("/red");
    max(red, 10);
    Task task = machine.task("/red");
    machine.begin(task.pid());
    red.userPages().chargeFile(8);
    // The page cache makes room: one try.
    assertThat(red.chargeKernel(6, Gfp.KERNEL)).isTrue();
    assertThat(red.userPages().filePages()).isZero();
    assertThat(red.events(MemcgEvent.MAX)).isOne();
    // Nothing can be reclaimed: 1 + 16 + 1 tries, then the OOM killer.
    red.oomKillDisable = true;
    assertThat(red.chargeKernel(6, Gfp.KERNEL)).isFalse();
    assertThat(red.events(MemcgEvent.MAX)).isEqualTo(1 + 18);
    assertThat(red.events(MemcgEvent.OOM)).isOne();
    assertThat(machine.control.takeRestart()).isFalse();
    assertThat(Objects.requireNonNull(machine.control.refusal()).over()).isSameAs(red);
  }

  @Test
  void m08ChargeOfAnObjectWaitsForTheKilledAndOneOfABufferIsCountedAtOnce() {
    MemcgState red = machine.mkdir("/red");
    Task victim = machine.task("/red");
    machine.anon(victim, 8);
    max(red, 10);
    machine.begin(victim.pid());
    assertThat(red.chargeKernel(6, Gfp.KERNEL)).isFalse();
    assertThat(machine.control.takeRestart()).isTrue();
    assertThat(machine.tree.kills()).containsExactly(victim.tgid());
    machine.kill();
    assertThat(red.memory.usage()).isZero();
    assertThat(red.events(MemcgEvent.OOM_KILL)).isOne();
    assertThat(red.refused()).isZero();
    Task second = machine.task("/red");
    machine.anon(second, 8);
    machine.begin(second.pid());
    Sk sk = machine.sk("TCP", red);
    machine.others.add(sk);
    assertThat(SkMem.schedule(sk, 6 * 4096, Kind.SEND, Gfp.KERNEL)).isTrue();
    assertThat(machine.control.takeRestart()).isFalse();
    assertThat(machine.kill()).isOne();
    assertThat(red.memory.usage()).isEqualTo(6);
    machine.check();
  }

  @Test
  void m08LargeChargesDoNotCallTheOomKiller() {
    MemcgState red = machine.mkdir("/red");
    machine.task("/red");
    max(red, 1);
    assertThat(red.chargeKernel(9, Gfp.KERNEL)).isFalse();
    assertThat(red.events(MemcgEvent.OOM)).isZero();
    assertThat(red.chargeKernel(8, Gfp.KERNEL)).isFalse();
    assertThat(red.events(MemcgEvent.OOM)).isOne();
  }

  @Test
  void m09ConnectionsBeforeAcceptAreInThePoolOnly() {
    MemcgState red = machine.mkdir("/red");
    Task task = machine.task("/red");
    Sk child = machine.child();
    receive(child, 65_536, Gfp.ATOMIC);
    assertThat(red.memory.usage()).isZero();
    assertThat(machine.model.machine().pool(Proto.Pool.TCP).allocatedPages()).isEqualTo(16);
    machine.check();
    max(red, 2);
    assertThat(machine.accept(task, child)).isZero();
    assertThat(red.sockPages()).isEqualTo(16);
    assertThat(red.memory.usage()).isEqualTo(17);
    machine.check();
  }

  @Test
  void m10SocketPagesAreTriedThenCounted() {
    MemcgState red = machine.mkdir("/red");
    max(red, 4);
    assertThat(red.socks().charge(3, Gfp.NOWAIT)).isTrue();
    assertThat(red.socks().charge(2, Gfp.NOWAIT)).isFalse();
    assertThat(red.sockPages()).isEqualTo(3);
    red.socks().uncharge(3);
    assertThat(red.sockPages()).isZero();
    assertThat(red.memory.usage()).isZero();
  }

  @Test
  void m11StockIsFilled64PagesAtATimeAndIsExactlyWhatIsAskedForAtTheLimit() {
    MemMachine perCpu = new MemMachine(profile("version = 2, charge-cpus = 2"));
    MemcgState red = perCpu.mkdir("/red");
    assertThat(red.socks().charge(1, Gfp.ATOMIC)).isTrue();
    assertThat(red.memory.usage()).isEqualTo(64);
    assertThat(red.sockPages()).isOne();
    assertThat(perCpu.control.stockPages(red)).isEqualTo(63);
    assertThat(red.socks().charge(63, Gfp.ATOMIC)).isTrue();
    assertThat(red.memory.usage()).isEqualTo(64);
    max(red, 66);
    assertThat(red.socks().charge(2, Gfp.ATOMIC)).isTrue();
    assertThat(red.memory.usage()).isEqualTo(66);
    red.socks().uncharge(66);
    assertThat(red.memory.usage() - perCpu.control.stockPages(red)).isZero();
    perCpu.control.drain(red);
    assertThat(red.memory.usage()).isZero();
  }

  @Test
  void m12ChargePassesToAllAboveAndTheEventIsWhereTheLimitIs() {
    MemcgState top = machine.mkdir("/top");
    MemcgState mid = machine.mkdir("/top/mid");
    MemcgState leaf = machine.mkdir("/top/mid/leaf");
    max(mid, 3);
    assertThat(leaf.socks().charge(2, Gfp.NOWAIT)).isTrue();
    assertThat(top.memory.usage()).isEqualTo(2);
    assertThat(leaf.socks().charge(2, Gfp.ATOMIC)).isTrue();
    assertThat(leaf.events(MemcgEvent.MAX)).isZero();
    assertThat(mid.eventsLocal(MemcgEvent.MAX)).isOne();
    assertThat(top.events(MemcgEvent.MAX)).isOne();
    assertThat(top.eventsLocal(MemcgEvent.MAX)).isZero();
    assertThat(machine.tree.root().memcg().events(MemcgEvent.MAX)).isZero();
  }

  @Test
  void m12FailedChargeLeavesNothingBehindOnItsWayUp() {
    MemcgState top = machine.mkdir("/top");
    MemcgState leaf = machine.mkdir("/top/leaf");
    max(top, 3);
    assertThat(leaf.socks().charge(4, Gfp.NOWAIT)).isFalse();
    assertThat(leaf.memory.usage()).isZero();
    assertThat(leaf.refused()).isOne();
    assertThat(top.refused()).isZero();
  }

  @Test
  void m13HighNeverFailsAChargeButDelaysTheTask() {
    MemcgState red = machine.mkdir("/red");
    Task task = machine.task("/red");
    red.highPages = 10;
    machine.begin(task.pid());
    assertThat(red.socks().charge(30, Gfp.KERNEL)).isTrue();
    assertThat(machine.control.takeThrottleNs(red)).isPositive();
    assertThat(red.events(MemcgEvent.HIGH)).isPositive();
    assertThat(red.pressureText()).startsWith("some ").doesNotContain("total=0");
    assertThat(machine.tree.root().memcg().pressureText()).isEqualTo(red.pressureText());
    machine.begin(0);
    assertThat(red.socks().charge(1, Gfp.ATOMIC)).isTrue();
    assertThat(machine.control.takeThrottleNs(red)).isZero();
  }

  @Test
  void m14LoweredLimitReclaimsThenKills() {
    MemcgState red = machine.mkdir("/red");
    Task task = machine.task("/red");
    machine.anon(task, 10);
    red.userPages().chargeFile(10);
    max(red, 12);
    machine.control.shrinkToMax(red);
    assertThat(red.memory.usage()).isEqualTo(12);
    assertThat(red.events(MemcgEvent.OOM)).isZero();
    max(red, 5);
    machine.control.shrinkToMax(red);
    assertThat(red.userPages().filePages()).isZero();
    assertThat(red.events(MemcgEvent.OOM)).isOne();
    assertThat(machine.kill()).isOne();
    assertThat(red.memory.usage()).isZero();
  }

  @Test
  void m14SocketMemoryIsNotReclaimed() {
    MemcgState red = machine.mkdir("/red");
    red.socks().charge(10, Gfp.KERNEL);
    max(red, 5);
    machine.control.shrinkToMax(red);
    assertThat(red.memory.usage()).isEqualTo(10);
    assertThat(red.events(MemcgEvent.OOM)).isOne();
  }

  @Test
  void m15ReservationFailsWithoutTheOomKiller() {
    MemcgState red = machine.mkdir("/red");
    Task task = machine.task("/red");
    machine.anon(task, 3);
    max(red, 5);
    Sk sk = machine.sk("TCP", red);
    assertThat(SkMem.setReservedMem(sk, 3 * 4096)).isEqualTo(Errno.ENOMEM.negated());
    assertThat(red.events(MemcgEvent.OOM)).isZero();
    assertThat(machine.tree.kills()).isEmpty();
    assertThat(SkMem.setReservedMem(sk, 2 * 4096)).isZero();
    assertThat(red.sockPages()).isEqualTo(2);
  }

  @Test
  void m16PoolIsOneForAllCgroupsAndNamespaces() {
    Sk first = machine.sk("TCP", machine.mkdir("/red"));
    Sk second = machine.sk("TCP", machine.mkdir("/blue"));
    machine.others.add(first);
    machine.others.add(second);
    receive(first, 4096, Gfp.ATOMIC);
    receive(second, 8192, Gfp.ATOMIC);
    assertThat(machine.model.machine().pool(Proto.Pool.TCP).allocatedPages()).isEqualTo(3);
    machine.check();
  }

  @Test
  void m17HardReclaimPressesTheSocksBelowForASecond() {
    MemcgState top = machine.mkdir("/top");
    MemcgState leaf = machine.mkdir("/top/leaf");
    top.userPages().chargeFile(600);
    top.userPages().setActiveFile(600);
    max(top, 600);
    machine.begin(0);
    assertThat(leaf.socks().underSocketPressure()).isFalse();
    // Every page that is scanned is in use.
    Reclaim.reclaim(top, 32);
    assertThat(top.socks().underSocketPressure()).isTrue();
    assertThat(leaf.socks().underSocketPressure()).isTrue();
    machine.pass(1_000_000_000);
    assertThat(leaf.socks().underSocketPressure()).isFalse();
  }

  @Test
  void m17EasyReclaimAndReclaimOnRequestPressNobody() {
    MemcgState red = machine.mkdir("/red");
    red.userPages().chargeFile(2000);
    Reclaim.reclaim(red, 1000);
    assertThat(red.socks().underSocketPressure()).isFalse();
    red.userPages().setActiveFile(1000);
    Reclaim.proactively(red, 32);
    assertThat(red.socks().underSocketPressure()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1000, 1000, 0", "1000, 500, 50", "1000, 390, 60", "1000, 0, 99"})
  void m17PressureIsTheShareOfPagesThatCouldNotBeReclaimed(
      long scanned, long reclaimed, long percent) {
    assertThat(VmPressure.percent(scanned, reclaimed)).isBetween(percent, percent + 1);
  }

  @Test
  void m23Version1ChargesSocketsToACounterOfTheirOwnOnceALimitWasWritten() {
    MemMachine old = new MemMachine(profile("version = 1"));
    MemcgState red = old.mkdir("/red");
    Task task = old.task("/red");
    assertThat(socketOf(task, old.socket(task, "TCP")).sk().memcg()).isNull();
    red.socks().activateTcpmem();
    red.tcpmem.setMax(4);
    Sk sk = socketOf(task, old.socket(task, "TCP")).sk();
    receive(sk, 3 * 4096, Gfp.ATOMIC);
    assertThat(red.tcpmem.usage()).isEqualTo(3);
    assertThat(red.memory.usage()).isEqualTo(red.kernelPages());
    // GFP_ATOMIC is not forced here, and pressure comes and goes with the last charge.
    assertThat(SkMem.schedule(sk, 20_000, Kind.RECV, Gfp.ATOMIC)).isFalse();
    assertThat(red.socks().underSocketPressure()).isTrue();
    assertThat(SkMem.schedule(sk, 4096, Kind.RECV, Gfp.ATOMIC)).isTrue();
    assertThat(red.socks().underSocketPressure()).isFalse();
    assertThat(red.tcpmem.failcnt()).isZero();
    old.check();
  }

  @Test
  void m23Version1CountsEventsWhereTheyHappenOnly() {
    MemMachine old = new MemMachine(profile("version = 1"));
    MemcgState top = old.mkdir("/top");
    MemcgState leaf = old.mkdir("/top/leaf");
    leaf.event(MemcgEvent.OOM_KILL);
    assertThat(leaf.events(MemcgEvent.OOM_KILL)).isOne();
    assertThat(top.events(MemcgEvent.OOM_KILL)).isZero();
    top.oomKillDisable = true;
    assertThat(old.mkdir("/top/later").oomKillDisable).isTrue();
    assertThat(leaf.oomKillDisable).isFalse();
  }
}
