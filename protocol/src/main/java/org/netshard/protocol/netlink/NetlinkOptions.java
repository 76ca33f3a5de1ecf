package org.netshard.protocol.netlink;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.OptionBlock;
import org.netshard.protocol.core.Sk;

/**
 * What a netlink sock has besides the sock: its flags and its multicast groups.
 *
 * <p><b>Source:</b> {@code net/netlink/af_netlink.h}, {@code struct netlink_sock}.
 */
final class NetlinkOptions extends OptionBlock {
  /** The shared block of all new socks. */
  static final NetlinkOptions DEFAULTS = new NetlinkOptions();

  static {
    DEFAULTS.freeze();
  }

  /** {@code flags}: a bit for each option that is on, numbered as the option. */
  int flags;

  /** {@code ngroups}: groups that the sock could be in; 0 until it first joins one. */
  int groupCount;

  /** {@code groups}: a bit for each group that the sock is in, group 1 first. */
  long groups;

  /** {@code portid}: its own port. */
  int portid;

  /** {@code bound}: whether the port is really its own. */
  boolean bound;

  /** {@code dst_portid}: the port of the other end. */
  int dstPortid;

  /** {@code NETLINK_S_CONGESTED}: a message was lost, and nothing comes until all is read. */
  boolean congested;

  /** {@code max_recvmsg_len}: the largest buffer of a reader, bytes. */
  int maxRecvmsgLen;

  /** {@code cb}: the dump that is under way, or null. */
  @Nullable NetlinkDump dump;

  /** {@code dst_group}: the group to which it sends, from 1; 0 is none. */
  int dstGroup;

  /** Whether a flag is on, {@code NETLINK_…}. */
  boolean has(int optname) {
    return ((flags >>> optname) & 1) != 0;
  }

  static NetlinkOptions of(Sk sk) {
    return sk.transport() instanceof NetlinkOptions options ? options : DEFAULTS;
  }

  static NetlinkOptions forWrite(Sk sk) {
    NetlinkOptions options = of(sk);
    if (options.isFrozen()) {
      options = (NetlinkOptions) options.thaw();
      sk.setTransport(options);
    }
    return options;
  }
}
