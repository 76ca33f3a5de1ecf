package org.netshard.protocol.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.NetlinkOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.TestCaller;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.profile.ProtoProfile;

/** Messages between netlink sockets of tasks. The results are those of Linux 6.18.44. */
class NetlinkDataTest {
  private static final int NETLINK_USERSOCK = 2;
  private static final int ROOM = 4096;

  private final TestNet net = new TestNet();
  private final NetlinkOps ops = new NetlinkOps(protocol -> null);

  private Sk make(int protocol, int portid, int groups) {
    Proto proto = new Proto(new ProtoProfile("NETLINK", 1, true), 0);
    Sk sk = new Sk(net, proto, ops, Abi.AF_NETLINK, Abi.SOCK_RAW, protocol, net.root());
    ops.init(sk, net.root());
    if (portid != 0) {
      UserMem address = address(portid, groups);
      assertThat(SockNames.bind(sk, new TestCaller(net.root()), address, 12)).isZero();
    }
    return sk;
  }

  private static UserMem address(int portid, int groups) {
    return UserMem.ofInts(Abi.AF_NETLINK, portid, groups);
  }

  private String send(Sk sk, Cred cred, String text, UserMem address, int flags) {
    Msg msg = Msg.of(UserMem.of(text.getBytes(StandardCharsets.UTF_8)), text.length(), flags);
    msg.withName(address, address.isNull() ? 0 : 12);
    return Errno.resultText(ops.sendmsg(sk, new TestCaller(cred), msg));
  }

  private Msg receive(Sk sk, int size, int flags, String expected) {
    Msg msg = Msg.of(UserMem.zeroed(size), size, flags | Abi.MSG_DONTWAIT);
    assertThat(Errno.resultText(ops.recvmsg(sk, new TestCaller(net.root()), msg)))
        .isEqualTo(expected);
    return msg;
  }

  @Test
  void messageComesFromThePortOfItsSender() {
    Sk first = make(NETLINK_USERSOCK, 7, 0);
    Sk second = make(NETLINK_USERSOCK, 8, 0);
    assertThat(send(first, net.nobody(), "hello", address(8, 0), 0)).isEqualTo("5");
    assertThat(ops.poll(second) & Poll.IN).isNotZero();
    assertThat(receive(second, ROOM, Abi.MSG_PEEK, "5").address())
        .containsExactly(16, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0);
    Msg cut = receive(second, 2, Abi.MSG_TRUNC, "5");
    assertThat(cut.outFlags() & Abi.MSG_TRUNC).isNotZero();
    receive(second, ROOM, 0, "EAGAIN");
    assertThat(second.rmemAlloc()).isZero();
  }

  @Test
  void errorsOfASendComeInLinuxOrder() {
    Sk sk = make(0, 0, 0);
    UserMem family = UserMem.ofInts(Abi.AF_INET, 0, 0);
    assertThat(send(sk, net.root(), "x", family, Abi.MSG_OOB)).isEqualTo("EOPNOTSUPP");
    assertThat(send(sk, net.root(), "", family, 0)).isEqualTo("ENODATA");
    assertThat(send(sk, net.root(), "x", family, 0)).isEqualTo("EINVAL");
    assertThat(send(sk, net.nobody(), "x", address(9, 0), 0)).isEqualTo("EPERM");
    assertThat(NetlinkOptions.of(sk).bound).isFalse();
    assertThat(send(sk, net.root(), "x".repeat(sk.sndbuf()), address(9, 0), 0))
        .isEqualTo("EMSGSIZE");
    assertThat(NetlinkOptions.of(sk).bound).isTrue();
    assertThat(send(sk, net.root(), "x", address(9, 0), 0)).isEqualTo("ECONNREFUSED");
  }

  @Test
  void sockThatIsConnectedElsewhereRefusesOthers() {
    Sk first = make(NETLINK_USERSOCK, 7, 0);
    Sk second = make(NETLINK_USERSOCK, 8, 0);
    SockNames.connect(second, new TestCaller(net.root()), address(99, 0), 12);
    assertThat(send(first, net.root(), "x", address(8, 0), 0)).isEqualTo("ECONNREFUSED");
  }

  @Test
  void groupGetsAMessageAndTheKernelRefusesIt() {
    Sk sender = make(NETLINK_USERSOCK, 7, 1);
    Sk member = make(NETLINK_USERSOCK, 8, 1);
    Sk other = make(NETLINK_USERSOCK, 9, 2);
    ops.setsockopt(
        member, net.root(), Abi.SOL_NETLINK, NetlinkOption.NETLINK_PKTINFO, UserMem.ofInt(1), 4);
    assertThat(send(sender, net.root(), "all", address(0, 1), 0)).isEqualTo("ECONNREFUSED");
    assertThat(receive(member, ROOM, 0, "3").address())
        .containsExactly(16, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0);
    receive(other, ROOM, 0, "EAGAIN");
    receive(sender, ROOM, 0, "EAGAIN");
  }

  @Test
  void lostMessageIsToldOnceAndNothingComesBeforeAllIsRead() {
    Sk sender = make(NETLINK_USERSOCK, 7, 0);
    Sk member = make(NETLINK_USERSOCK, 8, 1);
    member.setRcvbuf(2304);
    for (int i = 0; i < 9; i++) {
      send(sender, net.root(), "x", address(0, 1), 0);
    }
    int kept = member.receiveQueue().size();
    assertThat(kept).isEqualTo(2);
    assertThat(member.rare().drops()).isEqualTo(9 - kept);
    receive(member, ROOM, 0, "ENOBUFS");
    receive(member, ROOM, 0, "1");
    send(sender, net.root(), "x", address(0, 1), 0);
    assertThat(member.receiveQueue().size()).isEqualTo(kept - 1);
    for (int i = 1; i < kept; i++) {
      receive(member, ROOM, 0, "1");
    }
    receive(member, ROOM, 0, "EAGAIN");
    send(sender, net.root(), "x", address(0, 1), 0);
    receive(member, ROOM, 0, "1");
  }

  @Test
  void lostMessageIsNotToldToWhoDoesNotWantIt() {
    Sk sender = make(NETLINK_USERSOCK, 7, 0);
    Sk member = make(NETLINK_USERSOCK, 8, 1);
    member.setRcvbuf(2304);
    ops.setsockopt(
        member, net.root(), Abi.SOL_NETLINK, NetlinkOption.NETLINK_NO_ENOBUFS, UserMem.ofInt(1), 4);
    for (int i = 0; i < 9; i++) {
      send(sender, net.root(), "x", address(0, 1), 0);
    }
    assertThat(member.err()).isZero();
    receive(member, ROOM, 0, "1");
    send(sender, net.root(), "x", address(0, 1), 0);
    assertThat(member.rare().drops()).isPositive();
  }

  @Test
  void closedSockGivesItsMemoryAndItsGroupsBack() {
    Sk sender = make(NETLINK_USERSOCK, 7, 0);
    Sk member = make(NETLINK_USERSOCK, 8, 1);
    send(sender, net.root(), "x", address(0, 1), 0);
    assertThat(member.rmemAlloc()).isPositive();
    ops.destroy(member);
    ops.destruct(member);
    ops.destroy(sender);
    ops.destruct(sender);
    assertThat(member.rmemAlloc()).isZero();
    assertThat(NetlinkTable.of(net).isEmpty()).isTrue();
  }
}
