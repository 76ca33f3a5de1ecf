package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.actor.LifecycleTest.Life;
import org.netshard.namespace.actor.LifecycleTest.Moment;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * Listeners that several descriptors or processes have: how long they are in {@code /proc/net/tcp},
 * compared with a live kernel's table.
 */
class SharedSocketsTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int SOCK = 3;
  private static final int DUP = 4;
  private static final int CHILD = 2;
  private static final int SIGKILL = 9;
  private static final int F_GETFD = 1;
  private static final int F_SETFD = 2;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;

  private static final Syscall DUPLICATE = Syscall.of(SyscallName.DUP, SOCK);
  private static final Syscall FORK = Syscall.of(SyscallName.FORK);

  @AfterAll
  static void shutdown() {
    KIT.shutdownTestKit();
  }

  private static Life listener(int flags) {
    return new Life()
        .call(Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM | flags, 0))
        .call(LifecycleTest.named(SyscallName.BIND, SOCK, LifecycleTest.address(Abi.AF_INET, 7040)))
        .call(Syscall.of(SyscallName.LISTEN, SOCK, 128));
  }

  private static String lines(Moment moment) {
    return "lines=" + moment.rows("tcp").size();
  }

  private static String linesAndRef(Moment moment) {
    return lines(moment) + "; ref=" + moment.rows("tcp").get(0).get(10);
  }

  @Test
  void dupKeepsTheListener() {
    List<Moment> moments =
        listener(0).call(DUPLICATE).call(Syscall.close(SOCK)).call(Syscall.close(DUP)).run(KIT);
    assertThat("same st_ino=True; " + linesAndRef(moments.get(4)))
        .isEqualTo(LifecycleTest.observed("dup", "dup(): same inode, one line"));
    assertThat(lines(moments.get(5))).isEqualTo(LifecycleTest.observed("dup", "first closed"));
    assertThat(moments.get(6).rows("tcp")).isEmpty();
  }

  @Test
  void shutdownActsOnTheSocket() {
    List<Moment> moments =
        listener(Abi.SOCK_NONBLOCK)
            .call(DUPLICATE)
            .call(Syscall.of(SyscallName.SHUTDOWN, DUP, 2))
            .call(Syscall.of(SyscallName.ACCEPT, SOCK, UserMem.NULL, UserMem.NULL))
            .run(KIT);
    assertThat(moments.get(5).result()).isZero();
    assertThat(moments.get(6).result()).isEqualTo(Errno.EINVAL.negated());
    assertThat("shutdown(dup)=OK; accept(original)=EINVAL; " + lines(moments.get(6)))
        .isEqualTo(LifecycleTest.observed("dup", "shutdown on one descriptor acts on the socket"));
  }

  @Test
  void statusFlagsAreOfTheFileAndCloseOnExecOfTheDescriptor() {
    List<Moment> moments =
        listener(0)
            .call(DUPLICATE)
            .call(Syscall.of(SyscallName.FCNTL, SOCK, F_SETFL, Abi.SOCK_NONBLOCK))
            .call(Syscall.of(SyscallName.FCNTL, DUP, F_GETFL, 0))
            .call(Syscall.of(SyscallName.FCNTL, SOCK, F_SETFD, 1))
            .call(Syscall.of(SyscallName.FCNTL, DUP, F_GETFD, 0))
            .run(KIT);
    boolean nonBlocking = (moments.get(6).result() & Abi.SOCK_NONBLOCK) != 0;
    assertThat("dup O_NONBLOCK=" + (nonBlocking ? "True" : "False"))
        .isEqualTo(
            LifecycleTest.observed("dup", "O_NONBLOCK is shared by dups, FD_CLOEXEC is not"));
    assertThat("dup FD_CLOEXEC=" + moments.get(8).result())
        .isEqualTo(LifecycleTest.observed("dup", "FD_CLOEXEC set on the first"));
  }

  @Test
  void lastProcessThatExitsClosesIt() {
    List<Moment> moments =
        listener(0)
            .call(FORK)
            .call(Syscall.close(SOCK))
            .call(CHILD, Syscall.of(SyscallName.EXIT_GROUP, 0))
            .call(Syscall.close(-1))
            .run(KIT);
    assertThat(linesAndRef(moments.get(4)))
        .isEqualTo(LifecycleTest.observed("fork", "fork(): the child shares it"));
    assertThat(lines(moments.get(5)))
        .isEqualTo(LifecycleTest.observed("exit", "held by a child only"));
    assertThat(lines(moments.get(7))).isEqualTo(LifecycleTest.observed("fork", "child exited"));
  }

  @Test
  void killedProcessClosesIt() {
    List<Moment> moments =
        listener(0)
            .call(FORK)
            .call(Syscall.close(SOCK))
            .call(Syscall.of(SyscallName.KILL, CHILD, SIGKILL))
            .call(Syscall.of(SyscallName.WAIT4, CHILD, UserMem.NULL, 0, UserMem.NULL))
            .run(KIT);
    assertThat(lines(moments.get(5)))
        .isEqualTo(LifecycleTest.observed("exit", "held by a child only"));
    assertThat(moments.get(7).result()).isEqualTo(CHILD);
    assertThat(lines(moments.get(7)))
        .isEqualTo(LifecycleTest.observed("exit", "child killed by SIGKILL and reaped"));
  }

  @Test
  void programThatIsExecutedDoesNotHaveIt() {
    UserMem sleep = UserMem.of("/bin/sleep\0".getBytes(StandardCharsets.US_ASCII));
    List<Moment> moments =
        listener(Abi.SOCK_CLOEXEC)
            .call(FORK)
            .call(CHILD, Syscall.of(SyscallName.EXECVE, sleep, UserMem.NULL, UserMem.NULL))
            .call(Syscall.close(SOCK))
            .run(KIT);
    assertThat(moments.get(5).rows("tcp")).hasSize(1);
    assertThat(lines(moments.get(6)))
        .isEqualTo(
            LifecycleTest.observed(
                "exec", "FD_CLOEXEC socket: parent closes while the exec()ed child runs"));
  }
}
