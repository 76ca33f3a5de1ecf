package org.netshard.protocol.inet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
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

  private final TreeMap<byte[], Integer> users = new TreeMap<>(Arrays::compareUnsigned);

  private IpMcDevice() {}

  private static byte[] key(int ifindex, byte[] group) {
    return ByteBuffer.allocate(Integer.BYTES + group.length).putInt(ifindex).put(group).array();
  }

  /** A sock has joined a group, of 4 or 16 bytes, on a device. */
  public static void join(NetNs net, int ifindex, byte[] group) {
    net.generic(KEY).users.merge(key(ifindex, group), 1, Integer::sum);
  }

  /** A sock has left it. */
  public static void leave(NetNs net, int ifindex, byte[] group) {
    net.generic(KEY)
        .users
        .computeIfPresent(key(ifindex, group), (key, count) -> count == 1 ? null : count - 1);
  }

  /** A sock ends and leaves all groups ({@code ip_mc_drop_socket}). */
  public static void leaveAll(NetNs net, McList list) {
    for (McList.Entry entry : list.entries()) {
      leave(net, entry.ifindex(), entry.group());
    }
  }

  /** Whether somebody has joined a group on a device; all are in that of all hosts. */
  public static boolean isMember(NetNs net, int ifindex, int group) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return group == ALL_HOSTS || isMember(net, ifindex, bytes.putInt(group).array());
  }

  /** Whether somebody has joined a group of so many bytes on a device. */
  public static boolean isMember(NetNs net, int ifindex, byte[] group) {
    return net.generic(KEY).users.containsKey(key(ifindex, group));
  }
}
