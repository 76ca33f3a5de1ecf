package org.netshard.namespace.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.Machines;
import org.netshard.protocol.core.Mib;

class ProcMibsTest {
  private final MachineState machine = Machines.linux();
  private final NetState net = Machines.net(machine);

  @Test
  void everyCounterIsInOneOfTheFilesUnderItsName() {
    String before = text(net);
    for (Mib mib : Mib.values()) {
      net.addMib(mib, 70_000 + mib.ordinal());
    }
    String after = text(net);
    for (Mib mib : Mib.values()) {
      String value = Integer.toString(70_000 + mib.ordinal());
      assertThat(after.split("\\b" + value + "\\b", -1)).as(mib.name()).hasSize(2);
      assertThat(before).doesNotContain(value);
    }
    assertThat(ProcMibs.snmp6(net))
        .contains(
            "Udp6RcvbufErrors                \t" + (70_000 + Mib.UDP6_RCVBUF_ERRORS.ordinal()));
    assertThat(text(machine.initNet())).isEqualTo(before);
  }

  private static String text(NetState of) {
    return ProcMibs.netstat(of) + ProcMibs.snmp(of) + ProcMibs.snmp6(of);
  }

  @Test
  void aLineOfNamesHasAsManyValues() {
    List<String> lines = (ProcMibs.netstat(net) + ProcMibs.snmp(net)).lines().toList();
    for (int i = 0; i < lines.size(); i += 2) {
      assertThat(lines.get(i).split(" ", -1).length)
          .isEqualTo(lines.get(i + 1).split(" ", -1).length);
    }
    assertThat(lines).contains("Ip: 2 64 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0");
    assertThat(lines).contains("Tcp: 1 200 120000 -1 0 0 0 0 0 0 0 0 0 0 0");
  }

  @Test
  void forwardingAndTtlAreThoseOfTheNamespace() {
    net.writeSysctl("net.ipv4.ip_forward", "1", Machines.root(machine));
    net.writeSysctl("net.ipv4.ip_default_ttl", "7", Machines.root(machine));
    assertThat(ProcMibs.snmp(net)).contains("\nIp: 1 7 0 ");
  }
}
