package org.netshard.protocol.unix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.inet.Names;
import org.netshard.protocol.profile.ProtoProfile;

/** Names and peers of AF_UNIX socks. The expected results were read off Linux 6.18.44. */
class UnixNamesTest {
  private final TestNet net = new TestNet();
  private final Names names = new Names(net.root());

  private Sk make(int type) {
    return make(net, type);
  }

  private Sk make(TestNet where, int type) {
    Proto proto = new Proto(new ProtoProfile("UNIX", 1, true), 0);
    Sk sk = new Sk(where, proto, UnixOps.INSTANCE, Abi.AF_UNIX, type, 0, net.root());
    sk.ops().init(sk, net.root());
    return sk;
  }

  private Sk stream() {
    return make(Abi.SOCK_STREAM);
  }

  private Sk dgram() {
    return make(Abi.SOCK_DGRAM);
  }

  @Test
  void abstractNameIsTakenOnceForEachTypeAndFreeAgainAfterClose() {
    Sk first = stream();
    assertThat(names.bind(first, "@a")).isEqualTo("0");
    assertThat(names.bind(first, "@b")).isEqualTo("EINVAL");
    assertThat(names.bind(stream(), "@a")).isEqualTo("EADDRINUSE");
    assertThat(names.bind(dgram(), "@a")).isEqualTo("0");
    assertThat(names.bind(make(new TestNet(), Abi.SOCK_STREAM), "@a")).isEqualTo("0");
    assertThat(names.name(first)).isEqualTo("\0a");
    first.ops().destroy(first);
    assertThat(names.bind(stream(), "@a")).isEqualTo("0");
  }

  @Test
  void fileOutlivesTheSocketAndRefusesThen() {
    Sk server = stream();
    assertThat(names.bind(server, "/run/s")).isEqualTo("0");
    assertThat(names.name(server)).isEqualTo("/run/s\0");
    assertThat(names.connect(stream(), "/run/s")).isEqualTo("ECONNREFUSED");
    assertThat(names.connect(dgram(), "/run/s")).isEqualTo("EPROTOTYPE");
    assertThat(names.connect(stream(), "/run/other")).isEqualTo("ENOENT");
    assertThat(names.listen(server)).isEqualTo("0");
    assertThat(names.connect(stream(), "/run/s")).isEqualTo(Integer.toString(SockNames.NEEDS_SOCK));
    server.ops().destroy(server);
    assertThat(names.connect(stream(), "/run/s")).isEqualTo("ECONNREFUSED");
    assertThat(names.bind(stream(), "/run/s")).isEqualTo("EADDRINUSE");
  }

  @Test
  void boundSockThatIsBoundToANewFileLeavesNone() {
    Sk sk = stream();
    names.bind(sk, "@a");
    assertThat(names.bind(sk, "/run/s")).isEqualTo("EINVAL");
    assertThat(names.bind(stream(), "/run/s")).isEqualTo("0");
  }

  @Test
  void kernelChoosesFiveDigits() {
    Sk sk = stream();
    UserMem family = UserMem.of(new byte[] {1, 0});
    assertThat(SockNames.bind(sk, names.caller(), family, 2)).isZero();
    String name = names.name(sk);
    assertThat(name).matches("\0[0-9a-f]{5}");
    assertThat(SockNames.bind(sk, names.caller(), family, 2)).isZero();
    assertThat(names.name(sk)).isEqualTo(name);
  }

  @Test
  void datagramSockHasAPeerThatTakesNobodyElse() {
    Sk server = dgram();
    Sk client = dgram();
    names.bind(server, "@server");
    names.bind(client, "@client");
    assertThat(names.peer(client)).isEqualTo("ENOTCONN");
    assertThat(names.connect(client, "@server")).isEqualTo("0");
    assertThat(names.peer(client)).isEqualTo("\0server");
    assertThat(names.connect(server, "@client")).isEqualTo("0");
    assertThat(names.connect(dgram(), "@server")).isEqualTo("EPERM");
    assertThat(names.disconnect(server)).isEqualTo("0");
    assertThat(server.state()).isEqualTo(Sk.TCP_CLOSE);
    assertThat(names.connect(dgram(), "@server")).isEqualTo("0");
    server.ops().destroy(server);
    assertThat(names.peer(client)).isEqualTo("\0server");
    assertThat(names.connect(client, "@server")).isEqualTo("ECONNREFUSED");
    assertThat(names.listen(client)).isEqualTo("EOPNOTSUPP");
  }

  @Test
  void credentialsNeedAName() {
    Sk client = dgram();
    client.setFlag(SockFlag.SK_SCM_CREDENTIALS, true);
    assertThat(names.connect(client, "@nobody")).isEqualTo("ECONNREFUSED");
    assertThat(names.name(client)).matches("\0[0-9a-f]{5}");
  }

  @Test
  void listenNeedsANameAndTellsWhoListens() {
    Sk server = make(Abi.SOCK_SEQPACKET);
    assertThat(names.listen(server)).isEqualTo("EINVAL");
    names.bind(server, "@q");
    assertThat(names.listen(server)).isEqualTo("0");
    assertThat(server.rare().peerPid()).isEqualTo(names.caller().pid());
    assertThat(names.connect(server, "@q")).isEqualTo("EINVAL");
  }

  @Test
  void otherEndOfAPairThatEndsIsShutDown() {
    Sk one = stream();
    Sk other = stream();
    one.ops().socketpair(one, other, net.root(), 1);
    assertThat(names.peer(one)).isEmpty();
    assertThat(names.connect(one, "@nobody")).isEqualTo("ECONNREFUSED");
    one.ops().destroy(one);
    assertThat(other.shutdown()).isEqualTo(Sk.RCV_SHUTDOWN | Sk.SEND_SHUTDOWN);
    assertThat(names.peer(other)).isEmpty();
    other.ops().destroy(other);
    assertThat(UnixTable.of(net).isEmpty()).isTrue();
    assertThat(net.protoInuse()).isZero();
  }
}
