package org.netshard.protocol.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/** The order of checks: everything is wrong at first, and is mended one by one. */
class SocketOptionsTest {
  private final TestNet net = new TestNet();
  private final Sk sk = TestSocks.make(net, "netlink raw 0");

  private String set(Sk target, Cred cred, int optname, UserMem value, int len) {
    return Errno.resultText(
        SocketOptions.setsockopt(target, cred, Abi.SOL_SOCKET, optname, value, len));
  }

  private String get(Sk target, int optname, UserMem value, UserMem len) {
    return Errno.resultText(
        SocketOptions.getsockopt(target, net.root(), 1, Abi.SOL_SOCKET, optname, value, len));
  }

  @Test
  void setChecksSignThenLengthThenMemoryThenPrivilegeThenValue() {
    UserMem txtime = UserMem.ofInts(7, 8);
    Cred nobody = net.nobody();
    assertThat(set(sk, nobody, SoOption.SO_TXTIME, UserMem.BAD, -1)).isEqualTo("EINVAL");
    assertThat(set(sk, nobody, SoOption.SO_TXTIME, UserMem.BAD, 3)).isEqualTo("EINVAL");
    assertThat(set(sk, nobody, SoOption.SO_TXTIME, UserMem.BAD, 4)).isEqualTo("EFAULT");
    assertThat(set(sk, nobody, SoOption.SO_TXTIME, UserMem.ofInt(7), 4)).isEqualTo("EINVAL");
    assertThat(set(sk, nobody, SoOption.SO_TXTIME, UserMem.ofInt(7), 8)).isEqualTo("EFAULT");
    assertThat(set(sk, nobody, SoOption.SO_TXTIME, txtime, 8)).isEqualTo("EINVAL");
    txtime.putInt(4, 3);
    assertThat(set(sk, nobody, SoOption.SO_TXTIME, txtime, 8)).isEqualTo("EPERM");
    assertThat(set(sk, net.root(), SoOption.SO_TXTIME, txtime, 8)).isEqualTo("EINVAL");
    txtime.putInt(0, 11);
    assertThat(set(sk, net.root(), SoOption.SO_TXTIME, txtime, 8)).isEqualTo("0");
  }

  @Test
  void timeoutChecksNumberThenLengthThenMemoryThenRange() {
    UserMem time = UserMem.zeroed(16);
    time.putLong(8, 1_000_000);
    Cred nobody = net.nobody();
    assertThat(set(sk, nobody, SoOption.SO_RCVTIMEO_OLD, UserMem.BAD, 8)).isEqualTo("EFAULT");
    assertThat(set(sk, nobody, SoOption.SO_RCVTIMEO_OLD, time, 15)).isEqualTo("EINVAL");
    assertThat(set(sk, nobody, SoOption.SO_RCVTIMEO_OLD, UserMem.zeroed(15), 16))
        .isEqualTo("EFAULT");
    assertThat(set(sk, nobody, SoOption.SO_RCVTIMEO_OLD, time, 16)).isEqualTo("EDOM");
    time.putLong(8, 1);
    assertThat(set(sk, nobody, SoOption.SO_RCVTIMEO_OLD, time, 16)).isEqualTo("0");
    assertThat(sk.rare().rcvtimeoJiffies()).isEqualTo(1);
  }

  @Test
  void bindToDeviceChecksMemoryThenNameThenPrivilege() {
    Cred nobody = net.nobody();
    UserMem none = UserMem.of((byte) 'x', (byte) 0);
    UserMem lo = UserMem.of((byte) 'l', (byte) 'o');
    assertThat(set(sk, nobody, SoOption.SO_BINDTODEVICE, lo, 2)).isEqualTo("0");
    assertThat(set(sk, nobody, SoOption.SO_BINDTODEVICE, UserMem.BAD, 2)).isEqualTo("EFAULT");
    assertThat(set(sk, nobody, SoOption.SO_BINDTODEVICE, none, 2)).isEqualTo("ENODEV");
    assertThat(set(sk, nobody, SoOption.SO_BINDTODEVICE, UserMem.NULL, 0)).isEqualTo("EPERM");
    Cred raw = net.withCaps(Capability.CAP_NET_RAW);
    assertThat(set(sk, raw, SoOption.SO_BINDTODEVICE, UserMem.NULL, 0)).isEqualTo("0");
    assertThat(sk.boundDevIf()).isZero();
  }

  @Test
  void getChecksLengthMemoryThenSignThenOptionThenRoomThenMemory() {
    assertThat(get(sk, 999, UserMem.BAD, UserMem.BAD)).isEqualTo("EFAULT");
    assertThat(get(sk, 999, UserMem.BAD, UserMem.ofInt(-1))).isEqualTo("EINVAL");
    assertThat(get(sk, 999, UserMem.BAD, UserMem.ofInt(7))).isEqualTo("ENOPROTOOPT");
    UserMem len = UserMem.ofInt(7);
    assertThat(get(sk, SoOption.SO_COOKIE, UserMem.BAD, len)).isEqualTo("EINVAL");
    len.putInt(0, 100);
    assertThat(get(sk, SoOption.SO_COOKIE, UserMem.BAD, len)).isEqualTo("EFAULT");
    assertThat(len.getInt(0)).isEqualTo(100);
    assertThat(get(sk, SoOption.SO_COOKIE, UserMem.zeroed(8), len)).isEqualTo("0");
    assertThat(len.getInt(0)).isEqualTo(8);
  }

  @Test
  void privilegeOverTheNamespaceIsNotPrivilegeOverTheMachine() {
    UserNamespace child = new UserNamespace(net.userNs(), 1000, false);
    TestNet inner = new TestNet(child);
    Sk mine = TestSocks.make(inner, "unix stream 0");
    Cred root = inner.root();
    UserMem ten = UserMem.ofInt(10);
    assertThat(set(mine, root, SoOption.SO_MARK, ten, 4)).isEqualTo("0");
    assertThat(set(mine, root, SoOption.SO_PRIORITY, ten, 4)).isEqualTo("0");
    assertThat(set(mine, root, SoOption.SO_RCVBUFFORCE, ten, 4)).isEqualTo("EPERM");
    assertThat(set(mine, root, SoOption.SO_DEBUG, ten, 4)).isEqualTo("EACCES");
    assertThat(set(sk, root, SoOption.SO_MARK, ten, 4)).isEqualTo("EPERM");
  }

  @Test
  void errorIsReportedOnceAndSoftErrorAfterIt() {
    sk.setErr(Errno.ECONNREFUSED.number());
    sk.rareForWrite().setErrSoft(Errno.EHOSTUNREACH.number());
    UserMem value = UserMem.zeroed(4);
    int[] reported = new int[3];
    for (int i = 0; i < reported.length; i++) {
      assertThat(get(sk, SoOption.SO_ERROR, value, UserMem.ofInt(4))).isEqualTo("0");
      reported[i] = value.getInt(0);
    }
    assertThat(reported).containsExactly(111, 113, 0);
  }

  @Test
  void peerGroupsSayHowMuchRoomTheyNeed() {
    Sk first = TestSocks.make(net, "unix stream 0");
    Cred cred = net.root().withGroups(30, 10, 20);
    assertThat(first.ops().socketpair(first, TestSocks.make(net, "unix stream 0"), cred, 7))
        .isZero();
    UserMem len = UserMem.ofInt(8);
    UserMem value = UserMem.zeroed(12);
    assertThat(get(first, SoOption.SO_PEERGROUPS, value, len)).isEqualTo("ERANGE");
    assertThat(len.getInt(0)).isEqualTo(12);
    assertThat(get(first, SoOption.SO_PEERGROUPS, value, len)).isEqualTo("0");
    assertThat(value.content()).isEqualTo(UserMem.ofInts(10, 20, 30).content());
  }

  @Test
  void attachedFilterReadsBackByInstructions() {
    UserMem fprog = UserMem.zeroed(24);
    fprog.putInt(0, 1);
    fprog.putLong(8, 16);
    fprog.putByte(16, 6);
    assertThat(set(sk, net.nobody(), SoOption.SO_ATTACH_FILTER, fprog, 16)).isEqualTo("0");
    UserMem len = UserMem.ofInt(0);
    assertThat(get(sk, SoOption.SO_GET_FILTER, UserMem.NULL, len)).isEqualTo("0");
    assertThat(len.getInt(0)).isEqualTo(1);
    UserMem code = UserMem.zeroed(8);
    assertThat(get(sk, SoOption.SO_GET_FILTER, code, len)).isEqualTo("0");
    assertThat(code.getByte(0)).isEqualTo(6);
    assertThat(set(sk, net.nobody(), SoOption.SO_DETACH_FILTER, fprog, 4)).isEqualTo("0");
    assertThat(set(sk, net.nobody(), SoOption.SO_DETACH_FILTER, fprog, 4)).isEqualTo("ENOENT");
  }

  @Test
  void initAndDestroyCountAlike() {
    for (String label :
        new String[] {"unix dgram 0", "netlink raw 9", "packet raw 0", "xdp raw 0"}) {
      TestNet own = new TestNet();
      Sk counted = TestSocks.make(own, label);
      assertThat(own.protoInuse()).as(label).isEqualTo(1);
      counted.ops().destroy(counted);
      assertThat(own.protoInuse()).as(label).isZero();
    }
  }
}
