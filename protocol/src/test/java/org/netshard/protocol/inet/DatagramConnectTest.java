package org.netshard.protocol.inet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.TestNet;

/** Peers of datagram socks, over {@code lo}. The expected results were read off Linux 6.18.44. */
class DatagramConnectTest {
  private final TestNet net = new TestNet();
  private final Names names = new Names(net.root());

  private Sk make(String kind) {
    return InetSocks.byKind(net, net.root(), kind);
  }

  @ParameterizedTest
  @CsvSource({
    "udp4, 127.0.0.2:9, 0, 127.0.0.1, 127.0.0.2:9",
    "udp4, 0.0.0.0:9, 0, 127.0.0.1, 127.0.0.1:9",
    "udp4, 127.0.0.1:0, 0, 127.0.0.1, ENOTCONN",
    "udp4, 192.0.2.1:9, ENETUNREACH, 0.0.0.0, ENOTCONN",
    "udp4, 224.0.0.1:9, ENETUNREACH, 0.0.0.0, ENOTCONN",
    "udp4, 255.255.255.255:9, ENETUNREACH, 0.0.0.0, ENOTCONN",
    "udp4, 127.255.255.255:9, EACCES, 0.0.0.0, ENOTCONN",
    "udp4, [::1]:9, EAFNOSUPPORT, 0.0.0.0, ENOTCONN",
    "udp6, [::1]:9, 0, [::1], [::1]:9",
    "udp6, [::]:9, 0, [::1], [::1]:9",
    "udp6, [::ffff:127.0.0.1]:9, 0, [::ffff:127.0.0.1], [::ffff:127.0.0.1]:9",
    "udp6, 127.0.0.1:9, 0, [::ffff:127.0.0.1], [::ffff:127.0.0.1]:9",
    "udp6, [2001:db8::1]:9, ENETUNREACH, [::0], ENOTCONN",
    "udp6, [fe80::1]:9, EINVAL, [::0], ENOTCONN",
    "raw6-58, 127.0.0.1:9, EAFNOSUPPORT, [::0], ENOTCONN",
    "ping4, 127.0.0.1:9, 0, 127.0.0.1, 127.0.0.1:9",
  })
  void connectGivesAPeerAndASource(
      String kind, String to, String result, String source, String peer) {
    Sk sk = make(kind);
    assertThat(names.connect(sk, to)).isEqualTo(result);
    String name = names.name(sk);
    assertThat(name.substring(0, name.lastIndexOf(':'))).isEqualTo(source);
    assertThat(name).doesNotEndWith(":0");
    assertThat(names.peer(sk)).isEqualTo(peer);
  }

  @ParameterizedTest
  @CsvSource({
    "udp4, 0.0.0.0:0, 0.0.0.0:0, 0",
    "udp4, 127.0.0.1:0, 127.0.0.1:0, 0",
    "udp4, 0.0.0.0:5001, 0.0.0.0:5001, EINVAL",
    "udp4, 127.0.0.1:5001, 127.0.0.1:5001, EINVAL",
  })
  void disconnectLeavesWhatTheProgramHasFixed(
      String kind, String bound, String name, String again) {
    Sk sk = make(kind);
    names.bind(sk, bound);
    assertThat(names.connect(sk, "127.0.0.1:9")).isEqualTo("0");
    assertThat(names.peer(sk)).isEqualTo("127.0.0.1:9");
    assertThat(names.disconnect(sk)).isEqualTo("0");
    assertThat(names.peer(sk)).isEqualTo("ENOTCONN");
    assertThat(names.name(sk)).isEqualTo(name);
    assertThat(names.bind(sk, "127.0.0.2:5002")).isEqualTo(again);
  }

  @Test
  void rawSockIsNamedByItsProtocolUntilItIsDisconnected() {
    Sk sk = make("raw4-1");
    assertThat(names.name(sk)).isEqualTo("0.0.0.0:1");
    assertThat(names.connect(sk, "127.0.0.1:7")).isEqualTo("0");
    assertThat(names.bind(sk, "127.0.0.1:0")).isEqualTo("EINVAL");
    names.disconnect(sk);
    assertThat(names.name(sk)).isEqualTo("0.0.0.0:0");
    assertThat(names.bind(sk, "127.0.0.1:0")).isEqualTo("0");
    assertThat(names.bind(sk, "127.0.0.2:0")).isEqualTo("0");
  }

  @Test
  void listenerThatIsDisconnectedKeepsItsNameAndGetsAnotherPort() {
    Sk sk = make("tcp4");
    names.bind(sk, "127.0.0.1:0");
    names.listen(sk);
    String name = names.name(sk);
    assertThat(names.disconnect(sk)).isEqualTo("0");
    assertThat(names.name(sk)).isEqualTo(name);
    assertThat(BindTable.of(net).isEmpty()).isTrue();
    assertThat(names.listen(sk)).isEqualTo("0");
    assertThat(names.name(sk)).isNotEqualTo(name);
  }

  @Test
  void withoutLoopbackNothingIsReached() {
    net.setLoUp(false);
    assertThat(names.connect(make("udp6"), "[::1]:9")).isEqualTo("EADDRNOTAVAIL");
    assertThat(names.bind(make("udp6"), "[::1]:9")).isEqualTo("EADDRNOTAVAIL");
    // An IPv4 route outlives the device once it was up.
    assertThat(names.connect(make("udp4"), "127.0.0.1:9")).isEqualTo("0");
    Sk bound = make("udp4");
    UserMem lo = UserMem.ofInt(1);
    SocketOptions.setsockopt(
        bound, net.root(), Abi.SOL_SOCKET, SoOption.SO_BINDTOIFINDEX, lo, Integer.BYTES);
    assertThat(names.connect(bound, "127.0.0.1:9")).isEqualTo("ENETUNREACH");
  }

  @Test
  void addressesThatTcpCannotReachAreRefused() {
    assertThat(names.connect(make("tcp4"), "192.0.2.1:9")).isEqualTo("ENETUNREACH");
    assertThat(names.connect(make("tcp4"), "127.255.255.255:9")).isEqualTo("ENETUNREACH");
    assertThat(names.connect(make("tcp6"), "[ff02::1]:9")).isEqualTo("ENETUNREACH");
    Sk listener = make("tcp4");
    names.listen(listener);
    assertThat(names.connect(listener, "127.0.0.1:9")).isEqualTo("EISCONN");
  }
}
