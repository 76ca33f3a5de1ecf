package org.netshard.namespace.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.Machines;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.net.ProcNet;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

class ProcFilesTest {
  private final TestFiles files = new TestFiles(CgroupVersion.V2);
  private final Task root = files.root();
  private Task other = root;

  @BeforeEach
  void addAnother() {
    other = files.task(7, 7, Cred.of(1000, 1000, new int[0], 0, files.machine.initUserNs()));
  }

  @Test
  void netIsTheNamespaceOfTheTaskWhosePathItIs() {
    NetState fresh = Machines.net(files.machine);
    other.setNet(fresh);
    fresh.addSocketsUsed(3);
    assertThat(files.cat(root, "/proc/7/net/sockstat")).startsWith("sockets: used 3\n");
    assertThat(files.cat(other, "/proc/net/sockstat")).isEqualTo(ProcNet.sockstat(fresh));
    assertThat(files.cat(other, "/proc/self/net/sockstat6")).isEqualTo(ProcNet.sockstat6(fresh));
    assertThat(files.cat(other, "/proc/thread-self/net/protocols"))
        .isEqualTo(ProcNet.protocols(fresh));
    assertThat(files.cat(root, "/proc/net/sockstat"))
        .isEqualTo(ProcNet.sockstat(files.machine.initNet()));
    FileHandle open = files.open(other, "/proc/net/sockstat", Abi.O_RDONLY);
    other.setNet(files.machine.initNet());
    open.read(other, 0, 100);
    assertThat(new String(open.loaded(), StandardCharsets.UTF_8)).startsWith("sockets: used 3\n");
    fresh.addSocketsUsed(-3);
  }

  @Test
  void textIsMadeAnewWhenItIsReadFromTheBeginning() {
    FileHandle open = files.open(root, "/proc/net/sockstat", Abi.O_RDONLY);
    assertThat(open.read(root, 0, 15)).isEqualTo(15);
    files.machine.initNet().addSocketsUsed(5);
    assertThat(open.read(root, 14, 1)).isEqualTo(1);
    assertThat(open.read(root, 0, 15)).isEqualTo(15);
    assertThat(new String(open.loaded(), StandardCharsets.UTF_8)).isEqualTo("sockets: used 5");
    assertThat(open.seek(0, 2)).isEqualTo(Errno.EINVAL.negated());
    files.machine.initNet().addSocketsUsed(-5);
  }

  @Test
  void cgroupIsThePathInTheHierarchyOfItsVersion() {
    assertThat(files.cat(root, "/proc/self/cgroup")).isEqualTo("0::/\n");
    files.mkdir(root, "/sys/fs/cgroup/red");
    assertThat(files.echo(root, "7", "/sys/fs/cgroup/red/cgroup.procs")).isEqualTo("OK");
    assertThat(files.cat(root, "/proc/7/cgroup")).isEqualTo("0::/red\n");
    FileHandle open = files.open(root, "/proc/7/cgroup", Abi.O_RDONLY);
    files.end(other);
    assertThat(open.read(root, 0, 10)).isEqualTo(Errno.ESRCH.negated());
    assertThat(files.cat(root, "/proc/7/cgroup")).isEqualTo("ENOENT");
    TestFiles legacy = new TestFiles(CgroupVersion.V1);
    assertThat(legacy.cat(legacy.root(), "/proc/self/cgroup")).isEqualTo("1:memory:/\n");
  }

  @ParameterizedTest
  @CsvSource({
    "5, OK, 5",
    "-5, OK, -5",
    "1000, OK, 1000",
    "' 7\n', OK, 7",
    "0x10, OK, 16",
    "1001, EINVAL, 0",
    "-1001, EINVAL, 0",
    "abc, EINVAL, 0",
    "'', EINVAL, 0",
    "99999999999, ERANGE, 0"
  })
  void oomScoreAdjTakesWhatItCan(String text, String result, String reads) {
    assertThat(files.echo(root, text, "/proc/7/oom_score_adj")).isEqualTo(result);
    assertThat(files.cat(root, "/proc/7/oom_score_adj")).isEqualTo(reads + "\n");
    assertThat(other.oomScoreAdj()).isEqualTo(Integer.parseInt(reads));
  }

  @Test
  void oomScoreAdjCannotBeLoweredBelowWhatACapableTaskSet() {
    String path = "/proc/self/oom_score_adj";
    assertThat(files.echo(other, "-1", path)).isEqualTo("EACCES");
    assertThat(files.echo(other, "10", path)).isEqualTo("OK");
    assertThat(files.echo(other, "0", path)).isEqualTo("OK");
    assertThat(files.echo(root, "100", "/proc/7/oom_score_adj")).isEqualTo("OK");
    assertThat(files.echo(other, "99", path)).isEqualTo("EACCES");
    assertThat(files.echo(other, "100", path)).isEqualTo("OK");
    assertThat(files.echo(other, "1", "/proc/1/oom_score_adj")).isEqualTo("EACCES");
  }

  @Test
  void namespaceOfAnotherNeedsTheSameUserOrThePtraceCapability() {
    String path = "/proc/1/ns/net";
    assertThat(files.vfs.open(root, files.vfs.workingDirectory(), "/proc/7/ns/net", 0).file())
        .isSameAs(files.machine.initNet());
    assertThat(files.vfs.open(other, files.vfs.workingDirectory(), path, 0).result())
        .isEqualTo(Errno.EACCES.negated());
    other.setCred(
        Cred.of(
            1000, 1000, new int[0], Capability.CAP_SYS_PTRACE.bit(), files.machine.initUserNs()));
    assertThat(files.vfs.open(other, files.vfs.workingDirectory(), path, 0).result()).isZero();
  }

  @Test
  void aSysctlIsReadFromTheBeginningUnlessItIsText() {
    FileHandle number = files.open(root, "/proc/sys/net/core/somaxconn", Abi.O_RDONLY);
    assertThat(number.read(root, 0, 2)).isEqualTo(2);
    assertThat(number.read(root, 2, 10)).isZero();
    assertThat(number.read(root, 0, 10)).isEqualTo(5);
    FileHandle text = files.open(root, "/proc/sys/net/core/default_qdisc", Abi.O_RDONLY);
    assertThat(text.read(root, 0, 4)).isEqualTo(4);
    assertThat(text.read(root, 4, 100)).isEqualTo("pfifo_fast".length() - 3);
    assertThat(text.read(root, 11, 100)).isZero();
  }

  @Test
  void aSecondWriteToTheSameSysctlChangesNothing() {
    String path = "/proc/sys/net/ipv4/tcp_fin_timeout";
    FileHandle file = files.open(root, path, Abi.O_RDWR);
    assertThat(file.write(root, "3")).isEqualTo(1);
    assertThat(file.write(root, "9")).isEqualTo(1);
    assertThat(files.cat(root, path)).isEqualTo("3\n");
    assertThat(file.write(other, "9")).isEqualTo(Errno.EPERM.negated());
    assertThat(file.seek(0, 0)).isZero();
    assertThat(file.write(root, "9")).isEqualTo(1);
    assertThat(files.cat(root, path)).isEqualTo("9\n");
  }

  @ParameterizedTest
  @CsvSource({
    "/proc/sys/net/core/somaxconn, 0",
    "/proc/sys/net/core/nope, ENOENT",
    "/proc/sys/net.core/somaxconn, ENOENT",
    "/proc/sys/net/core/somaxconn/x, ENOTDIR",
    "/proc/sys/net/core/, 0",
    "/proc/net/nope, ENOENT",
    "/proc/8/cgroup, ENOENT",
    "/proc/07/cgroup, ENOENT",
    "/etc/passwd, ENOENT",
    "/proc/1/task/1/cgroup, 0",
    "/proc/1/task/7/cgroup, ENOENT",
    "/proc/1/task/1/task, ENOENT",
    "/proc/self/../7/cgroup, 0",
    "/../proc/./1/cgroup, 0",
    "proc/1/cgroup, 0"
  })
  void pathsLeadWhereTheyLeadOnLinux(String path, String result) {
    Vfs.Opened opened = files.vfs.open(root, files.vfs.workingDirectory(), path, Abi.O_RDONLY);
    assertThat(Errno.resultText(opened.result())).isEqualTo(result);
  }

  @Test
  void aHiddenSysctlIsNotThereInAFreshNamespace() {
    other.setNet(Machines.net(files.machine));
    assertThat(files.cat(root, "/proc/sys/net/core/netdev_budget")).isEqualTo("300\n");
    assertThat(files.cat(other, "/proc/sys/net/core/netdev_budget")).isEqualTo("ENOENT");
    assertThat(files.echo(other, "1", "/proc/sys/net/core/somaxconn")).isEqualTo("EACCES");
  }
}
