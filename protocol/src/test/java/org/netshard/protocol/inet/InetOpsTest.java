package org.netshard.protocol.inet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.MptcpOption;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/** Kinds of Internet sock: what a new one owns, counts and is called, and when values are read. */
class InetOpsTest {
  private static final int TCP = Abi.IPPROTO_TCP;

  private final TestNet net = new TestNet();

  private Sk make(String kind) {
    return InetSocks.byKind(net, net.root(), kind);
  }

  private String set(Sk sk, Cred cred, int level, int optname, UserMem value, int len) {
    return Errno.resultText(SocketOptions.setsockopt(sk, cred, level, optname, value, len));
  }

  private void set(Sk sk, int level, int optname, int value) {
    assertThat(set(sk, net.root(), level, optname, UserMem.ofInt(value), 4)).isEqualTo("0");
  }

  private int get(Sk sk, int level, int optname) {
    UserMem value = UserMem.zeroed(4);
    UserMem len = UserMem.ofInt(4);
    assertThat(SocketOptions.getsockopt(sk, net.root(), 1, level, optname, value, len)).isZero();
    return value.getInt(0);
  }

  @Test
  void newSocksShareTheirBlocksAndWritingTakesACopy() {
    for (String kind :
        new String[] {
          "tcp4",
          "tcp6",
          "udp4",
          "udp6",
          "udplite4",
          "ping4",
          "ping6",
          "raw4-1",
          "raw6-58",
          "mptcp4",
          "mptcp6"
        }) {
      Sk first = make(kind);
      Sk second = make(kind);
      assertThat(first.ops()).isSameAs(second.ops());
      assertThat(first.inet()).isSameAs(second.inet());
      assertThat(first.inet6()).isSameAs(second.inet6());
      assertThat(first.transport()).isSameAs(second.transport());
      assertThat(InetOptions.of(first).isFrozen()).isTrue();
    }
    Sk writer = make("tcp4");
    Sk other = make("tcp4");
    set(writer, 0, IpOption.IP_TTL, 7);
    set(writer, TCP, TcpOption.TCP_NODELAY, 1);
    assertThat(get(other, 0, IpOption.IP_TTL)).isEqualTo(64);
    assertThat(get(other, TCP, TcpOption.TCP_NODELAY)).isZero();
    assertThat(get(writer, 0, IpOption.IP_TTL)).isEqualTo(7);
    assertThat(InetOptions.of(other).isFrozen()).isTrue();
  }

  @Test
  void keepaliveRetriesAndTtlAreReadWhenAskedAndCongestionControlIsFrozen() {
    Sk old = make("tcp4");
    net.set(Sysctl.IPV4_TCP_KEEPALIVE_TIME, "100").set(Sysctl.IPV4_TCP_SYN_RETRIES, "2");
    net.set(Sysctl.IPV4_IP_DEFAULT_TTL, "33").set(Sysctl.IPV4_TCP_FIN_TIMEOUT, "5");
    net.set(Sysctl.IPV4_TCP_CONGESTION_CONTROL, "reno").set(Sysctl.IPV4_TCP_RTO_MAX_MS, "5000");
    net.set(Sysctl.IPV4_IP_NO_PMTU_DISC, "1").set(Sysctl.IPV4_TCP_RMEM, "4096 50000 100000");
    assertThat(get(old, TCP, TcpOption.TCP_KEEPIDLE)).isEqualTo(100);
    assertThat(get(old, TCP, TcpOption.TCP_SYNCNT)).isEqualTo(2);
    assertThat(get(old, TCP, TcpOption.TCP_LINGER2)).isEqualTo(5);
    assertThat(get(old, 0, IpOption.IP_TTL)).isEqualTo(33);
    assertThat(get(old, TCP, TcpOption.TCP_RTO_MAX_MS)).isEqualTo(120_000);
    assertThat(get(old, TCP, TcpOption.TCP_CONGESTION)).isEqualTo(0x726262);
    assertThat(get(old, 0, IpOption.IP_MTU_DISCOVER)).isEqualTo(1);
    Sk young = make("tcp4");
    assertThat(get(young, TCP, TcpOption.TCP_RTO_MAX_MS)).isEqualTo(5000);
    assertThat(get(young, TCP, TcpOption.TCP_CONGESTION)).isEqualTo(0x6f6e6572);
    assertThat(get(young, 0, IpOption.IP_MTU_DISCOVER)).isZero();
    assertThat(young.rcvbuf()).isEqualTo(50_000);
  }

  @Test
  void congestionChecksLengthThenMemoryThenNameThenPrivilege() {
    Sk sk = make("tcp4");
    UserMem cubic = UserMem.of("cubic".getBytes(StandardCharsets.US_ASCII));
    Cred nobody = net.nobody();
    assertThat(set(sk, nobody, TCP, TcpOption.TCP_CONGESTION, UserMem.BAD, 0)).isEqualTo("EINVAL");
    assertThat(set(sk, nobody, TCP, TcpOption.TCP_CONGESTION, UserMem.BAD, 5)).isEqualTo("EFAULT");
    assertThat(set(sk, nobody, TCP, TcpOption.TCP_CONGESTION, cubic, 4)).isEqualTo("ENOENT");
    assertThat(set(sk, nobody, TCP, TcpOption.TCP_CONGESTION, cubic, 5)).isEqualTo("EPERM");
    Cred admin = net.withCaps(Capability.CAP_NET_ADMIN);
    assertThat(set(sk, admin, TCP, TcpOption.TCP_CONGESTION, cubic, 5)).isEqualTo("0");
    assertThat(set(sk, nobody, TCP, TcpOption.TCP_CONGESTION, cubic, 5)).isEqualTo("0");
  }

  @Test
  void tosOfStreamKeepsEcnBitsAndSetsPriority() {
    Sk sk = make("tcp4");
    set(sk, 0, IpOption.IP_TOS, 0x13);
    assertThat(get(sk, 0, IpOption.IP_TOS)).isEqualTo(0x10);
    assertThat(sk.priority()).isEqualTo(6);
  }

  /** The value of a live kernel, with the times that depend on its clock made ours. */
  @Test
  void tcpInfoOfNewSockIsThatOfLinux() {
    net.setNowNs(1_000_000_000L * 400);
    byte[] expected = new byte[280];
    String head = "0700000000000001" + "40420f0000000000" + "1802000000000000";
    System.arraycopy(HexFormat.of().parseHex(head), 0, expected, 0, 24);
    UserMem info = UserMem.of(expected);
    for (int at : new int[] {44, 52, 56}) {
      info.putInt(at, 100_000);
    }
    info.putInt(72, 250_000);
    info.putInt(76, Integer.MAX_VALUE);
    info.putInt(80, 10);
    info.putInt(88, 3);
    info.putLong(104, -1);
    info.putLong(112, -1);
    info.putInt(148, -1);
    UserMem value = UserMem.zeroed(300);
    UserMem len = UserMem.ofInt(300);
    Sk sk = make("tcp4");
    assertThat(SocketOptions.getsockopt(sk, net.root(), 1, TCP, TcpOption.TCP_INFO, value, len))
        .isZero();
    assertThat(len.getInt(0)).isEqualTo(280);
    assertThat(value.get(0, 280)).isEqualTo(info.content());
  }

  @Test
  void repairWindowAndSequenceNeedRepairAndPrivilege() {
    Sk sk = make("tcp4");
    UserMem on = UserMem.ofInt(1);
    assertThat(set(sk, net.nobody(), TCP, TcpOption.TCP_REPAIR, on, 4)).isEqualTo("EPERM");
    assertThat(set(sk, net.root(), TCP, TcpOption.TCP_QUEUE_SEQ, on, 4)).isEqualTo("EINVAL");
    set(sk, TCP, TcpOption.TCP_REPAIR, 1);
    assertThat(sk.reuse()).isEqualTo(Sk.SK_FORCE_REUSE);
    set(sk, TCP, TcpOption.TCP_REPAIR_QUEUE, 2);
    set(sk, TCP, TcpOption.TCP_QUEUE_SEQ, 1234);
    assertThat(get(sk, TCP, TcpOption.TCP_QUEUE_SEQ)).isEqualTo(1234);
    UserMem window = UserMem.ofInts(0, 2, 1, 0, 0);
    assertThat(set(sk, net.root(), TCP, TcpOption.TCP_REPAIR_WINDOW, window, 19))
        .isEqualTo("EINVAL");
    assertThat(set(sk, net.root(), TCP, TcpOption.TCP_REPAIR_WINDOW, window, 20))
        .isEqualTo("EINVAL");
    window.putInt(8, 2);
    assertThat(set(sk, net.root(), TCP, TcpOption.TCP_REPAIR_WINDOW, window, 20)).isEqualTo("0");
    set(sk, TCP, TcpOption.TCP_TIMESTAMP, 1000);
    net.setNowNs(7_000_000);
    assertThat(get(sk, TCP, TcpOption.TCP_TIMESTAMP)).isEqualTo(1006);
    set(sk, TCP, TcpOption.TCP_REPAIR, 0);
    assertThat(sk.reuse()).isEqualTo(Sk.SK_NO_REUSE);
  }

  @Test
  void rcvlowatGrowsTheBufferAndTheClampUnlessTheBufferIsFixed() {
    Sk sk = make("tcp4");
    set(sk, TCP, TcpOption.TCP_WINDOW_CLAMP, 5000);
    set(sk, Abi.SOL_SOCKET, SoOption.SO_RCVLOWAT, 80_000);
    assertThat(sk.rcvbuf()).isEqualTo(160_000);
    assertThat(get(sk, TCP, TcpOption.TCP_WINDOW_CLAMP)).isEqualTo(80_000);
    set(sk, Abi.SOL_SOCKET, SoOption.SO_RCVLOWAT, 20_000_000);
    assertThat(get(sk, Abi.SOL_SOCKET, SoOption.SO_RCVLOWAT)).isEqualTo(16_777_216);
    Sk fixed = make("tcp4");
    set(fixed, Abi.SOL_SOCKET, SoOption.SO_RCVBUF, 5000);
    set(fixed, Abi.SOL_SOCKET, SoOption.SO_RCVLOWAT, 80_000);
    assertThat(fixed.rcvbuf()).isEqualTo(10_000);
    assertThat(get(fixed, Abi.SOL_SOCKET, SoOption.SO_RCVLOWAT)).isEqualTo(5000);
  }

  @Test
  void namesAreOfTheFamilyAndRawSocksAreNamedByTheirProtocol() {
    UserMem addr = UserMem.zeroed(28);
    UserMem len = UserMem.ofInt(28);
    assertThat(SockNames.getsockname(make("raw4-253"), addr, len)).isZero();
    assertThat(len.getInt(0)).isEqualTo(16);
    assertThat(HexFormat.of().formatHex(addr.get(0, 16)))
        .isEqualTo("020000fd000000000000000000000000");
    Sk six = make("udp6");
    six.setSport(0x1234);
    len.putInt(0, 4);
    assertThat(SockNames.getsockname(six, addr, len)).isZero();
    assertThat(len.getInt(0)).isEqualTo(28);
    assertThat(HexFormat.of().formatHex(addr.get(0, 4))).isEqualTo("0a001234");
    Sk four = make("tcp4");
    InetOptions.forWrite(four).setRcvSaddr(0x0100007f);
    len.putInt(0, 16);
    assertThat(SockNames.getsockname(four, addr, len)).isZero();
    assertThat(HexFormat.of().formatHex(addr.get(4, 4))).isEqualTo("7f000001");
  }

  @Test
  void pingAsksForAGroupInTheRangeAndForNothingElse() {
    net.set(Sysctl.IPV4_PING_GROUP_RANGE, "1\t0");
    assertThat(initPing(net.root())).isEqualTo("EACCES");
    net.set(Sysctl.IPV4_PING_GROUP_RANGE, "500\t600");
    assertThat(initPing(net.nobody())).isEqualTo("EACCES");
    Cred member = Cred.of(1000, 1000, new int[] {7, 600}, 0, net.userNs());
    assertThat(initPing(member)).isEqualTo("0");
    net.set(Sysctl.IPV4_PING_GROUP_RANGE, "1000\t1000");
    assertThat(initPing(net.nobody())).isEqualTo("0");
  }

  private String initPing(Cred cred) {
    Sk sk = InetSocks.alloc(net, cred, "PING", Abi.AF_INET, Abi.SOCK_DGRAM, Abi.IPPROTO_ICMP);
    return Errno.resultText(sk.ops().init(sk, cred));
  }

  @Test
  void rawIsCountedInUseAndTcpAllocatedUntilDestroyed() {
    Sk raw = make("raw4-1");
    Sk udp = make("udp4");
    assertThat(net.protoInuse()).isEqualTo(1);
    Sk tcp = make("tcp4");
    Sk mptcp = make("mptcp4");
    assertThat(net.allSocketsAllocated()).isEqualTo(2);
    for (Sk sk : new Sk[] {raw, udp, tcp, mptcp}) {
      sk.ops().destroy(sk);
    }
    assertThat(net.protoInuse()).isZero();
    assertThat(net.allSocketsAllocated()).isZero();
  }

  @Test
  void mptcpIsNotThereWhenItIsSwitchedOff() {
    net.set(Sysctl.MPTCP_ENABLED, "0");
    Sk sk =
        InetSocks.alloc(net, net.root(), "MPTCP", Abi.AF_INET, Abi.SOCK_STREAM, Abi.IPPROTO_MPTCP);
    assertThat(Errno.resultText(sk.ops().init(sk, net.root()))).isEqualTo("ENOPROTOOPT");
    assertThat(net.allSocketsAllocated()).isZero();
  }

  /** As on Linux 6.18, which counts from the least length and from no header. */
  @Test
  void optionsOfIpv4GiveASegmentItsLength() {
    net.set(Sysctl.IPV4_TCP_MIN_SND_MSS, "100");
    Sk tcp = make("tcp4");
    Sk tcp6 = make("tcp6");
    for (Sk sk : new Sk[] {tcp, tcp6}) {
      assertThat(get(sk, TCP, TcpOption.TCP_MAXSEG)).isEqualTo(536);
      UserMem nothing = UserMem.ofInt(0);
      assertThat(set(sk, net.root(), 0, IpOption.IP_OPTIONS, nothing, 0)).isEqualTo("0");
    }
    assertThat(get(tcp, TCP, TcpOption.TCP_MAXSEG)).isEqualTo(120);
    assertThat(get(tcp6, TCP, TcpOption.TCP_MAXSEG)).isEqualTo(536);
    set(tcp, TCP, TcpOption.TCP_MAXSEG, 1000);
    assertThat(get(tcp, TCP, TcpOption.TCP_MAXSEG)).isEqualTo(1000);
  }

  @Test
  void mptcpTakesAnyNumberUntilThereIsASubflowToRefuseIt() {
    Sk sk = make("mptcp4");
    assertThat(sk.flag(SockFlag.SK_CUSTOM_SOL_SOCKET)).isTrue();
    set(sk, TCP, TcpOption.TCP_KEEPIDLE, -5);
    assertThat(get(sk, TCP, TcpOption.TCP_KEEPIDLE)).isEqualTo(-5);
    UserMem data = UserMem.ofInts(16, 0, 0, 0);
    assertThat(subflows(sk, data)).isZero();
    assertThat(get(sk, TCP, TcpOption.TCP_MAXSEG)).isEqualTo(536);
    assertThat(subflows(sk, UserMem.ofInts(16, 0, 0, 0))).isEqualTo(1);
    assertThat(set(sk, net.root(), TCP, TcpOption.TCP_KEEPIDLE, UserMem.ofInt(-5), 4))
        .isEqualTo("EINVAL");
    UserMem none = UserMem.ofInt(1);
    assertThat(set(sk, net.root(), Abi.SOL_SOCKET, SoOption.SO_OOBINLINE, none, 4))
        .isEqualTo("EOPNOTSUPP");
  }

  private int subflows(Sk sk, UserMem data) {
    UserMem len = UserMem.ofInt(16);
    int result =
        SocketOptions.getsockopt(
            sk, net.root(), 1, MptcpOption.SOL_MPTCP, MptcpOption.MPTCP_TCPINFO, data, len);
    assertThat(result).isZero();
    return data.getInt(4);
  }

  @Test
  void unknownProtosAndFamiliesHaveNoCalls() {
    assertThat(InetOps.forProto("TCP", Abi.AF_UNIX)).isNull();
    assertThat(InetOps.forProto("SCTP", Abi.AF_INET)).isNull();
    assertThat(InetOps.forProto("UDPLITEv6", Abi.AF_INET6)).isNotNull();
  }
}
