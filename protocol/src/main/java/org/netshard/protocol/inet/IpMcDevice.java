package org.netshard.protocol.inet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;

/**
 * The groups that devices of a namespace have joined, for all socks together.
 *
 * <p><b>Source:</b> {@code net/ipv4/igmp.c}: {@code ip_mc_inc_group}, {@code ip_mc_dec_group},
 * {@code ip_check_mc_rcu}; {@code net/ipv6/mcast.c}: {@code __ipv6_dev_mc_inc}, {@code
 * ipv6_chk_mcast_addr}.
 *
 * <p><b>Differs from Linux:</b> sources that no sock wants are let through to the socks, which look
 * at them themselves; no membership is reported to others, as {@code lo} has none.
 */
public final class IpMcDevice {
  private static final NetGeneric<IpMcDevice> KEY = new NetGeneric<>(IpMcDevice::new);
  private static final int ALL_HOSTS = 0x010000e0;

  private final TreeMap<byte[], IpMcGroup> groups = new TreeMap<>(Arrays::compareUnsigned);
  private long joined;

  private IpMcDevice() {}

  private static byte[] key(int ifindex, byte[] group) {
    return ByteBuffer.allocate(Integer.BYTES + group.length).putInt(ifindex).put(group).array();
  }

  /** A sock has a new membership. */
  public static void join(NetNs net, McList.Entry entry) {
    IpMcDevice all = net.generic(KEY);
    IpMcGroup group =
        all.groups.computeIfAbsent(
            key(entry.ifindex(), entry.group()),
            missing -> new IpMcGroup(entry.ifindex(), entry.group(), ++all.joined));
    group.addUser(1);
    group.addSources(entry);
  }

  /** The filter of a membership is another now ({@code ip_mc_add_src}, {@code ip_mc_del_src}). */
  public static void change(NetNs net, McList.Entry old, McList.Entry replacement) {
    IpMcGroup group = net.generic(KEY).groups.get(key(old.ifindex(), old.group()));
    if (group == null) {
      throw new IllegalStateException("the filter of a group that nobody has joined");
    }
    group.addSources(replacement);
    group.removeSources(old);
  }

  /** A sock has left a group. */
  public static void leave(NetNs net, McList.Entry entry) {
    IpMcDevice all = net.generic(KEY);
    byte[] key = key(entry.ifindex(), entry.group());
    IpMcGroup group = all.groups.get(key);
    if (group == null) {
      throw new IllegalStateException("a group that nobody has joined is left");
    }
    group.removeSources(entry);
    group.addUser(-1);
    if (group.users() == 0) {
      all.groups.remove(key);
    }
  }

  /** A sock ends and leaves all groups ({@code ip_mc_drop_socket}). */
  public static void leaveAll(NetNs net, McList list) {
    for (McList.Entry entry : list.entries()) {
      leave(net, entry);
    }
  }

  /** Whether somebody has joined a group on a device; all are in that of all hosts. */
  public static boolean isMember(NetNs net, int ifindex, int group) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return group == ALL_HOSTS || isMember(net, ifindex, bytes.putInt(group).array());
  }

  /** Whether somebody has joined a group of so many bytes on a device. */
  public static boolean isMember(NetNs net, int ifindex, byte[] group) {
    return net.generic(KEY).groups.containsKey(key(ifindex, group));
  }

  /**
   * The groups that socks have joined on a device, the newest first.
   *
   * @param bytes 4 for those of IPv4, 16 for those of IPv6
   */
  public static List<IpMcGroup> groups(NetNs net, int ifindex, int bytes) {
    return net.generic(KEY).groups.values().stream()
        .filter(group -> group.ifindex() == ifindex && group.group().length == bytes)
        .sorted(Comparator.comparingLong(IpMcGroup::serial).reversed())
        .toList();
  }
}
