package org.netshard.namespace.sysctl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.Machines;
import org.netshard.namespace.net.MachineImage;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.net.NetState;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/** Writes of sysctls, with what a live kernel answered and then showed. */
class SysctlWriteTest {
  private final MachineState machine = Machines.linux();
  private final Cred root = Machines.root(machine);
  private final NetState fresh = Machines.net(machine);

  /** Each row writes into a namespace of its own; {@code ~} stands for a tabulator. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ping_group_range | '4294967294 4294967294' | 21 | 4294967294~4294967294",
        "ping_group_range | '4294967295 4294967295' | EINVAL | 1~0",
        "ping_group_range | '0 2147483648' | 12 | 0~2147483648",
        "ping_group_range | '5 1' | 3 | 1~0",
        "ping_group_range | '7 8 9' | 4 | 7~8",
        "ping_group_range | '7 a' | EINVAL | 1~0",
        "ping_group_range | '-1 5' | EINVAL | 1~0",
        "ping_group_range | ' ' | EINVAL | 1~0",
        "ip_local_port_range | '1 65535' | EINVAL | 32768~60999",
        "ip_local_port_range | '10 5' | EINVAL | 32768~60999",
        "ip_local_port_range | '1024 1024' | 9 | 1024~1024",
        "ip_local_port_range | '2000 3000 4000' | 10 | 2000~3000",
        "ip_local_port_range | '70000 80000' | EINVAL | 32768~60999",
        "ip_unprivileged_port_start | '32769' | EINVAL | 1024",
        "ip_unprivileged_port_start | '32768' | 5 | 32768",
        "tcp_rmem | '5000' | 4 | 5000~131072~33554432",
        "tcp_rmem | '5000 a' | EINVAL | 5000~131072~33554432",
        "tcp_rmem | '4095 0 5' | EINVAL | 4095~131072~33554432",
        "tcp_rmem | '6000 7000 8000 9000' | 15 | 6000~7000~8000",
        "tcp_rmem | '1 2 3x' | EINVAL | 1~2~33554432",
        "tcp_rmem | '0x1000 010 9' | 12 | 4096~8~9",
        "tcp_rmem | '2147483648' | EINVAL | 4096~131072~33554432",
        "tcp_rmem | '12345678901234567890123' | EINVAL | 4096~131072~33554432",
        "tcp_congestion_control | 'cubic' | EPERM | bbr",
        "tcp_congestion_control | 'nosuch' | ENOENT | bbr",
        "tcp_congestion_control | '  reno' | ENOENT | bbr",
        "tcp_congestion_control | 'reno' | 4 | reno",
        "tcp_congestion_control | '' | 0 | bbr",
        "ip_local_reserved_ports | '1-5,7' | 5 | 1-5,7",
        "ip_local_reserved_ports | '70000' | EINVAL | ''",
        "ip_local_reserved_ports | '5-3' | EINVAL | ''",
        "ip_local_reserved_ports | ' 9' | EINVAL | ''",
        "ip_local_reserved_ports | '80 81' | EINVAL | ''",
        "ip_local_reserved_ports | '9,8,10-12,11-15' | 15 | 8-15",
        "ip_default_ttl | '0' | EINVAL | 64",
        "ip_default_ttl | '256' | EINVAL | 64",
        "ip_default_ttl | '1 2' | 3 | 1",
        "ip_default_ttl | '1x' | EINVAL | 64",
        "ip_default_ttl | '+1' | EINVAL | 64",
        "ip_default_ttl | '-' | EINVAL | 64",
        "icmp_ratelimit | '1' | 1 | 4",
        "icmp_ratelimit | '-1' | EINVAL | 1000",
        "icmp_ratelimit | '2147483647' | 10 | 2147483648",
        "tcp_keepalive_time | '13 14' | 3 | 13",
        "tcp_keepalive_time | '8589934' | 7 | 8589934",
        "tcp_keepalive_time | '8589935' | EINVAL | 7200",
        "tcp_keepalive_time | '0X10' | 4 | 16",
        "neigh.lo.locktime | '1' | 1 | 0",
        "neigh.lo.locktime | '2' | 1 | 2",
        "neigh.lo.locktime | '-1' | 2 | -0",
        "neigh.lo.locktime | '2147483647' | 10 | 429496728",
        "neigh.lo.locktime | '2305843012434919423' | 19 | 197568494",
        "ipfrag_low_thresh | '4194305' | EINVAL | 3145728",
        "ipfrag_high_thresh | '18446744073709551615' | 20 | 18446744073709551615",
        "tcp_fastopen_key | '1-2-3-4' | 7 | 00000001-00000002-00000003-00000004",
        "tcp_fastopen_key | 'x' | EINVAL | 00000000-00000000-00000000-00000000",
        "tcp_mem | '1 2 3' | ENOENT | null",
        "tcp_allowed_congestion_control | 'reno' | EPERM | reno bbr",
      })
  void writeEndsAsOnTheLiveKernel(String name, String text, String result, String after) {
    long written = fresh.writeSysctl("net.ipv4." + name, text, root);
    assertThat(Errno.resultText(written)).isEqualTo(result);
    String value = String.valueOf(fresh.readSysctl("net.ipv4." + name, root));
    assertThat(value.replace('\t', '~')).isEqualTo(after);
  }

  @Test
  void openOfAReadOnlyOneIsEaccesAndOfAnAbsentOneEnoent() {
    assertThat(fresh.openSysctl("net.core.rmem_max", false, true, root)).isEqualTo(-13);
    assertThat(fresh.openSysctl("net.core.rmem_max", true, false, root)).isZero();
    assertThat(fresh.openSysctl("net.ipv4.tcp_mem", true, false, root)).isEqualTo(-2);
    assertThat(fresh.openSysctl("net.ipv4.nosuch", true, false, root)).isEqualTo(-2);
    assertThat(machine.initNet().openSysctl("net.ipv4.tcp_mem", false, true, root)).isZero();
  }

  @Test
  void netAdminOfTheOwnerWritesAsTheOwnerOfTheFile() {
    String name = "net.ipv4.tcp_fin_timeout";
    Cred plain = Cred.of(1000, 1000, new int[0], 0, machine.initUserNs());
    Cred admin = plain.withCaps(Capability.CAP_NET_ADMIN.bit(), 0, 0);
    Cred child = plain.inUserNamespace(new UserNamespace(machine.initUserNs(), 1000, false));
    assertThat(fresh.openSysctl(name, false, true, plain)).isEqualTo(-13);
    assertThat(fresh.openSysctl(name, true, false, plain)).isZero();
    assertThat(fresh.openSysctl(name, false, true, admin)).isZero();
    assertThat(fresh.openSysctl(name, false, true, child)).isEqualTo(-13);
    assertThat(fresh.openSysctl(name, false, true, root.withCaps(0, 0, 0))).isZero();
    assertThat(fresh.openSysctl("net.core.rmem_max", false, true, admin)).isEqualTo(-13);
    NetState own = machine.newNetNs(child.userNs(), fresh);
    assertThat(own.openSysctl(name, false, true, child)).isZero();
    assertThat(own.writeSysctl(name, "7", plain)).isEqualTo(1);
    Cred other = Cred.of(1001, 1001, new int[0], 0, machine.initUserNs());
    assertThat(own.writeSysctl(name, "7", other)).isEqualTo(-1);
  }

  @Test
  void aRestrictedCongestionControlBecomesAllowedWhenTheInitialNamespaceTakesIt() {
    NetState init = machine.initNet();
    assertThat(init.writeSysctl("net.ipv4.tcp_congestion_control", "cubic\n", root)).isEqualTo(6);
    assertThat(fresh.readSysctl("net.ipv4.tcp_allowed_congestion_control", root))
        .isEqualTo("reno bbr cubic");
    assertThat(fresh.readSysctl("net.ipv4.tcp_congestion_control", root)).isEqualTo("bbr");
    assertThat(Machines.net(machine).readSysctl("net.ipv4.tcp_congestion_control", root))
        .isEqualTo("cubic");
    assertThat(fresh.writeSysctl("net.ipv4.tcp_congestion_control", "cubic", root)).isEqualTo(5);
  }

  @Test
  void aCongestionControlIsLoadedForWhomHasCapNetAdminIfThereIsAModule() {
    String name = "net.ipv4.tcp_congestion_control";
    String available = "net.ipv4.tcp_available_congestion_control";
    MachineState modular = new MachineState(MachineImage.of("linux-6.18", "modules = [tcp_dctcp]"));
    NetState init = modular.initNet();
    Cred admin = Machines.root(modular);
    assertThat(init.readSysctl(available, admin)).isEqualTo("reno bbr cubic");
    assertThat(init.writeSysctl(name, "dctcp", admin.withCaps(0, 0, 0)))
        .isEqualTo(Errno.ENOENT.negated());
    assertThat(Machines.net(modular).writeSysctl(name, "dctcp", admin))
        .isEqualTo(Errno.EPERM.negated());
    assertThat(init.readSysctl(available, admin)).isEqualTo("reno bbr cubic dctcp");
    assertThat(init.writeSysctl(name, "dctcp", admin)).isEqualTo(5);
    assertThat(Machines.net(modular).writeSysctl(name, "dctcp", admin)).isEqualTo(5);
    assertThat(machine.initNet().writeSysctl(name, "dctcp", root))
        .isEqualTo(Errno.ENOENT.negated());
  }

  @Test
  void forwardingOfAllReachesDefaultAndDevices() {
    fresh.writeSysctl("net.ipv4.ip_forward", "1", root);
    assertThat(fresh.readSysctl("net.ipv4.conf.lo.forwarding", root)).isEqualTo("1");
    assertThat(fresh.readSysctl("net.ipv4.conf.all.forwarding", root)).isEqualTo("1");
    assertThat(machine.initNet().readSysctl("net.ipv4.ip_forward", root)).isEqualTo("0");
  }

  @Test
  void devconfComesFromTheNamespaceThatInheritSays() {
    NetState init = machine.initNet();
    String v4 = "net.ipv4.conf.default.rp_filter";
    String v6 = "net.ipv6.conf.default.accept_ra";
    init.writeSysctl(v4, "2", root);
    init.writeSysctl(v6, "0", root);
    fresh.writeSysctl(v4, "1", root);
    fresh.writeSysctl(v6, "2", root);
    String[][] expected = {{"2", "1"}, {"2", "0"}, {"0", "1"}, {"1", "2"}};
    for (int mode = 0; mode <= 3; mode++) {
      init.writeSysctl("net.core.devconf_inherit_init_net", Integer.toString(mode), root);
      NetState made = machine.newNetNs(machine.initUserNs(), fresh);
      assertThat(made.readSysctl(v4, root)).as("mode %d", mode).isEqualTo(expected[mode][0]);
      assertThat(made.readSysctl(v6, root)).as("mode %d", mode).isEqualTo(expected[mode][1]);
      assertThat(made.readSysctl("net.ipv4.conf.lo.rp_filter", root)).isEqualTo(expected[mode][0]);
    }
  }
}
