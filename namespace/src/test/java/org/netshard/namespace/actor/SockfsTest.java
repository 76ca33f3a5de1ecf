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

/** The inodes of sockets, compared with the rows {@code sockfs} of a live kernel's table. */
class SockfsTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int FD = 3;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static List<Long> run(Syscall... calls) {
    return TestKernel.results(KIT, calls);
  }

  private static UserMem path(String path) {
    return UserMem.of((path + '\0').getBytes(StandardCharsets.US_ASCII));
  }

  private static UserMem stat() {
    return UserMem.zeroed(Kstat.STAT_BYTES);
  }

  private static Syscall fstat(int fd, UserMem stat) {
    return Syscall.of(SyscallName.FSTAT, fd, stat);
  }

  private static Syscall udp() {
    return Syscall.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 0);
  }

  private static String observed(String step) {
    return LifecycleTest.observed("sockfs", step);
  }

  private static String text(UserMem buffer, long length) {
    return new String(buffer.get(0, (int) length), StandardCharsets.US_ASCII);
  }

  @Test
  void fstatTellsWhatTheTableHas() {
    UserMem stat = stat();
    UserMem link = UserMem.zeroed(64);
    List<Long> results =
        run(
            udp(),
            fstat(FD, stat),
            Syscall.of(SyscallName.READLINK, path("/proc/self/fd/3"), link, 64));
    String name = text(link, results.get(2));
    assertThat(
            "mode=0o%o; uid=%d; gid=%d; size=%d; nlink=%d; blksize=%d; rdev=%d; %s"
                .formatted(
                    stat.getInt(Kstat.MODE_AT),
                    stat.getInt(Kstat.UID_AT),
                    stat.getInt(Kstat.GID_AT),
                    stat.getLong(Kstat.SIZE_AT),
                    stat.getLong(Kstat.NLINK_AT),
                    stat.getLong(Kstat.BLKSIZE_AT),
                    stat.getLong(Kstat.GID_AT + 8),
                    "readlink is socket:[st_ino]="
                        + (name.equals("socket:[" + stat.getLong(Kstat.INO_AT) + "]")
                            ? "True"
                            : name)))
        .isEqualTo(observed("fstat of a socket"));
  }

  @Test
  void socketsOfAllNamespacesAreInOneFileSystem() {
    UserMem here = stat();
    UserMem there = stat();
    run(
        udp(),
        fstat(FD, here),
        Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWNET),
        udp(),
        fstat(FD + 1, there));
    boolean sameDev = here.getLong(Kstat.DEV_AT) == there.getLong(Kstat.DEV_AT);
    boolean greater = there.getLong(Kstat.INO_AT) > here.getLong(Kstat.INO_AT);
    assertThat(
            "same st_dev (one sockfs for all)=%s; inode counter shared (greater)=%s"
                .formatted(sameDev ? "True" : "False", greater ? "True" : "False"))
        .isEqualTo(observed("a socket of another netns"));
  }

  @Test
  void fchownIsSeenByFstatAndInProcNet() {
    UserMem stat = stat();
    LifecycleTest.Life life =
        new LifecycleTest.Life()
            .call(udp())
            .call(LifecycleTest.named(SyscallName.BIND, FD, LifecycleTest.address(2, 7070)))
            .call(Syscall.of(SyscallName.FCHOWN, FD, 1234, 1234))
            .call(fstat(FD, stat))
            .call(Syscall.of(SyscallName.FCHOWNAT, FD, path(""), 77, -1, Abi.AT_EMPTY_PATH));
    List<LifecycleTest.Moment> moments = life.run(KIT);
    assertThat(moments).extracting(LifecycleTest.Moment::result).endsWith(0L, 0L, 0L);
    assertThat(
            "uid column=%s; fstat uid=%d"
                .formatted(moments.get(3).rows("udp").get(0).get(7), stat.getInt(Kstat.UID_AT)))
        .isEqualTo(observed("fchown(socket, 1234, 1234)"));
    assertThat(moments.get(5).rows("udp").get(0).get(7)).isEqualTo("77");
  }

  /** Each socket has an object in the cache of its kind, an inode, a dentry and a file. */
  @Test
  void socketsAreCountedInTheirSlabs() {
    UserMem text = UserMem.zeroed(8192);
    List<Long> results =
        run(
            udp(),
            udp(),
            Syscall.socket(Abi.AF_INET6, Abi.SOCK_STREAM, 0),
            Syscall.of(SyscallName.OPENAT, Abi.AT_FDCWD, path("/proc/slabinfo"), Abi.O_RDONLY, 0),
            Syscall.of(SyscallName.READ, FD + 3, text, 8192));
    String slabinfo = text(text, results.get(4));
    assertThat(slabinfo)
        .contains("\nUDP                    2     12   1344   12    4 : tunables    0    0    0")
        .contains("\nTCPv6                  1     13   2496   13    8 : tunables ")
        .contains("\nTCP                    0      0   2368   13    8 : tunables ")
        .contains("\nsock_inode_cache       3     19    832   19    4 : tunables ")
        .contains("\nfilp                   4     21    192   21    1 : tunables ");
  }

  @Test
  void socketCannotBeOpenedOnceMore() {
    List<Long> results =
        run(
            udp(),
            Syscall.of(SyscallName.OPENAT, Abi.AT_FDCWD, path("/proc/self/fd/3"), Abi.O_RDONLY, 0),
            Syscall.of(SyscallName.OPENAT, Abi.AT_FDCWD, path("/proc/self/fd/4"), Abi.O_RDONLY, 0));
    assertThat("result=" + Errno.resultText(results.get(1)))
        .isEqualTo(observed("open(/proc/self/fd/N) of a socket"));
    assertThat(results.get(2)).isEqualTo(Errno.ENOENT.negated());
  }

  /** Read off Linux 6.18.44. */
  @Test
  void modeOfASocketIsThatOfItsFile() {
    UserMem name = UserMem.of("\001\000/tmp/s\000".getBytes(StandardCharsets.US_ASCII));
    UserMem socket = stat();
    UserMem file = stat();
    List<Long> results =
        run(
            Syscall.socket(Abi.AF_UNIX, Abi.SOCK_STREAM, 0),
            Syscall.of(SyscallName.FCHMOD, FD, 06772),
            Syscall.of(SyscallName.BIND, FD, name, name.size()),
            Syscall.of(SyscallName.FCHOWN, FD, -1, -1),
            fstat(FD, socket),
            Syscall.of(SyscallName.NEWFSTATAT, Abi.AT_FDCWD, path("/tmp/s"), file, 0));
    assertThat(results).containsExactly(3L, 0L, 0L, 0L, 0L, 0L);
    assertThat(socket.getInt(Kstat.MODE_AT)).isEqualTo(Abi.S_IFSOCK | 0772);
    assertThat(file.getInt(Kstat.MODE_AT)).isEqualTo(Abi.S_IFSOCK | 06750);
  }
}
