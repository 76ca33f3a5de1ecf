package org.netshard.namespace.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.FileHandle;
import org.netshard.namespace.vfs.TestFiles;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.ObjCgroup.Slab;

/** The files of version 2, as {@code mm/memcontrol.c} of Linux 6.18 has them. */
class MemoryFilesTest {
  private static final String RED = "/sys/fs/cgroup/red/";

  private final TestFiles files = new TestFiles(CgroupVersion.V2);
  private final Task root = files.root();
  private final Cgroup red = files.mkdir(root, "/sys/fs/cgroup/red");
  private final MemcgState memcg = red.memcg();

  private String cat(String file) {
    return files.cat(root, RED + file);
  }

  private String echo(String text, String file) {
    return files.echo(root, text, RED + file);
  }

  @ParameterizedTest
  @CsvSource({
    "4M, OK, 4194304",
    "4m, OK, 4194304",
    "0x1000, OK, 4096",
    "4095, OK, 0",
    "8191, OK, 4096",
    "' 4096\n', OK, 4096",
    "max, OK, max",
    "9223372036854775807, OK, max",
    "1T, OK, 1099511627776",
    "010000, OK, 4096",
    "-1, EINVAL, max",
    "-2, EINVAL, max",
    "abc, EINVAL, max",
    "4MM, EINVAL, max",
    "'', OK, max",
    "MAX, EINVAL, max",
    "'max x', EINVAL, max"
  })
  void limitsTakeBytesInWholePages(String text, String result, String reads) {
    for (String file :
        List.of("memory.max", "memory.high", "memory.swap.max", "memory.swap.high")) {
      assertThat(echo(text, file)).as(file).isEqualTo(result);
      assertThat(cat(file)).as(file).isEqualTo(reads + "\n");
      assertThat(echo("max\n", file)).isEqualTo("OK");
    }
    for (String file : List.of("memory.min", "memory.low")) {
      assertThat(echo(text, file)).as(file).isEqualTo(result);
      String first = result.equals("OK") && !text.isEmpty() ? reads : "0";
      assertThat(cat(file)).as(file).isEqualTo(first + "\n");
    }
  }

  @Test
  void aNewCgroupIsEmptyAndUnlimited() {
    assertThat(cat("memory.current")).isEqualTo("0\n");
    assertThat(cat("memory.peak")).isEqualTo("0\n");
    assertThat(cat("memory.min")).isEqualTo("0\n");
    assertThat(cat("memory.high")).isEqualTo("max\n");
    assertThat(cat("memory.max")).isEqualTo("max\n");
    assertThat(cat("memory.oom.group")).isEqualTo("0\n");
    assertThat(cat("memory.events"))
        .isEqualTo("low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n");
    assertThat(cat("memory.events.local")).isEqualTo(cat("memory.events"));
    assertThat(cat("memory.swap.current")).isEqualTo("0\n");
    assertThat(cat("memory.swap.events")).isEqualTo("high 0\nmax 0\nfail 0\n");
    assertThat(cat("memory.pressure"))
        .isEqualTo(
            """
            some avg10=0.00 avg60=0.00 avg300=0.00 total=0
            full avg10=0.00 avg60=0.00 avg300=0.00 total=0
            """);
    assertThat(cat("memory.reclaim")).isEqualTo("EINVAL");
    assertThat(cat("cgroup.controllers")).isEqualTo("memory\n");
    assertThat(cat("cgroup.subtree_control")).isEmpty();
    assertThat(cat("cgroup.stat"))
        .isEqualTo(
            """
            nr_descendants 0
            nr_subsys_memory 1
            nr_dying_descendants 0
            nr_dying_subsys_memory 0
            """);
  }

  @ParameterizedTest
  @CsvSource({
    "memory.current",
    "memory.peak",
    "memory.min",
    "memory.low",
    "memory.high",
    "memory.max",
    "memory.events",
    "memory.events.local",
    "memory.oom.group",
    "memory.swap.max",
    "cgroup.type",
    "cgroup.events",
    "cgroup.kill"
  })
  void theRootHasNoLimitsAndNoUsage(String file) {
    assertThat(files.cat(root, "/sys/fs/cgroup/" + file)).isEqualTo("ENOENT");
    assertThat(files.echo(root, "1", "/sys/fs/cgroup/" + file)).isEqualTo("EACCES");
  }

  @Test
  void theRootHasStatAndReclaim() {
    assertThat(files.cat(root, "/sys/fs/cgroup/memory.stat")).startsWith("anon 0\nfile 0\n");
    assertThat(files.cat(root, "/sys/fs/cgroup/cgroup.controllers")).isEqualTo("memory\n");
    assertThat(files.cat(root, "/sys/fs/cgroup/cgroup.subtree_control")).isEqualTo("memory\n");
    assertThat(files.echo(root, "0", "/sys/fs/cgroup/memory.reclaim")).isEqualTo("OK");
    assertThat(files.echo(root, "1M", "/sys/fs/cgroup/memory.reclaim")).isEqualTo("EAGAIN");
  }

  @Test
  void statHasEveryKeyInOrderAndCountsWhatIsBelow() {
    files.echo(root, "+memory", RED + "cgroup.subtree_control");
    MemcgState below = files.mkdir(root, RED + "sub").memcg();
    assertThat(memcg.userPages().chargeAnon(3)).isTrue();
    assertThat(below.userPages().chargeFile(2)).isTrue();
    assertThat(below.socks().charge(5, Gfp.KERNEL)).isTrue();
    assertThat(below.objcg().charge(832, Slab.RECLAIMABLE, Gfp.KERNEL)).isTrue();
    assertThat(memcg.objcg().charge(192, Slab.UNRECLAIMABLE, Gfp.KERNEL)).isTrue();
    String stat = cat("memory.stat");
    assertThat(stat.lines().map(line -> line.substring(0, line.indexOf(' '))))
        .containsExactly(KEYS.split(" ", -1));
    assertThat(stat.lines())
        .contains(
            "anon 12288",
            "file 8192",
            "kernel 8192",
            "sock 20480",
            "inactive_anon 12288",
            "inactive_file 8192",
            "slab_reclaimable 840",
            "slab_unreclaimable 200",
            "slab 1040");
    assertThat(files.cat(root, RED + "sub/memory.stat").lines())
        .contains("anon 0", "file 8192", "kernel 4096", "sock 20480", "slab 840");
    assertThat(cat("memory.current")).isEqualTo((3 + 2 + 5 + 2) * 4096 + "\n");
    assertThat(cat("memory.numa_stat"))
        .startsWith("anon N0=12288\nfile N0=8192\nkernel_stack N0=0\n")
        .doesNotContain("sock", "percpu", "kernel N0", "pgscan");
  }

  /** Of a kernel with CONFIG_SWAP, ZSWAP, TRANSPARENT_HUGEPAGE, NUMA_BALANCING and MEMCG_V1. */
  private static final String KEYS =
      "anon file kernel kernel_stack pagetables sec_pagetables percpu sock vmalloc shmem zswap"
          + " zswapped file_mapped file_dirty file_writeback swapcached anon_thp file_thp shmem_thp"
          + " inactive_anon active_anon inactive_file active_file unevictable slab_reclaimable"
          + " slab_unreclaimable slab workingset_refault_anon workingset_refault_file"
          + " workingset_activate_anon workingset_activate_file workingset_restore_anon"
          + " workingset_restore_file workingset_nodereclaim pgdemote_kswapd pgdemote_direct"
          + " pgdemote_khugepaged pgdemote_proactive pgpromote_success pgscan pgsteal pswpin pswpout"
          + " pgscan_kswapd pgscan_direct pgscan_khugepaged pgscan_proactive pgsteal_kswapd"
          + " pgsteal_direct pgsteal_khugepaged pgsteal_proactive pgfault pgmajfault pgrefill"
          + " pgactivate pgdeactivate pglazyfree pglazyfreed swpin_zero swpout_zero zswpin zswpout"
          + " zswpwb thp_fault_alloc thp_collapse_alloc thp_swpout thp_swpout_fallback"
          + " numa_pages_migrated numa_pte_updates numa_hint_faults";

  @Test
  void peakIsThatOfTheDescriptorThatWroteIt() {
    FileHandle watching = files.open(root, RED + "memory.peak", Abi.O_RDWR);
    memcg.userPages().chargeAnon(10);
    memcg.userPages().unchargeAnon(8);
    assertThat(read(watching)).isEqualTo("40960\n");
    assertThat(watching.write(root, "any\n")).isEqualTo(4);
    assertThat(read(watching)).isEqualTo("8192\n");
    memcg.userPages().chargeAnon(3);
    memcg.userPages().unchargeAnon(1);
    assertThat(read(watching)).isEqualTo("20480\n");
    assertThat(cat("memory.peak")).isEqualTo("40960\n");
    FileHandle second = files.open(root, RED + "memory.peak", Abi.O_RDWR);
    assertThat(second.write(root, "x")).isEqualTo(1);
    assertThat(read(second)).isEqualTo("16384\n");
    watching.release();
    second.release();
  }

  private String read(FileHandle file) {
    assertThat(file.read(root, 0, 4096)).isPositive();
    return new String(file.loaded(), StandardCharsets.UTF_8);
  }

  @Test
  void reclaimTakesThePageCacheOrSaysEagain() {
    assertThat(memcg.userPages().chargeFile(100)).isTrue();
    assertThat(memcg.userPages().chargeAnon(50)).isTrue();
    assertThat(echo("abc", "memory.reclaim")).isEqualTo("EINVAL");
    assertThat(echo("4096 swappiness=201", "memory.reclaim")).isEqualTo("EINVAL");
    assertThat(echo("4096 swappiness=max", "memory.reclaim")).isEqualTo("OK");
    // SWAP_CLUSTER_MAX: not less than 32 pages at once.
    assertThat(memcg.userPages().filePages()).isEqualTo(68);
    assertThat(echo("1M", "memory.reclaim")).isEqualTo("EAGAIN");
    assertThat(memcg.userPages().filePages()).isZero();
    assertThat(cat("memory.stat").lines())
        .contains(
            "pgsteal 100", "pgsteal_proactive 100", "pgscan_proactive 100", "pgsteal_direct 0");
  }

  @Test
  void aDirectoryWithTasksOrDirectoriesIsBusy() {
    Task task = files.task(5, 5, root.cred());
    Cgroup sub = files.mkdir(root, RED + "sub");
    assertThat(Errno.resultText(files.cgroups.rmdir(red))).isEqualTo("EBUSY");
    assertThat(files.echo(root, "5", RED + "sub/cgroup.procs")).isEqualTo("OK");
    assertThat(Errno.resultText(files.cgroups.rmdir(sub))).isEqualTo("EBUSY");
    assertThat(cat("cgroup.events")).isEqualTo("populated 1\nfrozen 0\n");
    files.end(task);
    assertThat(cat("cgroup.events")).isEqualTo("populated 0\nfrozen 0\n");
    FileHandle open = files.open(root, RED + "sub/cgroup.max.depth", Abi.O_RDWR);
    assertThat(files.cgroups.rmdir(sub)).isZero();
    assertThat(open.read(root, 0, 10)).isEqualTo(Errno.ENODEV.negated());
    assertThat(open.write(root, "1")).isEqualTo(Errno.ENODEV.negated());
    assertThat(files.cgroups.rmdir(red)).isZero();
    assertThat(Errno.resultText(files.cgroups.rmdir(files.cgroups.root()))).isEqualTo("EBUSY");
  }

  @Test
  void pressureIsInEveryCgroupUnlessItIsSwitchedOff() {
    String nothing = "avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
    assertThat(cat("memory.pressure")).isEqualTo("some " + nothing + "full " + nothing);
    files.mkdir(root, RED + "sub");
    assertThat(cat("sub/memory.max")).isEqualTo("ENOENT");
    assertThat(cat("sub/memory.pressure")).isEqualTo("some " + nothing + "full " + nothing);
    memcg.stalled(3_000_000);
    files.machine.setNowNs(2_000_000_000);
    files.cgroups.memcontrol().begin(files.machine.nowNs(), 0, true);
    assertThat(cat("memory.pressure")).startsWith("some avg10=0.").endsWith("total=3000\n");
    assertThat(files.cat(root, "/sys/fs/cgroup/memory.pressure")).endsWith("total=3000\n");
    assertThat(echo("2", "cgroup.pressure")).isEqualTo("ERANGE");
    assertThat(echo("off", "cgroup.pressure")).isEqualTo("EINVAL");
    assertThat(echo("0", "cgroup.pressure")).isEqualTo("OK");
    assertThat(cat("memory.pressure")).isEqualTo("ENOENT");
    assertThat(echo("1", "cgroup.pressure")).isEqualTo("OK");
    assertThat(cat("memory.pressure")).endsWith("total=3000\n");
  }

  @ParameterizedTest
  @CsvSource({
    "some 150000 1000000, OK",
    "full 1 10000000, OK",
    "some 150000 10000001, EINVAL",
    "some 0 1000000, EINVAL",
    "some 1000001 1000000, EINVAL",
    "some 1, EINVAL",
    "some -1 1000000, EINVAL",
    "SOME 1 1000000, EINVAL"
  })
  void aTriggerOfPressureIsAThresholdInAWindow(String text, String result) {
    FileHandle file = files.open(root, RED + "memory.pressure", Abi.O_RDWR);
    long written = file.write(root, text);
    assertThat(written < 0 ? Errno.resultText(written) : "OK").isEqualTo(result);
    if (written > 0) {
      assertThat(file.write(root, text)).isEqualTo(Errno.EBUSY.negated());
    }
  }

  @Test
  void windowsOfTheUnprivilegedAreWholeTwoSeconds() {
    long most = Capability.ALL & ~Capability.CAP_SYS_RESOURCE.bit();
    Cred plain = root.cred().withCaps(most, most, 0);
    Task other = files.task(5, 5, plain);
    FileHandle file = files.open(other, RED + "memory.pressure", Abi.O_RDWR);
    assertThat(file.write(other, "some 1 1000000")).isEqualTo(Errno.EINVAL.negated());
    assertThat(file.write(other, "some 1 2000000")).isPositive();
  }

  @Test
  void freezingStopsAllBelowAndCountsTheTime() {
    Cgroup sub = files.mkdir(root, RED + "sub");
    assertThat(echo("2", "cgroup.freeze")).isEqualTo("ERANGE");
    assertThat(echo("1", "cgroup.freeze")).isEqualTo("OK");
    assertThat(sub.frozen()).isTrue();
    assertThat(cat("sub/cgroup.freeze") + cat("cgroup.freeze")).isEqualTo("0\n1\n");
    assertThat(cat("sub/cgroup.events")).isEqualTo("populated 0\nfrozen 1\n");
    assertThat(files.mkdir(root, RED + "late").frozen()).isTrue();
    assertThat(echo("1", "sub/cgroup.freeze")).isEqualTo("OK");
    files.machine.setNowNs(5_000_000);
    assertThat(echo("0", "cgroup.freeze")).isEqualTo("OK");
    assertThat(files.cgroups.takeThawed()).isTrue();
    assertThat(red.frozen()).isFalse();
    assertThat(sub.frozen()).isTrue();
    files.machine.setNowNs(7_000_000);
    files.cgroups.memcontrol().begin(files.machine.nowNs(), 0, true);
    assertThat(cat("cgroup.stat.local")).isEqualTo("frozen_usec 5000\n");
    assertThat(cat("late/cgroup.stat.local")).isEqualTo("frozen_usec 5000\n");
    assertThat(cat("sub/cgroup.stat.local")).isEqualTo("frozen_usec 7000\n");
    assertThat(files.cat(root, "/sys/fs/cgroup/cgroup.freeze")).isEqualTo("ENOENT");
  }

  @Test
  void highReclaimsWhatIsAboveItAndLeavesTheRest() {
    memcg.userPages().chargeFile(100);
    memcg.userPages().chargeAnon(50);
    assertThat(echo("400K", "memory.high")).isEqualTo("OK");
    assertThat(memcg.memory.usage()).isEqualTo(100);
    assertThat(echo("40K", "memory.high")).isEqualTo("OK");
    assertThat(memcg.memory.usage()).isEqualTo(50);
    assertThat(files.cgroups.kills()).isEmpty();
  }

  @Test
  void maxBelowTheUsageReclaimsThenKills() {
    Task hog = files.task(5, 5, root.cred());
    assertThat(echo("5", "cgroup.procs")).isEqualTo("OK");
    assertThat(hog.memory().charge(memcg, 50)).isTrue();
    memcg.userPages().chargeFile(100);
    assertThat(echo("240K", "memory.max")).isEqualTo("OK");
    assertThat(memcg.memory.usage()).isEqualTo(60);
    assertThat(files.cgroups.kills()).isEmpty();
    assertThat(echo("40K", "memory.max")).isEqualTo("OK");
    assertThat(files.cgroups.kills()).containsExactly(5);
    assertThat(files.cgroups.memcontrol().takeRestart()).isTrue();
    assertThat(cat("memory.events").lines()).contains("oom 1", "oom_kill 1");
    files.end(hog);
    assertThat(memcg.memory.usage()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "0, OK, 0",
    "1, OK, 1",
    "0x1, OK, 1",
    "2, EINVAL, 0",
    "x, EINVAL, 0",
    "99999999999, ERANGE, 0"
  })
  void oomGroupIsASwitch(String text, String result, String reads) {
    assertThat(echo(text, "memory.oom.group")).isEqualTo(result);
    assertThat(cat("memory.oom.group")).isEqualTo(reads + "\n");
  }

  @Test
  void controllersAreEnabledLevelByLevel() {
    files.mkdir(root, RED + "sub");
    assertThat(files.cat(root, RED + "sub/memory.max")).isEqualTo("ENOENT");
    assertThat(files.echo(root, "+memory", RED + "sub/cgroup.subtree_control")).isEqualTo("ENOENT");
    assertThat(echo("+cpu", "cgroup.subtree_control")).isEqualTo("ENOENT");
    FileHandle before = files.open(root, RED + "cgroup.stat", Abi.O_RDONLY);
    assertThat(echo("+memory", "cgroup.subtree_control")).isEqualTo("OK");
    assertThat(files.cat(root, RED + "sub/memory.max")).isEqualTo("max\n");
    assertThat(read(before)).startsWith("nr_descendants 1\nnr_subsys_memory 2\n");
    FileHandle max = files.open(root, RED + "sub/memory.max", Abi.O_RDONLY);
    assertThat(echo("-memory", "cgroup.subtree_control")).isEqualTo("OK");
    assertThat(max.read(root, 0, 10)).isEqualTo(Errno.ENODEV.negated());
    files.task(9, 9, root.cred());
    assertThat(echo("9", "cgroup.procs")).isEqualTo("OK");
    assertThat(echo("+memory", "cgroup.subtree_control")).isEqualTo("EBUSY");
  }

  @Test
  void processesMoveWholeAndTheirChargesStay() {
    Task leader = files.task(20, 20, root.cred());
    Task thread = files.task(21, 20, root.cred());
    assertThat(echo("21", "cgroup.procs")).isEqualTo("OK");
    assertThat(leader.cgroup()).isSameAs(red);
    assertThat(thread.cgroup()).isSameAs(red);
    assertThat(cat("cgroup.procs")).isEqualTo("20\n");
    assertThat(cat("cgroup.threads")).isEqualTo("20\n21\n");
    assertThat(leader.memory().charge(memcg, 4)).isTrue();
    Cgroup blue = files.mkdir(root, "/sys/fs/cgroup/blue");
    assertThat(files.echo(root, "20", "/sys/fs/cgroup/blue/cgroup.procs")).isEqualTo("OK");
    assertThat(memcg.memory.usage()).isEqualTo(4);
    assertThat(blue.memcg().memory.usage()).isZero();
    assertThat(cat("cgroup.events")).isEqualTo("populated 0\nfrozen 0\n");
    assertThat(files.echo(root, "1", "/sys/fs/cgroup/blue/cgroup.kill")).isEqualTo("OK");
    assertThat(files.cgroups.kills()).containsExactly(20);
  }

  @Test
  void anotherUserMovesOnlyBelowWhatItOwns() {
    Cred user = Cred.of(1000, 1000, new int[0], 0, files.machine.initUserNs());
    Task task = files.task(30, 30, user);
    assertThat(files.echo(task, "0", RED + "cgroup.procs")).isEqualTo("EACCES");
    Cgroup.Owner owner = new Cgroup.Owner(1000, 1000, 0755);
    files.cgroups.mkdir(red, "mine", owner);
    assertThat(files.echo(task, "0", RED + "mine/cgroup.procs")).isEqualTo("EACCES");
    assertThat(files.echo(root, "30", RED + "mine/cgroup.procs")).isEqualTo("OK");
    files.mkdir(task, RED + "mine/inner");
    assertThat(files.echo(task, "0", RED + "mine/inner/cgroup.procs")).isEqualTo("OK");
    assertThat(files.echo(task, "1", RED + "mine/inner/cgroup.procs")).isEqualTo("EACCES");
  }
}
