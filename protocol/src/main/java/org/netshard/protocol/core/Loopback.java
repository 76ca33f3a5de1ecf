package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/**
 * The loopback device: what goes out comes in.
 *
 * <p><b>Source:</b> {@code drivers/net/loopback.c}: {@code loopback_setup}, {@code loopback_xmit}.
 */
final class Loopback implements NetDevice.Kind {
  static final NetDevice.Kind KIND = new Loopback();

  private static final int TXQLEN_DEFAULT = 1000;

  private Loopback() {}

  @Override
  public int type() {
    return NetDevice.ARPHRD_LOOPBACK;
  }

  @Override
  public @Nullable String name() {
    return null;
  }

  @Override
  public int flags() {
    return NetDevice.IFF_LOOPBACK;
  }

  @Override
  public int mtu() {
    return NetDevice.LOOPBACK_MTU;
  }

  @Override
  public int txQueueLen() {
    return TXQLEN_DEFAULT;
  }

  @Override
  public int addressBytes() {
    return NetDevice.ETH_ALEN;
  }

  @Override
  public int headerBytes() {
    return Packet.ETH_HLEN;
  }

  @Override
  public String qdisc() {
    return "noqueue";
  }

  /** {@code loopback_xmit}. */
  @Override
  public void xmit(NetNs net, NetDevice dev, Packet packet) {
    int bytes = packet.end() - packet.network() + Packet.ETH_HLEN;
    dev.countTx(bytes);
    dev.countRx(bytes);
    TxStamp.sent(packet, net.machine().nowNs());
    packet.setTstampNs(Packet.NO_TSTAMP);
    // skb_orphan, so the sender's buffer is free before the packet has arrived.
    packet.free();
    net.machine().softirqs().netRx(net, packet, dev.arrivalNs(net.machine().nowNs()));
  }
}
