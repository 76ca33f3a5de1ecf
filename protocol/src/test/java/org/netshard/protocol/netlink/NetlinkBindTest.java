package org.netshard.protocol.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.inet.Names;
import org.netshard.protocol.profile.ProtoProfile;

/** Ports and groups of netlink socks. The expected results were read off Linux 6.18.44. */
class NetlinkBindTest {
  private static final int NETLINK_ROUTE = 0;
  private static final int NETLINK_USERSOCK = 2;

  private final TestNet net = new TestNet();
  private final Names names = new Names(net.root());

  private Sk make(int protocol) {
    Proto proto = new Proto(new ProtoProfile("NETLINK", 1, true), 0);
    Sk sk =
        new Sk(net, proto, new NetlinkOps(kernel -> null), Abi.AF_NETLINK, 3, protocol, net.root());
    sk.ops().init(sk, net.root());
    return sk;
  }

  private static UserMem address(int portid, int groups) {
    UserMem address = UserMem.ofInts(Abi.AF_NETLINK, portid, groups);
    return address;
  }

  private String bind(Sk sk, Names who, int portid, int groups) {
    return Errno.resultText(SockNames.bind(sk, who.caller(), address(portid, groups), 12));
  }

  private String connect(Sk sk, Names who, int portid, int groups) {
    return Errno.resultText(SockNames.connect(sk, who.caller(), address(portid, groups), 12));
  }

  private static int name(Sk sk, int which, int at) {
    byte[] storage = new byte[128];
    assertThat(sk.ops().getname(sk, storage, which)).isEqualTo(12);
    return UserMem.of(storage).getInt(at);
  }

  @Test
  void firstSockOfAProcessHasItsNumberAndTheOthersNegativeOnes() {
    Sk first = make(NETLINK_ROUTE);
    Sk second = make(NETLINK_ROUTE);
    Sk ofAnother = make(NETLINK_USERSOCK);
    assertThat(bind(first, names, 0, 0)).isEqualTo("0");
    assertThat(name(first, SockNames.OWN, 4)).isEqualTo(names.caller().pid());
    assertThat(bind(second, names, 0, 0)).isEqualTo("0");
    assertThat(name(second, SockNames.OWN, 4)).isLessThan(-4096);
    assertThat(bind(ofAnother, names, 0, 0)).isEqualTo("0");
    assertThat(name(ofAnother, SockNames.OWN, 4)).isEqualTo(names.caller().pid());
  }

  @Test
  void portIsTakenOnceAndShownEvenIfItWasRefused() {
    assertThat(bind(make(NETLINK_ROUTE), names, 77, 0)).isEqualTo("0");
    Sk refused = make(NETLINK_ROUTE);
    assertThat(bind(refused, names, 77, 0)).isEqualTo("EADDRINUSE");
    assertThat(name(refused, SockNames.OWN, 4)).isEqualTo(77);
    assertThat(bind(refused, names, 78, 0)).isEqualTo("0");
    assertThat(bind(refused, names, 79, 0)).isEqualTo("EINVAL");
    assertThat(bind(refused, names, 78, 5)).isEqualTo("0");
    assertThat(name(refused, SockNames.OWN, 8)).isEqualTo(5);
  }

  @Test
  void otherEndsThanTheKernelNeedCapNetAdmin() {
    Names nobody = new Names(net.nobody());
    Sk sk = make(NETLINK_ROUTE);
    assertThat(connect(sk, nobody, 7, 0)).isEqualTo("EPERM");
    assertThat(connect(sk, nobody, 0, 0)).isEqualTo("0");
    assertThat(connect(make(NETLINK_USERSOCK), nobody, 7, 0)).isEqualTo("0");
    assertThat(connect(sk, names, 7, 6)).isEqualTo("0");
    assertThat(name(sk, SockNames.PEER, 4)).isEqualTo(7);
    assertThat(name(sk, SockNames.PEER, 8)).isEqualTo(2);
    assertThat(names.disconnect(sk)).isEqualTo("0");
    assertThat(name(sk, SockNames.PEER, 4)).isZero();
  }

  @Test
  void sockThatEndsLeavesItsPort() {
    Sk sk = make(NETLINK_ROUTE);
    bind(sk, names, 77, 0);
    sk.ops().destroy(sk);
    assertThat(NetlinkTable.of(net).isEmpty()).isTrue();
    assertThat(bind(make(NETLINK_ROUTE), names, 77, 0)).isEqualTo("0");
  }
}
