package org.netshard.namespace.sysctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.netshard.namespace.Machines;
import org.netshard.namespace.OracleTable;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.net.NetState;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;

/** The sysctls of the built-in profile against the tables of a live kernel. */
class SysctlTableTest {
  private final MachineState machine = Machines.linux();
  private final Cred root = Machines.root(machine);
  private final NetState init = machine.initNet();
  private final NetState fresh = Machines.net(machine);

  @ParameterizedTest
  @ValueSource(strings = {"netns_sysctl", "netns_sysctl_other_trees"})
  void namesModesAndValuesAreThoseOfTheTable(String table) {
    List<String> differences = new ArrayList<>();
    int compared = 0;
    for (Map<String, String> row : OracleTable.rows(table)) {
      String path = get(row, "path");
      if (ofOtherDevice(path)) {
        continue;
      }
      compared++;
      check(differences, row, "init", init);
      check(differences, row, "fresh", fresh);
    }
    assertThat(differences).isEmpty();
    assertThat(compared).isGreaterThan(100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"netns_sysctl", "netns_sysctl_other_trees"})
  void writesInAFreshNamespaceEndAsInTheTable(String table) {
    List<String> differences = new ArrayList<>();
    int compared = 0;
    for (Map<String, String> row : OracleTable.rows(table)) {
      String result = get(row, "write_result");
      String path = get(row, "path");
      if (!result.equals("OK") || ofOtherDevice(path) || path.startsWith("net/netfilter")) {
        continue;
      }
      compared++;
      NetState net = Machines.net(machine);
      String name = path.replace('/', '.');
      String before = Objects.toString(init.readSysctl(name, root));
      long written = net.writeSysctl(name, get(row, "wrote_in_fresh"), root);
      String after = normal(net.readSysctl(name, root));
      NetState nested = machine.newNetNs(machine.initUserNs(), net);
      boolean isolated = before.equals(init.readSysctl(name, root));
      boolean inherited = after.equals(normal(nested.readSysctl(name, root)));
      if (written <= 0 || !after.equals(get(row, "fresh_after")) || !isolated || inherited) {
        differences.add(row + " -> " + written + " " + after);
      }
    }
    assertThat(differences).isEmpty();
    assertThat(compared).isGreaterThan(50);
  }

  @Test
  void tcpBuffersAndCongestionControlAreCopiedFromTheInitialNamespace() {
    for (Map<String, String> row : OracleTable.rows("netns_inherit")) {
      MachineState other = Machines.linux();
      String name = get(row, "sysctl").replace('/', '.');
      String now = get(row, "init_now").replace(' ', '\t');
      assertThat(normal(other.initNet().readSysctl(name, root)))
          .isEqualTo(get(row, "init_first_seen"));
      if (!now.equals(other.initNet().readSysctl(name, root))) {
        assertThat(other.initNet().writeSysctl(name, now, Machines.root(other)))
            .isEqualTo(now.length());
      }
      NetState made = Machines.net(other);
      assertThat(normal(made.readSysctl(name, root))).isEqualTo(get(row, "fresh_netns"));
      String written = get(row, "written_in_the_fresh_netns");
      if (!written.equals("-")) {
        made.writeSysctl(name, written, Machines.root(other));
        assertThat(normal(made.readSysctl(name, root))).isEqualTo(written);
      }
      NetState nested = other.newNetNs(other.initUserNs(), made);
      assertThat(normal(nested.readSysctl(name, root))).isEqualTo(get(row, "netns_made_from_it"));
    }
  }

  @Test
  void everySysctlThatTheModelReadsHasItsNumbers() {
    assertThat(fresh.sysctl(Sysctl.IPV4_TCP_RMEM, 1)).isEqualTo(131072);
    assertThat(fresh.sysctl(Sysctl.IPV4_TCP_WMEM, 2)).isEqualTo(4194304);
    assertThat(fresh.sysctl(Sysctl.CORE_RMEM_MAX)).isEqualTo(4194304);
    assertThat(fresh.sysctlText(Sysctl.IPV4_TCP_CONGESTION_CONTROL)).isEqualTo("bbr");
    init.writeSysctl("net.core.rmem_max", "5000", root);
    assertThat(fresh.sysctl(Sysctl.CORE_RMEM_MAX)).isEqualTo(5000);
    assertThat(fresh.writeSysctl("net.core.somaxconn", "7", root)).isEqualTo(1);
    assertThat(fresh.sysctl(Sysctl.CORE_SOMAXCONN)).isEqualTo(7);
    assertThat(init.sysctl(Sysctl.CORE_SOMAXCONN)).isEqualTo(4096);
    assertThat(fresh.sysctls().changedCount()).isEqualTo(1);
  }

  private void check(
      List<String> differences, Map<String, String> row, String which, NetState net) {
    String name = get(row, "path").replace('/', '.');
    if (name.endsWith("unres_qlen_bytes") || name.equals("net.ipv6.route.gc_min_interval_ms")) {
      // Read after the probe had written unres_qlen and gc_min_interval, the same values.
      return;
    }
    int found = net.openSysctl(name, false, false, root);
    if (get(row, "mode_" + which).equals("-")) {
      if (found != Errno.ENOENT.negated()) {
        differences.add(row + " exists in " + which);
      }
      return;
    }
    int mode = Integer.parseInt(get(row, "mode_" + which), 8);
    boolean readable = net.openSysctl(name, true, false, root) == 0;
    boolean writable = net.openSysctl(name, false, true, root) == 0;
    String value = normal(net.readSysctl(name, root));
    String expected = get(row, "value_" + which);
    if (found != 0
        || readable != ((mode & 0400) != 0)
        || writable != ((mode & 0200) != 0)
        || !value.equals(expected.startsWith("<") ? "null" : expected)) {
      differences.add(row + " " + which + " " + readable + writable + " " + value);
    }
  }

  private static boolean ofOtherDevice(String path) {
    return path.matches("net/ipv[46]/(conf|neigh)/(?!all|default|lo/).*");
  }

  private static String normal(@org.jspecify.annotations.Nullable String value) {
    return Objects.toString(value).replace('\t', ' ');
  }

  private static String get(Map<String, String> row, String column) {
    return Objects.requireNonNull(row.get(column), column);
  }
}
