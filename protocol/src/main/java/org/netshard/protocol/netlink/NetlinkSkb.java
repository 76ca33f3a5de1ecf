package org.netshard.protocol.netlink;

import org.netshard.protocol.core.Skb;

/** A buffer with netlink messages, and who sent it. */
final class NetlinkSkb extends Skb {
  /** What a small buffer takes: the structure, and a head from the cache of small heads. */
  private static final int SMALL_TRUESIZE = 832;

  /** Data that fits into a small head, bytes. */
  private static final int SMALL_BYTES = 256;

  private final NetlinkFrom from;

  NetlinkSkb(byte[] data, int truesize, NetlinkFrom from) {
    super(data, truesize);
    this.from = from;
  }

  /** A buffer of just its bytes. */
  static NetlinkSkb of(byte[] data, NetlinkFrom from) {
    boolean small = data.length <= SMALL_BYTES;
    return new NetlinkSkb(data, small ? SMALL_TRUESIZE : truesize(data.length, 0), from);
  }

  /** Who sent it. */
  NetlinkFrom from() {
    return from;
  }
}
