package org.netshard.protocol.inet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.udp.UdpTable;

/** Binding Internet socks. The expected results were read off Linux 6.18.44. */
class BindTest {
  private final TestNet net = new TestNet();
  private final Names names = new Names(net.root());

  private Sk make(String kind) {
    return InetSocks.byKind(net, net.root(), kind);
  }

  /** A sock with flags: a is SO_REUSEADDR, p is SO_REUSEPORT, 6 is IPV6_V6ONLY. */
  private Sk make(String kind, String flags) {
    return make(kind, flags, net.root());
  }

  private Sk make(String kind, String flags, Cred cred) {
    Sk sk = InetSocks.byKind(net, cred, kind);
    if (flags.contains("a")) {
      set(sk, Abi.SOL_SOCKET, SoOption.SO_REUSEADDR, 1);
    }
    if (flags.contains("p")) {
      set(sk, Abi.SOL_SOCKET, SoOption.SO_REUSEPORT, 1);
    }
    if (flags.contains("6")) {
      set(sk, Abi.IPPROTO_IPV6, Ipv6Option.IPV6_V6ONLY, 1);
    }
    return sk;
  }

  private void set(Sk sk, int level, int optname, int value) {
    UserMem optval = UserMem.ofInt(value);
    assertThat(SocketOptions.setsockopt(sk, net.root(), level, optname, optval, 4)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "tcp4, -, 127.0.0.1, -, 127.0.0.1, EADDRINUSE",
    "tcp4, a, 127.0.0.1, a, 127.0.0.1, 0",
    "tcp4, a, 127.0.0.1, -, 127.0.0.1, EADDRINUSE",
    "tcp4, p, 127.0.0.1, p, 127.0.0.1, 0",
    "tcp4, p, 127.0.0.1, a, 127.0.0.1, EADDRINUSE",
    "tcp4, -, 127.0.0.1, -, 127.0.0.2, 0",
    "tcp4, -, 0.0.0.0, -, 127.0.0.1, EADDRINUSE",
    "tcp4, -, 127.0.0.1, -, 0.0.0.0, EADDRINUSE",
    "udp4, a, 127.0.0.1, a, 127.0.0.1, 0",
    "udp4, -, 127.0.0.1, a, 127.0.0.1, EADDRINUSE",
    "udp4, p, 127.0.0.1, p, 127.0.0.1, 0",
    "udp4, ap, 127.0.0.1, p, 127.0.0.1, 0",
    "udp4, -, 0.0.0.0, -, 127.0.0.9, EADDRINUSE",
    "udplite4, -, 127.0.0.1, -, 127.0.0.1, EADDRINUSE",
  })
  void secondBindToThePortIsAsOnLinux(
      String kind, String flags, String first, String otherFlags, String second, String result) {
    assertThat(names.bind(make(kind, flags), first + ":5000")).isEqualTo("0");
    assertThat(names.bind(make(kind, otherFlags), second + ":5000")).isEqualTo(result);
  }

  @ParameterizedTest
  @CsvSource({
    "::, -, 0.0.0.0, EADDRINUSE",
    "::, 6, 0.0.0.0, 0",
    "::, -, 127.0.0.1, EADDRINUSE",
    "::1, -, 0.0.0.0, 0",
    "::1, -, 127.0.0.1, 0",
    "::ffff:127.0.0.1, -, 127.0.0.1, EADDRINUSE",
    "::ffff:127.0.0.1, -, 127.0.0.2, 0",
    "::ffff:127.0.0.1, -, 0.0.0.0, EADDRINUSE",
    "::ffff:0.0.0.0, -, 127.0.0.1, EADDRINUSE",
  })
  void bothFamiliesShareThePorts(String six, String flags, String four, String result) {
    for (String kind : new String[] {"tcp", "udp"}) {
      int port = kind.equals("tcp") ? 5000 : 5001;
      Sk sixth = make(kind + "6", flags);
      Sk fourth = make(kind + "4");
      assertThat(names.bind(sixth, "[" + six + "]:" + port)).isEqualTo("0");
      assertThat(names.bind(fourth, four + ":" + port)).isEqualTo(result);
      sixth.ops().destroy(sixth);
      fourth.ops().destroy(fourth);
      assertThat(names.bind(make(kind + "4"), four + ":" + port)).isEqualTo("0");
      assertThat(names.bind(make(kind + "6", flags), "[" + six + "]:" + port)).isEqualTo(result);
    }
  }

  @Test
  void bindingToAnIpv6AddressMakesTheSockOneOfIpv6Only() {
    Sk sk = make("tcp6");
    names.bind(sk, "[::1]:0");
    UserMem value = UserMem.zeroed(4);
    SocketOptions.getsockopt(
        sk,
        net.root(),
        1,
        Abi.IPPROTO_IPV6,
        Ipv6Option.IPV6_V6ONLY,
        value,
        UserMem.ofInt(Integer.BYTES));
    assertThat(value.getInt(0)).isEqualTo(1);
  }

  @Test
  void flagOfTheFirstSockCountsAsItIsNow() {
    Sk first = make("tcp4");
    names.bind(first, "127.0.0.1:5000");
    set(first, Abi.SOL_SOCKET, SoOption.SO_REUSEADDR, 1);
    Sk second = make("tcp4", "a");
    assertThat(names.bind(second, "127.0.0.1:5000")).isEqualTo("0");
    set(first, Abi.SOL_SOCKET, SoOption.SO_REUSEADDR, 0);
    assertThat(names.bind(make("tcp4", "a"), "127.0.0.1:5000")).isEqualTo("EADDRINUSE");
  }

  @Test
  void shortCutOfReuseportIsTakenForTheSameAddressOnly() {
    Sk first = make("tcp4", "p");
    names.bind(first, "127.0.0.1:5000");
    set(first, Abi.SOL_SOCKET, SoOption.SO_REUSEPORT, 0);
    assertThat(names.bind(make("tcp4", "p"), "0.0.0.0:5000")).isEqualTo("EADDRINUSE");
    assertThat(names.bind(make("tcp4", "p"), "127.0.0.1:5000")).isEqualTo("0");
  }

  @Test
  void reuseportNeedsTheSameUser() {
    for (String kind : new String[] {"tcp4", "udp4"}) {
      assertThat(names.bind(make(kind, "p"), "127.0.0.1:5003")).isEqualTo("0");
      Sk other = make(kind, "p", net.nobody());
      assertThat(new Names(net.nobody()).bind(other, "127.0.0.1:5003")).isEqualTo("EADDRINUSE");
    }
  }

  @Test
  void listenOnAPortOnWhichAnotherListensFailsWithEaddrinuse() {
    Sk first = make("tcp4", "a");
    Sk second = make("tcp4", "a");
    names.bind(first, "127.0.0.1:5000");
    names.bind(second, "127.0.0.1:5000");
    assertThat(names.listen(first)).isEqualTo("0");
    assertThat(names.listen(first)).isEqualTo("0");
    assertThat(names.listen(second)).isEqualTo("EADDRINUSE");
    assertThat(second.state()).isEqualTo(Sk.TCP_CLOSE);
    assertThat(names.bind(make("tcp4", "a"), "127.0.0.1:5000")).isEqualTo("EADDRINUSE");
    first.ops().destroy(first);
    assertThat(names.listen(second)).isEqualTo("0");
  }

  @Test
  void listenWithoutBindTakesAnOddPort() {
    Sk sk = make("tcp4");
    assertThat(names.listen(sk)).isEqualTo("0");
    assertThat(names.name(sk)).startsWith("0.0.0.0:");
    assertThat(sk.num()).isBetween(32768, 60999);
    assertThat(sk.num() % 2).isOne();
  }

  @Test
  void portsAreOddWhileThereAreOddOnesAndThenEvenAndThenThereIsNone() {
    net.set(Sysctl.IPV4_IP_LOCAL_PORT_RANGE, "40000\t40009");
    net.set(Sysctl.IPV4_IP_LOCAL_RESERVED_PORTS, "40003,40006-40007");
    int[] seen = new int[7];
    for (int i = 0; i < seen.length; i++) {
      Sk sk = make("tcp4");
      assertThat(names.bind(sk, "127.0.0.1:0")).isEqualTo("0");
      seen[i] = sk.num();
    }
    assertThat(seen).doesNotContain(40003, 40006, 40007).doesNotHaveDuplicates();
    for (int i = 0; i < 3; i++) {
      assertThat(seen[i] % 2).isOne();
    }
    assertThat(names.bind(make("tcp4"), "127.0.0.1:0")).isEqualTo("EADDRINUSE");
    assertThat(names.bind(make("tcp4"), "127.0.0.2:0")).isEqualTo("0");
    for (int i = 0; i < seen.length; i++) {
      assertThat(names.bind(make("udp4"), "127.0.0.1:0")).isEqualTo("0");
    }
    assertThat(names.bind(make("udp4"), "127.0.0.1:0")).isEqualTo("EADDRINUSE");
    assertThat(names.connect(make("udp4"), "127.0.0.1:9")).isEqualTo("EAGAIN");
  }

  @Test
  void rangeOfTheSockIsWithinThatOfTheNamespace() {
    Sk sk = make("tcp4");
    set(sk, Abi.IPPROTO_IP, IpOption.IP_LOCAL_PORT_RANGE, 50001 << 16 | 50000);
    assertThat(names.bind(sk, "127.0.0.1:0")).isEqualTo("0");
    assertThat(sk.num()).isEqualTo(50001);
  }

  @Test
  void errorsComeInLinuxsOrder() {
    Names nobody = new Names(net.nobody());
    Sk sk = InetSocks.byKind(net, net.nobody(), "tcp4");
    assertThat(nobody.bind(sk, "192.0.2.1:80")).isEqualTo("EADDRNOTAVAIL");
    assertThat(nobody.bind(sk, "127.0.0.1:80")).isEqualTo("EACCES");
    assertThat(new Names(net.withCaps(Capability.CAP_NET_BIND_SERVICE)).bind(sk, "127.0.0.1:80"))
        .isEqualTo("0");
    assertThat(nobody.bind(sk, "127.0.0.1:80")).isEqualTo("EACCES");
    assertThat(nobody.bind(sk, "127.0.0.1:8080")).isEqualTo("EINVAL");
    net.set(Sysctl.IPV4_IP_UNPRIVILEGED_PORT_START, "80");
    assertThat(nobody.bind(InetSocks.byKind(net, net.nobody(), "udp4"), "127.0.0.1:80"))
        .isEqualTo("0");
    assertThat(names.bind(sk, "[::1]:8080")).isEqualTo("EAFNOSUPPORT");
    assertThat(names.bind(make("tcp6"), "[ff02::1]:8080")).isEqualTo("EINVAL");
    assertThat(names.bind(make("udp6"), "[ff02::1]:8080")).isEqualTo("EINVAL");
    assertThat(names.bind(make("udp6"), "[ff0e::1]:8080")).isEqualTo("0");
    assertThat(names.bind(make("udp6"), "[2001:db8::1]:8080")).isEqualTo("EADDRNOTAVAIL");
  }

  @Test
  void foreignAddressesAreTakenWithFreebindTransparentOrTheSysctl() {
    for (int option : new int[] {IpOption.IP_FREEBIND, IpOption.IP_TRANSPARENT}) {
      Sk sk = make("udp4");
      set(sk, Abi.IPPROTO_IP, option, 1);
      assertThat(names.bind(sk, "192.0.2.1:0")).isEqualTo("0");
    }
    net.set(Sysctl.IPV4_IP_NONLOCAL_BIND, "1").set(Sysctl.IPV6_IP_NONLOCAL_BIND, "1");
    assertThat(names.bind(make("tcp4"), "192.0.2.1:0")).isEqualTo("0");
    assertThat(names.bind(make("raw4-1"), "192.0.2.1:0")).isEqualTo("0");
    assertThat(names.bind(make("tcp6"), "[2001:db8::1]:0")).isEqualTo("0");
  }

  @Test
  void addressWithoutPortCanBeBoundAgainUntilThereIsAPort() {
    Sk sk = make("tcp4");
    set(sk, Abi.IPPROTO_IP, IpOption.IP_BIND_ADDRESS_NO_PORT, 1);
    assertThat(names.bind(sk, "127.0.0.1:0")).isEqualTo("0");
    assertThat(names.name(sk)).isEqualTo("127.0.0.1:0");
    assertThat(names.bind(sk, "127.0.0.2:0")).isEqualTo("0");
    assertThat(names.listen(sk)).isEqualTo("0");
    assertThat(names.name(sk)).startsWith("127.0.0.2:").doesNotEndWith(":0");
  }

  @Test
  void tooLongNegativeAndUnreadableAddressesAreRefused() {
    Sk sk = make("udp4");
    UserMem memory = UserMem.zeroed(200);
    for (int length : new int[] {-1, 129}) {
      assertThat(SockNames.bind(sk, names.caller(), memory, length))
          .isEqualTo(Errno.EINVAL.negated());
    }
    assertThat(SockNames.bind(sk, names.caller(), UserMem.BAD, 16))
        .isEqualTo(Errno.EFAULT.negated());
  }

  @Test
  void sockThatEndsLeavesItsPortAndItsGroup() {
    Sk udp = make("udp4", "p");
    names.bind(udp, "127.0.0.1:5000");
    assertThat(udp.flag(SockFlag.SK_REUSEPORT_CB)).isTrue();
    assertThat(UdpTable.of(net, false).owners(5000)).isEqualTo(1);
    assertThat(net.protoInuse()).isEqualTo(1);
    udp.ops().destroy(udp);
    assertThat(UdpTable.of(net, false).isEmpty()).isTrue();
    assertThat(net.protoInuse()).isZero();
    Sk mptcp = make("mptcp4");
    names.bind(mptcp, "127.0.0.1:5000");
    assertThat(names.bind(make("tcp4"), "127.0.0.1:5000")).isEqualTo("EADDRINUSE");
    mptcp.ops().destroy(mptcp);
    assertThat(names.bind(make("tcp4"), "127.0.0.1:5000")).isEqualTo("0");
  }
}
