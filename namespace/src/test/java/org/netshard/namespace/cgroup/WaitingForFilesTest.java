package org.netshard.namespace.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.FileHandle;
import org.netshard.namespace.vfs.PollSource;
import org.netshard.namespace.vfs.TestFiles;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.memcg.Gfp;

/** What {@code poll} says of control files of version 2, as a live 6.18 does. */
class WaitingForFilesTest {
  private static final String RED = "/sys/fs/cgroup/red/";
  private static final int ALWAYS = Poll.IN | Poll.OUT | Poll.RDNORM | Poll.WRNORM;
  private static final int CHANGED = ALWAYS | Poll.ERR | Poll.PRI;

  private final TestFiles files = new TestFiles(CgroupVersion.V2);
  private final Task root = files.root();
  private final Cgroup red = files.mkdir(root, "/sys/fs/cgroup/red");
  private final Cgroup below = files.mkdir(root, RED + "below");

  private FileHandle open(String name) {
    return files.open(root, RED + name, Abi.O_RDWR);
  }

  private static int poll(FileHandle file) {
    return ((PollSource) file).poll();
  }

  private void read(FileHandle file) {
    assertThat(file.read(root, 0, 1000)).isPositive();
  }

  /** Somebody who waits. */
  private static final class Sleeper extends Progress {
    int woken;

    @Override
    protected void woken() {
      woken++;
    }

    static Sleeper in(FileHandle file) {
      Sleeper sleeper = new Sleeper();
      sleeper.join(((PollSource) file).waitQueue(), false);
      return sleeper;
    }
  }

  @Test
  void aFileHasChangedUntilItIsReadForTheFirstTime() {
    for (String name : new String[] {"cgroup.events", "memory.events", "cgroup.stat"}) {
      FileHandle file = files.open(root, RED + name, Abi.O_RDONLY);
      assertThat(poll(file)).as(name).isEqualTo(CHANGED);
      read(file);
      assertThat(poll(file)).as(name).isEqualTo(ALWAYS);
    }
    FileHandle nothing = open("cgroup.procs");
    assertThat(nothing.read(root, 0, 10)).isZero();
    assertThat(poll(nothing)).isEqualTo(CHANGED);
  }

  @Test
  void anEventBelowWakesThoseWhoWaitForEventsAbove() {
    assertThat(files.cgroups.setSubtreeControl(red, true)).isZero();
    FileHandle events = files.open(root, RED + "memory.events", Abi.O_RDONLY);
    FileHandle local = files.open(root, RED + "memory.events.local", Abi.O_RDONLY);
    read(events);
    read(local);
    Sleeper above = Sleeper.in(events);
    Sleeper here = Sleeper.in(local);
    below.memcg().memory.forceMax(1);
    assertThat(below.memcg().chargeKernel(2, Gfp.NOWAIT)).isFalse();
    assertThat(above.woken).isZero();
    assertThat(below.memcg().chargeKernel(2, Gfp.KERNEL)).isFalse();
    assertThat(above.woken).isEqualTo(1);
    assertThat(here.woken).isZero();
    assertThat(poll(events)).isEqualTo(CHANGED);
    assertThat(poll(events)).isEqualTo(CHANGED);
    assertThat(poll(local)).isEqualTo(ALWAYS);
    read(events);
    assertThat(poll(events)).isEqualTo(ALWAYS);
  }

  @Test
  void tasksThatComeAndGoAndStandStillChangeCgroupEvents() {
    FileHandle events = files.open(root, RED + "cgroup.events", Abi.O_RDONLY);
    read(events);
    Sleeper sleeper = Sleeper.in(events);
    Task task = files.task(5, 5, root.cred());
    assertThat(files.echo(root, "5", RED + "below/cgroup.procs")).isEqualTo("OK");
    assertThat(sleeper.woken).isEqualTo(1);
    assertThat(poll(events)).isEqualTo(CHANGED);
    read(events);
    assertThat(files.echo(root, "5", RED + "cgroup.procs")).isEqualTo("OK");
    assertThat(poll(events)).as("it moved inside").isEqualTo(ALWAYS);
    assertThat(files.echo(root, "1", RED + "cgroup.freeze")).isEqualTo("OK");
    assertThat(poll(events)).isEqualTo(CHANGED);
    read(events);
    files.end(task);
    assertThat(poll(events)).isEqualTo(CHANGED);
  }

  @Test
  void aTriggerTellsOfStallsOnceAndAtMostOnceInAWindow() {
    FileHandle pressure = open("memory.pressure");
    assertThat(poll(pressure)).isEqualTo(CHANGED);
    assertThat(pressure.write(root, "some 150000 1000000")).isPositive();
    assertThat(poll(pressure)).isEqualTo(ALWAYS);
    Sleeper sleeper = Sleeper.in(pressure);
    at(100);
    red.memcg().stalled(100_000_000);
    assertThat(poll(pressure)).isEqualTo(ALWAYS);
    red.memcg().stalled(60_000_000);
    assertThat(sleeper.woken).isEqualTo(1);
    assertThat(poll(pressure)).isEqualTo(ALWAYS | Poll.PRI);
    assertThat(poll(pressure)).isEqualTo(ALWAYS);
    at(500);
    red.memcg().stalled(200_000_000);
    assertThat(poll(pressure)).isEqualTo(ALWAYS);
    at(1_150);
    red.memcg().stalled(1_000_000);
    assertThat(poll(pressure)).isEqualTo(ALWAYS | Poll.PRI);
  }

  @Test
  void stallsThatAreTooFarApartFireNothing() {
    FileHandle pressure = open("memory.pressure");
    assertThat(pressure.write(root, "some 150000 1000000")).isPositive();
    for (int i = 1; i < 6; i++) {
      at(i * 2_500L);
      red.memcg().stalled(100_000_000);
      assertThat(poll(pressure)).isEqualTo(ALWAYS);
    }
  }

  @Test
  void whoWaitsForStallsOfARemovedCgroupIsWoken() {
    FileHandle pressure = files.open(root, RED + "below/memory.pressure", Abi.O_RDWR);
    assertThat(pressure.write(root, "full 150000 1000000")).isPositive();
    Sleeper sleeper = Sleeper.in(pressure);
    assertThat(files.cgroups.rmdir(below)).isZero();
    assertThat(sleeper.woken).isEqualTo(1);
    assertThat(poll(pressure)).isEqualTo(CHANGED);
  }

  private void at(long ms) {
    files.cgroups.memcontrol().begin(ms * 1_000_000, 0, false);
  }
}
