package org.netshard.protocol.inet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.ping.PingTable;
import org.netshard.protocol.raw.RawTable;
import org.netshard.protocol.udp.UdpTable;

/** Any calls about addresses, in any order: what the tables of ports hold then. */
class PortTablesProperties {
  private static final String[] KINDS = {
    "tcp4", "tcp6", "mptcp4", "udp4", "udp6", "udplite4", "ping4", "ping6", "raw4-1", "raw6-58"
  };

  private static final String[] ADDRESSES = {
    "127.0.0.1:5000",
    "127.0.0.2:5000",
    "0.0.0.0:5000",
    "0.0.0.0:0",
    "127.0.0.1:0",
    "[::]:5000",
    "[::1]:5000",
    "[::ffff:127.0.0.1]:5000",
    "[::1]:0"
  };

  /** One call: of a sock that is there, or first makes one. */
  record Step(int call, int sock, int address, boolean reuse, boolean reuseport) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 6),
            Arbitraries.integers().between(0, 63),
            Arbitraries.integers().between(0, ADDRESSES.length - 1),
            Arbitraries.of(true, false),
            Arbitraries.of(true, false))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  private final TestNet net = new TestNet();

  @Property(tries = 2000)
  void noTwoSocksHaveOnePortWithoutLeaveAndAfterTheEndNobodyHasAny(
      @ForAll("steps") List<Step> steps) {
    net.set(Sysctl.IPV4_IP_LOCAL_PORT_RANGE, "5000\t5003");
    List<Sk> socks = new ArrayList<>();
    for (Step step : steps) {
      perform(step, socks);
      checkPairs(socks);
    }
    socks.forEach(sk -> sk.ops().destroy(sk));
    assertThat(BindTable.of(net).isEmpty()).isTrue();
    assertThat(UdpTable.of(net, false).isEmpty()).isTrue();
    assertThat(UdpTable.of(net, true).isEmpty()).isTrue();
    assertThat(PingTable.of(net).isEmpty()).isTrue();
    assertThat(RawTable.of(net).isEmpty()).isTrue();
    assertThat(net.protoInuse()).isZero();
  }

  private void perform(Step step, List<Sk> socks) {
    if (step.call() <= 1 || socks.isEmpty()) {
      Sk made = InetSocks.byKind(net, net.root(), KINDS[step.sock() % KINDS.length]);
      made.setReuse(step.reuse() ? Sk.SK_CAN_REUSE : Sk.SK_NO_REUSE);
      made.setFlag(SockFlag.SK_REUSEPORT, step.reuseport());
      socks.add(made);
      return;
    }
    Names names = new Names(net.root());
    Sk sk = socks.get(step.sock() % socks.size());
    String address = ADDRESSES[step.address()];
    switch (step.call()) {
      case 2, 3 -> names.bind(sk, address);
      case 4 -> names.listen(sk);
      case 5 -> names.connect(sk, address);
      default -> names.disconnect(sk);
    }
    if (step.call() == 6 && step.reuse()) {
      sk.ops().destroy(sk);
      socks.remove(sk);
    }
  }

  /** Two socks that were bound without any leave to share have no address in common. */
  private static void checkPairs(List<Sk> socks) {
    for (Sk sk : socks) {
      for (Sk other : socks) {
        boolean table = sk.isTcp() ? other.isTcp() : sk.protocol() == other.protocol();
        boolean ports =
            sk.num() != 0 && sk.num() == other.num() && !sk.proto().name().equals("RAW");
        if (sk == other
            || !table
            || !ports
            || sharing(sk)
            || sharing(other)
            || connected(sk, other)) {
          continue;
        }
        assertThat(RcvSaddr.equal(sk, other, true))
            .as("%s and %s on port %d", RcvSaddr.of(sk), RcvSaddr.of(other), sk.num())
            .isFalse();
      }
    }
  }

  private static boolean sharing(Sk sk) {
    return sk.reuse() != Sk.SK_NO_REUSE
        || sk.flag(SockFlag.SK_REUSEPORT)
        || sk.proto().name().startsWith("RAW");
  }

  /** Connecting and disconnecting give a sock in the table another address, unasked. */
  private static boolean connected(Sk sk, Sk other) {
    return sk.dport() != 0 || other.dport() != 0 || !sk.locked(Sk.SOCK_BINDADDR_LOCK);
  }
}
