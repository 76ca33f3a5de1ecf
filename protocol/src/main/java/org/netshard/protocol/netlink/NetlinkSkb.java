package org.netshard.protocol.netlink;

import org.netshard.protocol.core.Skb;

/** A buffer with netlink messages, and who sent it. */
final class NetlinkSkb extends Skb {
  private final NetlinkFrom from;

  NetlinkSkb(byte[] data, int truesize, NetlinkFrom from) {
    super(data, truesize);
    this.from = from;
  }

  /** A buffer of just its bytes. */
  static NetlinkSkb of(byte[] data, NetlinkFrom from) {
    return new NetlinkSkb(data, truesize(data.length, 0), from);
  }

  /** Who sent it. */
  NetlinkFrom from() {
    return from;
  }
}
