package org.netshard.namespace.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.Machines;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.task.Task;

/** Files of {@code /proc/net} of a namespace. The texts were read off Linux 6.18.44. */
class ProcNetFilesTest {
  private static final String NO_ROUTE =
      "00000000000000000000000000000000 00 00000000000000000000000000000000 00"
          + " 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n";

  private final TestFiles files = new TestFiles(CgroupVersion.V2);
  private final Task root = files.root();
  private NetState net = files.machine.initNet();

  @BeforeEach
  void enterAFreshNamespace() {
    net = Machines.net(files.machine);
    root.setNet(net);
  }

  private String cat(String name) {
    return files.cat(root, "/proc/net/" + name);
  }

  @Test
  void loopbackThatWasNeverUpHasNoAddresses() {
    assertThat(cat("if_inet6")).isEmpty();
    assertThat(cat("ipv6_route")).isEqualTo(NO_ROUTE + NO_ROUTE);
    assertThat(cat("dev"))
        .endsWith(
            "    lo:       0       0    0    0    0     0          0         0"
                + "        0       0    0    0    0     0       0          0\n");
    assertThat(cat("igmp"))
        .isEqualTo("Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n");
    assertThat(cat("route")).isEmpty();
  }

  @Test
  void loopbackThatIsUpHasItsAddressesAndRoutes() {
    net.setLoUp(true);
    assertThat(cat("if_inet6"))
        .isEqualTo("00000000000000000000000000000001 01 80 10 80       lo\n");
    assertThat(cat("ipv6_route"))
        .isEqualTo(
            NO_ROUTE
                + "00000000000000000000000000000001 80 00000000000000000000000000000000 00"
                + " 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo\n"
                + NO_ROUTE);
    assertThat(cat("igmp"))
        .endsWith("1\tlo        :     1      V3\n\t\t\t\t010000E0     1 0:00000000\t\t0\n");
    assertThat(cat("route")).hasSize(128).startsWith("Iface\tDestination\tGateway \tFlags\t");
    net.setLoUp(false);
    assertThat(cat("ipv6_route")).isEqualTo(NO_ROUTE + NO_ROUTE);
  }

  @Test
  void listsWithoutSocketsAreTheirHeads() {
    assertThat(cat("udp")).hasSize(128).startsWith("   sl  local_address rem_address   st ");
    assertThat(cat("udp6")).hasLineCount(1).startsWith("  sl  local_address      ");
    assertThat(cat("raw")).hasLineCount(1).endsWith(" ref pointer drops\n");
    assertThat(cat("icmp")).hasSize(128).startsWith("  sl  local_address rem_address   st ");
    assertThat(cat("unix")).isEqualTo("Num       RefCount Protocol Flags    Type St Inode Path\n");
    assertThat(cat("packet"))
        .isEqualTo("sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n");
    assertThat(cat("netlink").lines().skip(1).map(line -> line.substring(17, 33)))
        .startsWith("0   0          0", "4   0          0")
        .hasSize(8);
  }
}
