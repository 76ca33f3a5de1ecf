package org.netshard.namespace.net;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.inet.IpMcDevice;
import org.netshard.protocol.inet.IpMcGroup;

/**
 * The text of files of {@code /proc/net} about multicast groups.
 *
 * <p><b>Source:</b> {@code net/ipv4/igmp.c}: {@code igmp_mc_seq_show}, {@code igmp_mcf_seq_show},
 * {@code igmp_mcf_get_first}; {@code net/ipv6/mcast.c}: {@code igmp6_mc_seq_show}, {@code
 * igmp6_mcf_seq_show}, {@code mca_alloc}.
 *
 * <p><b>Differs from Linux:</b> the groups of the kernel come last, also after those that were
 * joined before the device came up; nothing is reported, so that no timer runs.
 */
final class ProcMulticast {
  private static final int BYTES4 = 4;
  private static final int BYTES6 = 16;
  private static final byte[] ALL_HOSTS = {(byte) 224, 0, 0, 1};
  private static final byte[] ALL_NODES = HexFormat.of().parseHex("ff02" + "0".repeat(27) + "1");
  private static final byte[] NODE_LOCAL = HexFormat.of().parseHex("ff01" + "0".repeat(27) + "1");

  /** The groups that are there before any sock joins one, in their order. */
  private static final List<ByteBuffer> OF_KERNEL =
      List.of(wrap(ALL_HOSTS), wrap(ALL_NODES), wrap(NODE_LOCAL));

  private static final int SCOPE_LINKLOCAL = 2;

  /** {@code MAF_LOADED}: the device was told. */
  private static final int LOADED = 4;

  /** {@code MAF_NOREPORT}. */
  private static final int NOREPORT = 8;

  private ProcMulticast() {}

  private static ByteBuffer wrap(byte[] group) {
    return ByteBuffer.wrap(group);
  }

  /** {@code /proc/net/igmp}. */
  static String igmp(NetState net) {
    StringBuilder text =
        new StringBuilder("Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n");
    for (NetDevice dev : net.devices()) {
      List<IpMcGroup> groups = IpMcDevice.groups(net, dev.ifindex(), BYTES4);
      int others = (int) groups.stream().filter(g -> !Arrays.equals(g.group(), ALL_HOSTS)).count();
      int count = others + (dev.isUp() || others < groups.size() ? 1 : 0);
      if (count == 0) {
        continue;
      }
      text.append(
          String.format(
              Locale.ROOT, "%d\t%-10s: %5d %7s\n", dev.ifindex(), dev.name(), count, "V3"));
      for (IpMcGroup group : groups) {
        if (!Arrays.equals(group.group(), ALL_HOSTS)) {
          text.append(line4(group.group(), group.users()));
        }
      }
      if (count > others) {
        text.append(line4(ALL_HOSTS, users(groups, ALL_HOSTS) + (dev.isUp() ? 1 : 0)));
      }
    }
    return text.toString();
  }

  /** How many socks have joined a group of the kernel's. */
  private static int users(List<IpMcGroup> groups, byte[] address) {
    return groups.stream()
        .filter(group -> Arrays.equals(group.group(), address))
        .mapToInt(IpMcGroup::users)
        .sum();
  }

  private static String line4(byte[] group, int users) {
    int number = 0;
    for (int i = BYTES4 - 1; i >= 0; i--) {
      number = (number << Byte.SIZE) | (group[i] & 0xff);
    }
    return String.format(Locale.ROOT, "\t\t\t\t%08X %5d %d:%08X\t\t%d\n", number, users, 0, 0, 0);
  }

  /** {@code /proc/net/igmp6}: each device is in the groups of all nodes. */
  static String igmp6(NetState net) {
    StringBuilder text = new StringBuilder();
    for (NetDevice dev : net.devices()) {
      List<IpMcGroup> groups = IpMcDevice.groups(net, dev.ifindex(), BYTES6);
      for (IpMcGroup group : groups) {
        if (!OF_KERNEL.contains(wrap(group.group()))) {
          text.append(line6(dev, group.group(), group.users()));
        }
      }
      for (byte[] group : List.of(ALL_NODES, NODE_LOCAL)) {
        text.append(line6(dev, group, users(groups, group) + 1));
      }
    }
    return text.toString();
  }

  private static String line6(NetDevice dev, byte[] group, int users) {
    boolean near = (group[1] & 0xf) < SCOPE_LINKLOCAL;
    boolean silent = near || Arrays.equals(group, ALL_NODES);
    return String.format(
        Locale.ROOT,
        "%-4d %-15s %s %5d %08X %d\n",
        dev.ifindex(),
        dev.name(),
        HexFormat.of().formatHex(group),
        users,
        (near ? 0 : LOADED) | (silent ? NOREPORT : 0),
        0);
  }

  /** {@code /proc/net/mcfilter}. */
  static String mcfilter(NetState net) {
    String head =
        String.format(
            Locale.ROOT,
            "%3s %6s %10s %10s %6s %6s\n",
            "Idx",
            "Device",
            "MCA",
            "SRC",
            "INC",
            "EXC");
    return head + sources(net, BYTES4, "0x");
  }

  /** {@code /proc/net/mcfilter6}. */
  static String mcfilter6(NetState net) {
    String head =
        String.format(
            Locale.ROOT,
            "%3s %6s %32s %32s %6s %6s\n",
            "Idx",
            "Device",
            "Multicast Address",
            "Source Address",
            "INC",
            "EXC");
    return head + sources(net, BYTES6, "");
  }

  /**
   * The sources of all groups. Linux begins with the first device whose newest group has some, and
   * goes on from there.
   */
  private static String sources(NetState net, int bytes, String prefix) {
    StringBuilder text = new StringBuilder();
    boolean begun = false;
    for (NetDevice dev : net.devices()) {
      List<IpMcGroup> groups = new ArrayList<>(IpMcDevice.groups(net, dev.ifindex(), bytes));
      groups.sort(Comparator.comparingInt(group -> OF_KERNEL.indexOf(wrap(group.group()))));
      begun |= !groups.isEmpty() && !groups.get(0).sources().isEmpty();
      for (IpMcGroup group : begun ? groups : List.<IpMcGroup>of()) {
        for (IpMcGroup.Source source : group.sources()) {
          text.append(
              String.format(
                  Locale.ROOT,
                  "%3d %6.6s %s %s %6d %6d\n",
                  dev.ifindex(),
                  dev.name(),
                  prefix + HexFormat.of().formatHex(group.group()),
                  prefix + HexFormat.of().formatHex(source.address()),
                  source.include(),
                  source.exclude()));
        }
      }
    }
    return text.toString();
  }
}
