package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.vfs.Kstat;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * What calls about files tell where a log of one program cannot: which files are the same. What
 * each kind of file answers is compared with Linux by the replay of {@code strace/files}.
 */
class InodeCallsTest {
  private static final ActorTestKit KIT = ActorTestKit.create();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static List<Long> run(Syscall... calls) {
    return TestKernel.results(KIT, calls);
  }

  private static Syscall fstat(int fd, UserMem stat) {
    return Syscall.of(SyscallName.FSTAT, fd, stat);
  }

  private static UserMem stat() {
    return UserMem.zeroed(Kstat.STAT_BYTES);
  }

  private static Syscall open(String path, int flags) {
    UserMem name = UserMem.of((path + '\0').getBytes(StandardCharsets.US_ASCII));
    return Syscall.of(SyscallName.OPENAT, Abi.AT_FDCWD, name, flags, 0);
  }

  private static long ino(UserMem stat) {
    return stat.getLong(Kstat.INO_AT);
  }

  @Test
  void duplicatedDescriptorHasTheInodeAndAnotherSocketHasAnother() {
    UserMem first = stat();
    UserMem duplicate = stat();
    UserMem second = stat();
    List<Long> results =
        run(
            Syscall.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 0),
            Syscall.of(SyscallName.DUP, 3),
            Syscall.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 0),
            fstat(3, first),
            fstat(4, duplicate),
            fstat(5, second));
    assertThat(results).containsExactly(3L, 4L, 5L, 0L, 0L, 0L);
    assertThat(first.getInt(Kstat.MODE_AT)).isEqualTo(Abi.S_IFSOCK | 0777);
    assertThat(ino(duplicate)).isEqualTo(ino(first));
    assertThat(ino(second)).isNotEqualTo(ino(first)).isNotZero();
  }

  @Test
  void endsOfAPipeAreOneInode() {
    UserMem readEnd = stat();
    UserMem writeEnd = stat();
    run(Syscall.of(SyscallName.PIPE2, UserMem.zeroed(8), 0), fstat(3, readEnd), fstat(4, writeEnd));
    assertThat(readEnd.getInt(Kstat.MODE_AT)).isEqualTo(Abi.S_IFIFO | 0600);
    assertThat(ino(writeEnd)).isEqualTo(ino(readEnd)).isNotZero();
  }

  @Test
  void directoryOfACgroupCountsItsChildrenAndItsFilesCanBeSyncedAndTruncated() {
    UserMem root = stat();
    UserMem path = UserMem.of("/sys/fs/cgroup/red\0".getBytes(StandardCharsets.US_ASCII));
    List<Long> results =
        run(
            Syscall.of(SyscallName.MKDIR, path, 0755),
            open("/sys/fs/cgroup", Abi.O_RDONLY),
            fstat(3, root),
            open("/sys/fs/cgroup/red/memory.max", Abi.O_RDWR),
            Syscall.of(SyscallName.FSYNC, 4),
            Syscall.of(SyscallName.FTRUNCATE, 4, 0),
            Syscall.of(SyscallName.FSYNC, 3));
    assertThat(results).startsWith(0L, 3L, 0L, 4L, 0L, 0L);
    assertThat(results.get(6)).isEqualTo(Errno.EINVAL.negated());
    assertThat(root.getInt(Kstat.MODE_AT) & Abi.S_IFMT).isEqualTo(Abi.S_IFDIR);
    assertThat(root.getLong(Kstat.NLINK_AT)).isEqualTo(3);
  }

  @Test
  void pathTellsTheSameAsItsOpenFile() {
    UserMem byPath = stat();
    UserMem open = stat();
    String path = "/proc/sys/net/core/somaxconn";
    UserMem name = UserMem.of((path + '\0').getBytes(StandardCharsets.US_ASCII));
    List<Long> results =
        run(
            Syscall.of(SyscallName.NEWFSTATAT, Abi.AT_FDCWD, name, byPath, 0),
            open(path, Abi.O_RDONLY),
            fstat(3, open));
    assertThat(results).containsExactly(0L, 3L, 0L);
    byPath.putLong(Kstat.INO_AT, ino(open));
    assertThat(byPath.content()).isEqualTo(open.content());
  }

  @Test
  void mappingsDoNotOverlap() {
    Syscall anonymous = Syscall.of(SyscallName.MMAP, 0, 8192, Abi.PROT_READ, 0x22, -1, 0);
    List<Long> results = run(anonymous, anonymous);
    assertThat(results.get(0)).isPositive();
    assertThat(results.get(1)).isLessThanOrEqualTo(results.get(0) - 8192);
  }
}
