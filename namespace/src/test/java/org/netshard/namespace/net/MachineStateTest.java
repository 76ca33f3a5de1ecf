package org.netshard.namespace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.Machines;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/** Life, death and counters of network namespaces. */
class MachineStateTest {
  private final MachineState machine = Machines.linux();

  private Proto proto(String name) {
    return Objects.requireNonNull(machine.families().proto(name), name);
  }

  @Test
  void aFreshNamespacePrintsWhatLinuxPrints() {
    NetState net = Machines.net(machine);
    machine.pool(Proto.Pool.TCP).add(242, 0, 0);
    machine.addSocketsAllocated(proto("TCP"), 1);
    assertThat(ProcNet.sockstat(net))
        .isEqualTo(
            """
            sockets: used 0
            TCP: inuse 0 orphan 0 tw 0 alloc 1 mem 242
            UDP: inuse 0 mem 0
            UDPLITE: inuse 0
            RAW: inuse 0
            FRAG: inuse 0 memory 0
            """);
    assertThat(ProcNet.sockstat6(net))
        .isEqualTo(
            """
            TCP6: inuse 0
            UDP6: inuse 0
            UDPLITE6: inuse 0
            RAW6: inuse 0
            FRAG6: inuse 0 memory 0
            """);
    List<String> lines = ProcNet.protocols(net).lines().toList();
    assertThat(lines).hasSize(19);
    assertThat(lines.get(0))
        .isEqualTo(
            "protocol  size sockets  memory press maxhdr  slab module     "
                + "cl co di ac io in de sh ss gs se re bi br ha uh gp em");
    assertThat(lines.get(1))
        .isEqualTo(
            "AF_VSOCK  1240      0      -1   NI       0   yes  kernel     "
                + " y  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n");
    assertThat(lines.get(10))
        .isEqualTo(
            "UNIX-STREAM 1152      0      -1   NI       0   yes  kernel     "
                + " y  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n");
    assertThat(lines.get(17))
        .isEqualTo(
            "TCP       2304      0     242   no     192   yes  kernel     "
                + " y  y  y  y  y  y  y  y  y  y  y  y  n  y  y  y  y  y");
  }

  @Test
  void countersArePerNamespaceAndMemoryIsTheMachines() {
    NetState net = Machines.net(machine);
    NetState other = Machines.net(machine);
    net.addProtoInuse(proto("RAW"), 2);
    net.addSocketsUsed(3);
    assertThat(ProcNet.sockstat(net)).contains("sockets: used 3\n", "RAW: inuse 2\n");
    assertThat(ProcNet.sockstat(other)).contains("sockets: used 0\n", "RAW: inuse 0\n");
    assertThatThrownBy(() -> other.addSocketsUsed(-1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void makingNeedsPrivilegeThenRoom() {
    UserNamespace child = new UserNamespace(machine.initUserNs(), 1000, false);
    Cred plain = Cred.of(1000, 1000, new int[0], 0, machine.initUserNs());
    Cred inside = Cred.of(1000, 1000, new int[0], Capability.ALL, child);
    machine.initUserNs().setNetNamespacesMax(1);
    assertThat(machine.mayCopyNetNs(plain, machine.initUserNs())).isEqualTo(-1);
    assertThat(machine.mayCopyNetNs(inside, machine.initUserNs())).isEqualTo(-1);
    assertThat(machine.mayCopyNetNs(plain, child)).isZero();
    NetState net = machine.newNetNs(child, machine.initNet());
    assertThat(machine.mayCopyNetNs(inside, child)).isEqualTo(Errno.ENOSPC.negated());
    assertThat(machine.mayCopyNetNs(plain, machine.initUserNs())).isEqualTo(Errno.EPERM.negated());
    net.put();
    assertThat(machine.mayCopyNetNs(inside, child)).isEqualTo(Errno.ENOSPC.negated());
    machine.runCleanup();
    assertThat(machine.mayCopyNetNs(inside, child)).isZero();
    assertThat(child.netNamespaceCount(0)).isZero();
  }

  @Test
  void theLastReferenceQueuesTheNamespaceAndCleanupEndsTheBatchBackwards() {
    NetState first = Machines.net(machine);
    NetState second = Machines.net(machine);
    NetState third = Machines.net(machine);
    assertThat(List.of(first.cookie(), second.cookie(), third.cookie()))
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(first.passive()).isEqualTo(1 + 8);
    second.get();
    first.put();
    second.put();
    third.put();
    assertThat(second.alive()).isTrue();
    assertThatThrownBy(first::get).isInstanceOf(IllegalStateException.class);
    assertThat(machine.namespaceCount()).isEqualTo(4);
    assertThat(machine.runCleanup()).containsExactly(third, first);
    assertThat(first.passive()).isZero();
    assertThat(machine.namespaceCount()).isEqualTo(2);
    assertThat(machine.next(machine.initNet())).isSameAs(second);
    assertThat(machine.next(second)).isNull();
    assertThat(Machines.net(machine).inum()).isEqualTo(first.inum());
    assertThat(Machines.net(machine).cookie()).isGreaterThan(third.cookie());
  }

  @Test
  void aNamespaceThatEndsWithSocketsIsABug() {
    NetState net = Machines.net(machine);
    net.addProtoInuse(proto("UNIX"), 1);
    net.put();
    assertThatThrownBy(machine::runCleanup)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("UNIX 1");
  }

  @Test
  void userMaxNetNamespacesIsEachUserNamespacesOwnAndNeedsCapSysResource() {
    NetState init = machine.initNet();
    Cred root = Machines.root(machine);
    Cred without = root.withCaps(Capability.ALL & ~Capability.CAP_SYS_RESOURCE.bit(), 0, 0);
    assertThat(init.openSysctl("user.max_net_namespaces", false, true, without))
        .isEqualTo(Errno.EACCES.negated());
    assertThat(init.writeSysctl("user.max_net_namespaces", "5", root)).isEqualTo(1);
    assertThat(machine.initUserNs().netNamespacesMax()).isEqualTo(5);
    UserNamespace child = new UserNamespace(machine.initUserNs(), 0, true);
    assertThat(init.readSysctl("user.max_net_namespaces", Machines.root(child)))
        .isEqualTo("2147483647");
  }

  @Property(tries = 50)
  void everyReferenceThatIsGivenBackLeavesNothing(
      @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 999) Integer> steps) {
    MachineState some = Machines.linux();
    List<NetState> alive = new ArrayList<>();
    List<NetState> references = new ArrayList<>();
    for (int step : steps) {
      if (step % 4 == 0 || alive.isEmpty()) {
        NetState net = Machines.net(some);
        alive.add(net);
        references.add(net);
      } else if (step % 4 == 1) {
        NetState net = alive.get(step / 4 % alive.size());
        net.get();
        references.add(net);
      } else if (step % 4 == 2) {
        NetState net = references.remove(step / 4 % references.size());
        net.put();
        alive.removeIf(candidate -> !candidate.alive());
      } else {
        some.runCleanup();
        assertThat(some.namespaceCount()).isEqualTo(alive.size() + 1);
      }
      assertThat(alive).allMatch(references::contains);
    }
    references.forEach(NetState::put);
    some.runCleanup();
    assertThat(some.namespaceCount()).isEqualTo(1);
    assertThat(some.initUserNs().netNamespaceCount(0)).isZero();
    assertThat(some.next(some.initNet())).isNull();
  }
}
