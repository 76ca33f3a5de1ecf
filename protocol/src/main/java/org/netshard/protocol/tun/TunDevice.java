package org.netshard.protocol.tun;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.TxStamp;
import org.netshard.protocol.core.WaitQueue;

/**
 * A TUN device and the file by which a program has its other end: what the namespace sends is read
 * there, what is written there comes to the namespace.
 *
 * <p>Packets have no link header. The program has asked for packets as the stack makes them ({@code
 * TUN_F_CSUM}): a checksum may be partial, and a packet may stand for several segments.
 *
 * <p><b>Source:</b> {@code drivers/net/tun.c}: {@code tun_net_init}, {@code tun_net_xmit}, {@code
 * tun_ring_recv}, {@code tun_get_user}.
 */
public final class TunDevice implements NetDevice.Kind {
  private static final int MTU = 1500;
  private static final int MTU_MIN = 68;
  private static final int MTU_MAX = 65535;
  private static final int READQ_SIZE = 500;
  private static final int VERSION_SHIFT = 4;
  private static final int NET_SKB_PAD = 64;
  private static final int IP6_HEADER_BYTES = 40;
  private static final int TCP_HEADER_BYTES = 20;

  private final NetNs net;
  private final NetDevice dev;
  private final ArrayDeque<Packet> ring = new ArrayDeque<>();
  private final WaitQueue readers = new WaitQueue();

  private TunDevice(NetNs net, String name) {
    this.net = net;
    this.dev = new NetDevice(net.newIfindex(), name, this);
  }

  /** Adds a device to a namespace, down ({@code tun_set_iff}). Its name must be free. */
  public static TunDevice create(NetNs net, String name) {
    TunDevice tun = new TunDevice(net, name);
    net.register(tun.dev);
    return tun;
  }

  /** The device. */
  public NetDevice dev() {
    return dev;
  }

  /** Who waits for packets to read. */
  public WaitQueue readers() {
    return readers;
  }

  /** The next packet that the namespace has sent ({@code tun_ring_recv}), or null. */
  public @Nullable Packet read() {
    return ring.poll();
  }

  /**
   * Gives a packet to the namespace, which comes in as an event of its own ({@code tun_get_user}).
   *
   * <p><b>Errors</b>, in order: EINVAL for what is neither IPv4 nor IPv6, EIO while the device is
   * down.
   *
   * @param bytes the packet from its network header on
   * @param gsoSize payload of each segment of TCP that it stands for if it has more than that
   *     ({@code virtio_net_hdr}), or 0
   * @return the bytes that were taken, or {@code -errno}
   */
  public long write(byte[] bytes, int gsoSize) {
    int version = bytes.length == 0 ? 0 : (bytes[0] & 0xff) >>> VERSION_SHIFT;
    if (version != 4 && version != 6) {
      return Errno.EINVAL.negated();
    }
    if (!dev.isUp()) {
      return Errno.EIO.negated();
    }
    int ethertype = version == 4 ? Packet.ETH_P_IP : Packet.ETH_P_IPV6;
    int at = Packet.LL_RESERVED_BYTES;
    byte[] copy = new byte[at + bytes.length];
    System.arraycopy(bytes, 0, copy, at, bytes.length);
    Packet packet = new Packet(dev, ethertype, copy, at, truesize(bytes.length));
    int head = packet.truesize() - Skb.LEAST_TRUESIZE;
    packet.setTailroom(isLinear(bytes.length) ? Math.max(head - NET_SKB_PAD - bytes.length, 0) : 0);
    int network = version == 4 ? (bytes[0] & 0xf) << 2 : IP6_HEADER_BYTES;
    if (gsoSize > 0 && bytes.length - network - TCP_HEADER_BYTES > gsoSize) {
      packet.setGsoOfOthers(gsoSize, TCP_HEADER_BYTES);
    }
    HopTrace.note(net, "Net", dev.name(), "tun_get_user");
    dev.countRx(bytes.length);
    net.machine().softirqs().netRx(net, packet, net.machine().nowNs());
    return bytes.length;
  }

  private static boolean isLinear(int bytes) {
    return bytes <= Skb.MAX_HEAD_BYTES - NET_SKB_PAD;
  }

  /** {@code tun_alloc_skb}: what does not fit into a page with its head is in pages of its own. */
  private static int truesize(int bytes) {
    int linear = Math.min(bytes, Skb.MAX_HEAD_BYTES - NET_SKB_PAD);
    int head = NET_SKB_PAD + linear;
    return linear == bytes ? Skb.unaccountedTruesize(head) : Skb.truesize(head, bytes - linear);
  }

  /** {@code tun_net_xmit}: drops what nobody reads in time. */
  @Override
  public void xmit(NetNs from, NetDevice out, Packet packet) {
    if (ring.size() >= dev.txQueueLen()) {
      dev.countTxDropped();
      packet.drop(DropReason.FULL_RING);
      packet.free();
      return;
    }
    dev.countTx(packet.end() - packet.network());
    TxStamp.sent(packet, net.machine().nowNs());
    // skb_orphan: a program may never read it, so it must not count in the buffer of its sender.
    packet.free();
    ring.add(packet);
    readers.wake(0);
  }

  @Override
  public int type() {
    return NetDevice.ARPHRD_NONE;
  }

  @Override
  public String name() {
    return "tun";
  }

  @Override
  public int flags() {
    return NetDevice.IFF_POINTOPOINT | NetDevice.IFF_NOARP | NetDevice.IFF_MULTICAST;
  }

  @Override
  public int mtu() {
    return MTU;
  }

  @Override
  public int mtuMin() {
    return MTU_MIN;
  }

  @Override
  public int mtuMax() {
    return MTU_MAX;
  }

  @Override
  public int txQueueLen() {
    return READQ_SIZE;
  }

  @Override
  public int addressBytes() {
    return 0;
  }

  @Override
  public int headerBytes() {
    return 0;
  }

  @Override
  public String qdisc() {
    return "pfifo_fast";
  }
}
