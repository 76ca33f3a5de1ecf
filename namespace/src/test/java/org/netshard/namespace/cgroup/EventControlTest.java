package org.netshard.namespace.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.anon.EventFd;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.FileHandle;
import org.netshard.namespace.vfs.TestFiles;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.memcg.Gfp;

/** Counters that memory cgroups of version 1 raise; results and counts are those of a live 6.18. */
class EventControlTest {
  private static final String RED = "/sys/fs/cgroup/memory/red/";
  private static final int PAGES_8M = 2048;

  private final TestFiles files = new TestFiles(CgroupVersion.V1);
  private final Task root = files.root();
  private final Cgroup red = files.mkdir(root, "/sys/fs/cgroup/memory/red");
  private final Cgroup below = files.mkdir(root, RED + "below");
  private final Raised counter = new Raised();

  /** Descriptors as the probe had them. */
  @BeforeEach
  void open() {
    install(3, counter);
    install(4, files.open(root, RED + "memory.usage_in_bytes", Abi.O_RDONLY));
    install(5, files.open(root, RED + "memory.oom_control", Abi.O_RDONLY));
    install(6, files.open(root, RED + "memory.pressure_level", Abi.O_RDONLY));
    install(7, files.open(root, RED + "memory.stat", Abi.O_RDONLY));
    install(9, files.open(root, RED + "below/memory.usage_in_bytes", Abi.O_RDONLY));
    install(11, files.open(root, RED + "memory.memsw.usage_in_bytes", Abi.O_RDONLY));
    install(12, files.open(root, RED + "memory.kmem.usage_in_bytes", Abi.O_RDONLY));
    install(13, files.open(root, "/proc/net/sockstat", Abi.O_RDONLY));
    install(14, files.open(root, RED + "cgroup.event_control", Abi.O_WRONLY));
  }

  private void install(int fd, Object payload) {
    root.fds().install(fd, new OpenFile(OpenFile.Kind.ANON, 0, payload, 0, 0, null), false);
  }

  private String register(String text) {
    return files.echo(root, text, RED + "cgroup.event_control");
  }

  /** How often a counter was raised since it was last asked. */
  private static int take(Raised from) {
    int raised = from.times;
    from.times = 0;
    return raised;
  }

  /** A counter. */
  private static final class Raised implements EventCounter {
    private int times;
    private boolean released;

    @Override
    public void signal() {
      times++;
    }

    @Override
    public boolean isReleased() {
      return released;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3 4 1000000, OK",
    "3 4, OK",
    "3 4 abc, EINVAL",
    "3 4 -1, OK",
    "'3 4 1M\n', OK",
    "3 5, OK",
    "3 5 junk, OK",
    "3 6, EINVAL",
    "3 6 low, OK",
    "'3 6 low,hierarchy', OK",
    "'3 6 critical,local', OK",
    "3 6 high, EINVAL",
    "'3 6 low,x', EINVAL",
    "'3 6 medium,default,more', OK",
    "'3 6 ', EINVAL",
    "3 7 1, EINVAL",
    "3 12 1, EINVAL",
    "3 11 1M, OK",
    "3 9 1M, EINVAL",
    "3 13 1M, EINVAL",
    "13 4 1M, EINVAL",
    "99 4 1M, EBADF",
    "3 99 1M, EBADF",
    "3, EINVAL",
    "'', OK",
    "' 3 4 4096', OK",
    "'3  4 4096', EBADF",
    "3 4x, EINVAL",
    "x 4 1, EINVAL",
    "3 14 1, EINVAL",
    "4 3 1, EINVAL",
    "99 98 1, EBADF"
  })
  void twoDescriptorsAndWhatIsWaitedFor(String text, String result) {
    assertThat(register(text)).isEqualTo(result);
    assertThat(take(counter)).isZero();
  }

  @Test
  void aThresholdIsRaisedOnItsWayUpAndDownByPagesOfPrograms() {
    assertThat(register("3 4 8M")).isEqualTo("OK");
    assertThat(below.memcg().userPages().chargeAnon(1000)).isTrue();
    assertThat(take(counter)).isZero();
    assertThat(below.memcg().userPages().chargeAnon(1500)).isTrue();
    assertThat(take(counter)).isEqualTo(1);
    assertThat(below.memcg().userPages().chargeAnon(5000)).isTrue();
    assertThat(take(counter)).isZero();
    below.memcg().userPages().unchargeAnon(7500);
    assertThat(take(counter)).isEqualTo(1);
  }

  /** As in Linux: nobody looks while only kernel memory grows. */
  @Test
  void kernelMemoryAloneRaisesNoThreshold() {
    assertThat(register("3 4 8M")).isEqualTo("OK");
    assertThat(red.memcg().chargeKernel(PAGES_8M + 1000, Gfp.KERNEL)).isTrue();
    assertThat(take(counter)).isZero();
    assertThat(red.memcg().userPages().chargeAnon(1)).isTrue();
    assertThat(take(counter)).isEqualTo(1);
  }

  @Test
  void pagesAreLookedAtEvery128() {
    assertThat(red.memcg().userPages().chargeAnon(1)).isTrue();
    assertThat(register("3 4 400K")).isEqualTo("OK");
    assertThat(red.memcg().userPages().chargeAnon(128)).isTrue();
    assertThat(take(counter)).isZero();
    assertThat(red.memcg().userPages().chargeAnon(1)).isTrue();
    assertThat(take(counter)).isEqualTo(1);
  }

  @Test
  void theOomKillerTellsTheCgroupAtItsLimitAndAllBelow() {
    Raised its = new Raised();
    install(20, its);
    install(21, files.open(root, RED + "below/memory.oom_control", Abi.O_RDONLY));
    assertThat(register("3 5")).isEqualTo("OK");
    assertThat(files.echo(root, "20 21", RED + "below/cgroup.event_control")).isEqualTo("OK");
    files.task(7, 7, root.cred());
    assertThat(files.echo(root, "7", RED + "below/cgroup.procs")).isEqualTo("OK");
    assertThat(files.echo(root, "40K", RED + "memory.limit_in_bytes")).isEqualTo("OK");
    assertThat(below.memcg().userPages().chargeAnon(8)).isTrue();
    assertThat(below.memcg().userPages().chargeAnon(8)).isFalse();
    assertThat(files.cgroups.kills()).containsExactly(7);
    assertThat(take(counter)).isEqualTo(1);
    assertThat(take(its)).isEqualTo(1);
  }

  @Test
  void withTheOomKillerOffNobodyIsTold() {
    assertThat(register("3 5")).isEqualTo("OK");
    assertThat(files.echo(root, "1", RED + "memory.oom_control")).isEqualTo("OK");
    assertThat(files.echo(root, "40K", RED + "memory.limit_in_bytes")).isEqualTo("OK");
    assertThat(red.memcg().chargeKernel(16, Gfp.KERNEL)).isFalse();
    assertThat(take(counter)).isZero();
  }

  /** Reclaim that finds all it looks at is low pressure, one that finds nothing critical. */
  @ParameterizedTest
  @CsvSource({"low, 1, 1", "medium, 0, 1", "critical, 0, 1"})
  void pressureRaisesThoseWhoWaitForItsLevelOrALowerOne(String level, int easy, int hard) {
    assertThat(register("3 6 " + level)).isEqualTo("OK");
    assertThat(files.echo(root, "4M", RED + "memory.limit_in_bytes")).isEqualTo("OK");
    assertThat(red.memcg().userPages().chargeFile(1024)).isTrue();
    assertThat(red.memcg().userPages().chargeAnon(600)).isTrue();
    assertThat(take(counter)).isEqualTo(easy);
    assertThat(files.echo(root, "1", RED + "memory.oom_control")).isEqualTo("OK");
    assertThat(red.memcg().userPages().chargeAnon(600)).isFalse();
    assertThat(take(counter)).isGreaterThanOrEqualTo(hard);
  }

  @ParameterizedTest
  @CsvSource({"low, 0", "'low,hierarchy', 1", "'low,local', 0"})
  void pressureFromBelowIsPassedOnAsTheModeSays(String args, int above) {
    Raised its = new Raised();
    install(20, its);
    install(21, files.open(root, RED + "below/memory.pressure_level", Abi.O_RDONLY));
    assertThat(files.echo(root, "20 21 low", RED + "below/cgroup.event_control")).isEqualTo("OK");
    assertThat(register("3 6 " + args)).isEqualTo("OK");
    assertThat(files.echo(root, "4M", RED + "below/memory.limit_in_bytes")).isEqualTo("OK");
    assertThat(below.memcg().userPages().chargeFile(1024)).isTrue();
    assertThat(below.memcg().userPages().chargeAnon(600)).isTrue();
    assertThat(take(its)).isEqualTo(1);
    assertThat(take(counter)).isEqualTo(above);
    its.released = true;
    assertThat(below.memcg().userPages().chargeFile(400)).isTrue();
    assertThat(below.memcg().userPages().chargeAnon(600)).isFalse();
    assertThat(take(counter) > 0).as("nobody hears it below").isEqualTo(!args.endsWith("local"));
  }

  @Test
  void everyCounterIsRaisedWhenTheCgroupGoes() {
    assertThat(files.echo(root, "3 9 1M", RED + "below/cgroup.event_control")).isEqualTo("OK");
    assertThat(files.cgroups.rmdir(below)).isZero();
    assertThat(take(counter)).isEqualTo(1);
  }

  @Test
  void anEventfdThatIsRaisedCanBeReadUntilItIsClosed() {
    EventFd eventfd = new EventFd(0, false);
    install(30, eventfd);
    assertThat(files.echo(root, "30 9 1M", RED + "below/cgroup.event_control")).isEqualTo("OK");
    assertThat(eventfd.poll() & Poll.IN).isZero();
    assertThat(files.cgroups.rmdir(below)).isZero();
    assertThat(eventfd.poll() & Poll.IN).isEqualTo(Poll.IN);
    assertThat(eventfd.isReleased()).isFalse();
    eventfd.release();
    assertThat(eventfd.isReleased()).isTrue();
  }

  @Test
  void theTwoFilesCannotBeRead() {
    assertThat(files.cat(root, RED + "memory.pressure_level")).isEqualTo("EINVAL");
    assertThat(files.cat(root, RED + "cgroup.event_control")).isEqualTo("EINVAL");
    FileHandle file = files.open(root, RED + "cgroup.event_control", Abi.O_WRONLY);
    assertThat(file.write(root, "3 4 1"))
        .isEqualTo("3 4 1".getBytes(StandardCharsets.UTF_8).length);
    assertThat(file.write(root, "3 98 1")).isEqualTo(Errno.EBADF.negated());
  }
}
