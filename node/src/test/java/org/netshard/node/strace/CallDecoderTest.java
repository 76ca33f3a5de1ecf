package org.netshard.node.strace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

class CallDecoderTest {

  private static Syscall decode(String text) {
    return CallDecoder.decode(StraceParser.parseCall(text));
  }

  private static UserMem option(String value, int length) {
    return decode("setsockopt(3, SOL_SOCKET, SO_DEBUG, " + value + ", " + length + ") = 0").mem(3);
  }

  @Test
  void optionValues() {
    assertThat(option("[1]", 4).content()).containsExactly(1, 0, 0, 0);
    assertThat(option("[1]", 6).content()).containsExactly(1, 0, 0, 0, 0, 0);
    assertThat(option("\"\\1\\2\"", 2).content()).containsExactly(1, 2);
    assertThat(option("\"lo\"...", 4).content()).containsExactly('l', 'o', 0, 0);
    assertThat(option("{l_onoff=1, l_linger=5}", 8).content())
        .containsExactly(1, 0, 0, 0, 5, 0, 0, 0);
    assertThat(option("{tv_sec=1, tv_usec=500000}", 16).getLong(8)).isEqualTo(500_000);
    assertThat(
            option(
                    "{imr_multiaddr=inet_addr(\"224.0.0.1\"),"
                        + " imr_interface=inet_addr(\"127.0.0.1\")}",
                    8)
                .content())
        .containsExactly(224, 0, 0, 1, 127, 0, 0, 1);
    assertThat(
            option(
                    "{inet_pton(AF_INET6, \"ff02::1\", &ipv6mr_multiaddr),"
                        + " ipv6mr_interface=if_nametoindex(\"lo\")}",
                    20)
                .getInt(16))
        .isEqualTo(1);
    assertThat(
            option(
                    "{mr_ifindex=3, mr_type=PACKET_MR_PROMISC, mr_alen=6,"
                        + " mr_address=00:11:22:33:44:55}",
                    16)
                .content())
        .containsExactly(3, 0, 0, 0, 1, 0, 6, 0, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0, 0);
    assertThat(
            decode("setsockopt(3, SOL_RAW, ICMP_FILTER, ~[ICMP_ECHOREPLY ICMP_ECHO], 4) = 0")
                .mem(3)
                .getInt(0))
        .isEqualTo(~0x101);
  }

  @Test
  void filters() {
    UserMem mem = option("{len=1, filter=[BPF_STMT(BPF_RET|BPF_K, 0xffff)]}", 16);
    assertThat(mem.getShort(0)).isEqualTo(1);
    assertThat(mem.getLong(8)).isEqualTo(16);
    assertThat(mem.get(16, 8)).containsExactly(6, 0, 0, 0, 0xff, 0xff, 0, 0);

    UserMem unknown = option("{len=2, filter=0x55d0c0}", 16);
    assertThat(unknown.size()).isEqualTo(32);
    assertThat(unknown.getShort(24)).isEqualTo(6);

    assertThat(option("{len=0, filter=NULL}", 16).getLong(8)).isZero();
    UserMem jump =
        option(
            "{len=1, filter=[BPF_JUMP(BPF_JMP|BPF_K|BPF_JEQ, SKF_AD_OFF+SKF_AD_MARK, 0x1, 0)]}",
            16);
    assertThat(jump.get(16, 8)).containsExactly(0x15, 0, 1, 0, 0x14, 0xf0, 0xff, 0xff);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        // An address where the kernel did not look: good memory.
        "setsockopt(3, SOL_SOCKET, SO_DEBUG, 0x7ffd00, 2) = -1 EINVAL (x); 3; 2",
        "setsockopt(3, SOL_SOCKET, SO_DEBUG, 0x7ffd00, -1) = -1 EINVAL (x); 3; 0",
        "getsockopt(3, SOL_SOCKET, SO_DEBUG, 0x7ffd00, [4]) = -1 EBADF (x); 3; 64",
        "getsockopt(3, SOL_SOCKET, SO_DEBUG, 0x7ffd00, [512 => 0]) = 0; 3; 512",
        "getsockopt(3, SOL_SOCKET, SO_DEBUG, 0x7ffd00, NULL) = -1 EFAULT (x); 3; 64",
        "getsockname(3, 0x7ffd00, [128]) = -1 EBADF (x); 1; 128",
        "getsockname(3, NULL, 0x7ffd00) = -1 EFAULT (x); 2; 4",
        "socketpair(AF_INET, SOCK_STREAM, 0, 0x7ffd00) = -1 EOPNOTSUPP (x); 3; 64",
        "write(3, \"ab\"..., 5) = 5; 1; 5",
        "openat(AT_FDCWD, \"/a\", O_RDONLY) = 3; 1; 3",
        "setgroups(2, [1, 1000]) = 0; 1; 8",
        "prctl(PR_SET_NAME, \"abc\") = 0; 1; 4",
      })
  void goodMemory(String text, int argument, int size) {
    UserMem mem = decode(text).mem(argument);

    assertThat(mem == UserMem.BAD || mem.isNull()).isFalse();
    assertThat(mem.size()).isEqualTo(size);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "setsockopt(3, SOL_SOCKET, SO_DEBUG, 0x1, 4) = -1 EFAULT (x); 3; true",
        "setsockopt(3, SOL_SOCKET, SO_DEBUG, NULL, 4) = -1 EFAULT (x); 3; false",
        "getsockopt(3, SOL_SOCKET, SO_DEBUG, 0x1, [4]) = -1 EFAULT (x); 3; true",
        "getsockopt(3, SOL_SOCKET, SO_DEBUG, 0x7ffd00, 0x1) = -1 EFAULT (x); 4; true",
        "getsockopt(3, SOL_SOCKET, SO_DEBUG, NULL, [4]) = -1 EFAULT (x); 3; false",
        "getsockname(3, 0x1, [128]) = -1 EFAULT (x); 1; true",
        "getsockname(3, 0x7ffd00, NULL) = -1 EFAULT (x); 2; false",
        "getsockname(3, NULL, 0x7ffd00) = -1 EFAULT (x); 1; false",
        "socketpair(AF_UNIX, SOCK_STREAM, 0, 0x1) = -1 EFAULT (x); 3; true",
        "socketpair(AF_UNIX, SOCK_STREAM, 0, NULL) = -1 EFAULT (x); 3; false",
        "write(3, 0x1, 5) = -1 EFAULT (x); 1; true",
        "openat(AT_FDCWD, 0x1, O_RDONLY) = -1 EFAULT (x); 1; true",
        "capset(0x1, NULL) = -1 EFAULT (x); 0; true",
        "prlimit64(0, RLIMIT_NOFILE, NULL, 0x1) = -1 EFAULT (x); 3; true",
      })
  void badAndNullMemory(String text, int argument, boolean bad) {
    assertThat(decode(text).mem(argument)).isSameAs(bad ? UserMem.BAD : UserMem.NULL);
  }

  @Test
  void lengthsOnEntryAreThoseBeforeTheArrow() {
    Syscall call = decode("getsockopt(3, SOL_SOCKET, SO_TYPE, [1], [64 => 4]) = 0");

    assertThat(call.mem(4).getInt(0)).isEqualTo(64);
    assertThat(call.mem(3).size()).isEqualTo(64);
    assertThat(call.mem(3).getInt(0)).isZero();
  }

  @Test
  void processesAndCredentials() {
    Syscall clone =
        decode("clone(child_stack=NULL, flags=CLONE_NEWNET|SIGCHLD, child_tidptr=0x7f) = 12");
    assertThat(clone.arg(0)).isEqualTo(0x40000011L);
    Syscall clone3 =
        decode("clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=NULL}, 88) = 12");
    assertThat(clone3.mem(0).getLong(0)).isEqualTo(0x4100);
    assertThat(clone3.mem(0).getLong(32)).isEqualTo(17);
    Syscall capset =
        decode(
            "capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0},"
                + " {effective=1<<CAP_CHECKPOINT_RESTORE, permitted=0, inheritable=0}) = 0");
    assertThat(capset.mem(1).getInt(12)).isEqualTo(1 << 8);
    Syscall limit = decode("prlimit64(0, RLIMIT_NOFILE, {rlim_cur=3, rlim_max=8*1024}, NULL) = 0");
    assertThat(limit.mem(2).getLong(8)).isEqualTo(8192);
    Syscall execve = decode("execve(\"/bin/a\", [\"a\", \"b\"], 0x7f /* 5 vars */) = 0");
    assertThat(execve.name()).isEqualTo(SyscallName.EXECVE);
    assertThat(execve.mem(1).content()).containsExactly('a', 0, 'b', 0);
  }

  @Test
  void whatIsWrongIsNamedWithItsPlace() {
    assertThatThrownBy(() -> decode("socket(AF_INETT, SOCK_STREAM, 0) = 3"))
        .isInstanceOf(StraceSyntaxException.class)
        .hasMessageStartingWith("call:1:8: socket: unknown constant 'AF_INETT'");
    assertThatThrownBy(() -> decode("socket(AF_INET, SOCK_STREAM) = 3"))
        .hasMessageContaining("too few arguments, 2");
    assertThatThrownBy(() -> decode("close(1, 2) = 3"))
        .hasMessageContaining("takes at most 1 arguments, found 2");
    assertThatThrownBy(() -> decode("mq_notify(3, 1) = 0"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anUnfinishedCallMayLackArguments() {
    StraceParser parser = new StraceParser("log");
    parser.line("7 getsockopt(3, SOL_SOCKET, SO_ERROR,  <unfinished ...>");
    Syscall call = CallDecoder.decode((StraceEvent.Call) parser.finish().get(0));

    assertThat(call.intArg(2)).isEqualTo(4);
  }
}
