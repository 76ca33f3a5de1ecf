package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.actor.LifecycleTest.Life;
import org.netshard.namespace.actor.LifecycleTest.Moment;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;

/** What options of a listener and of its connections tell, as on Linux 6.18.44. */
class TcpListenerOptionsTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int LISTENER = 3;
  private static final int CLIENT = 4;
  private static final int ACCEPTED = 5;
  private static final int PORT = 5000;
  private static final int SO_MEMINFO = 55;
  private static final int SK_MEMINFO_DROPS = 8;
  private static final int SYN_BYTES = 60;

  @AfterAll
  static void shutdown() {
    KIT.shutdownTestKit();
  }

  private static Life connecting(int option, int value) {
    Syscall stream = Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0);
    UserMem address = LifecycleTest.address(Abi.AF_INET, PORT);
    return new Life()
        .call(stream)
        .call(LifecycleTest.named(SyscallName.BIND, LISTENER, address))
        .call(set(LISTENER, option, value))
        .call(Syscall.of(SyscallName.LISTEN, LISTENER, 5))
        .call(stream)
        .call(LifecycleTest.named(SyscallName.CONNECT, CLIENT, address))
        .waitMs(1);
  }

  private static Syscall set(int fd, int option, int value) {
    UserMem mem = UserMem.ofInt(value);
    return Syscall.of(SyscallName.SETSOCKOPT, fd, Abi.IPPROTO_TCP, option, mem, Integer.BYTES);
  }

  private static Syscall get(int fd, int level, int option, UserMem value, UserMem length) {
    return Syscall.of(SyscallName.GETSOCKOPT, fd, level, option, value, length);
  }

  private static Syscall savedSyn(UserMem value, UserMem length) {
    return get(ACCEPTED, Abi.IPPROTO_TCP, TcpOption.TCP_SAVED_SYN, value, length);
  }

  private static long result(List<Moment> moments, int fromEnd) {
    return moments.get(moments.size() - 1 - fromEnd).result();
  }

  @Test
  void savedSynIsGivenOnceIfThereIsRoom() {
    UserMem little = UserMem.ofInt(10);
    UserMem enough = UserMem.ofInt(100);
    UserMem again = UserMem.ofInt(100);
    UserMem syn = UserMem.zeroed(100);
    List<Moment> moments =
        connecting(TcpOption.TCP_SAVE_SYN, 1)
            .call(Syscall.of(SyscallName.ACCEPT, LISTENER, UserMem.NULL, UserMem.NULL))
            .call(savedSyn(UserMem.zeroed(10), little))
            .call(savedSyn(syn, enough))
            .call(savedSyn(UserMem.zeroed(100), again))
            .run(KIT);
    assertThat(result(moments, 2)).isEqualTo(Errno.EINVAL.negated());
    assertThat(little.getInt(0)).isEqualTo(SYN_BYTES);
    assertThat(result(moments, 1)).isZero();
    assertThat(enough.getInt(0)).isEqualTo(SYN_BYTES);
    // Version 4 with a header of 20 bytes; the SYN has one of 40, and no other flag.
    assertThat(syn.get(0, 1)).containsExactly(0x45);
    assertThat(syn.get(32, 2)).containsExactly(0xa0, 0x02);
    assertThat(result(moments, 0)).isZero();
    assertThat(again.getInt(0)).isZero();
  }

  @Test
  void acksThatWaitForDataCountAsDropsOfTheListener() {
    UserMem meminfo = UserMem.zeroed(36);
    List<Moment> moments =
        connecting(TcpOption.TCP_DEFER_ACCEPT, 5)
            .call(get(LISTENER, Abi.SOL_SOCKET, SO_MEMINFO, meminfo, UserMem.ofInt(36)))
            .run(KIT);
    assertThat(result(moments, 0)).isZero();
    assertThat(meminfo.getInt(SK_MEMINFO_DROPS * Integer.BYTES)).isEqualTo(1);
  }
}
