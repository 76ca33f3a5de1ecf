package org.netshard.protocol.core;

/**
 * Packets into and out of devices.
 *
 * <p><b>Source:</b> {@code net/core/dev.c}: {@code __dev_queue_xmit}, {@code
 * __netif_receive_skb_core}; {@code net/ethernet/eth.c}, {@code eth_header}.
 */
public final class DevQueue {
  private static final int ETHERTYPE_AT = 12;

  private DevQueue() {}

  /**
   * Sends a packet whose network header is complete: adds the link header, if the device has one,
   * and hands it to the device. From {@code lo} it comes back as an event of its own.
   *
   * @return {@link Qdisc#NET_XMIT_SUCCESS} and so on
   */
  public static int xmit(NetNs net, Packet packet) {
    if (packet.dev().kind().headerBytes() > 0) {
      int mac = packet.network() - Packet.ETH_HLEN;
      NetBytes.put16(packet.bytes(), mac + ETHERTYPE_AT, packet.ethertype());
    }
    return xmitFrame(net, packet);
  }

  /**
   * Sends a packet whose link header is complete ({@code dev_queue_xmit}): to the queueing
   * discipline, if the device has one.
   *
   * @return {@link Qdisc#NET_XMIT_SUCCESS} and so on
   */
  public static int xmitFrame(NetNs net, Packet packet) {
    TxStamp stamp = packet.txStamp();
    if (stamp != null) {
      stamp.report(packet, TxStamp.SCM_TSTAMP_SCHED, net.machine().nowNs());
    }
    NetDevice dev = packet.dev();
    HopTrace.note(net, "Net", dev.name(), "dev_queue_xmit");
    if (!dev.isUp()) {
      dropAsDown(packet);
      return Qdisc.NET_XMIT_SUCCESS;
    }
    Qdisc qdisc = dev.qdisc();
    if (qdisc != null) {
      return qdisc.xmit(packet);
    }
    hardStartXmit(net, packet);
    return Qdisc.NET_XMIT_SUCCESS;
  }

  /**
   * Cuts a packet that the device cannot take whole ({@code validate_xmit_skb}), and sends it
   * ({@code dev_hard_start_xmit}).
   */
  static void hardStartXmit(NetNs net, Packet packet) {
    NetProtocols.Gso gso = net.machine().protocols().gso();
    if (gso == null || packet.dev().hasTso() || !packet.isTcpGso()) {
      xmitOne(net, packet);
      return;
    }
    gso.segment(packet).forEach(segment -> xmitOne(net, segment));
    packet.free();
  }

  /** Shows a packet to taps and hands it to the device. */
  private static void xmitOne(NetNs net, Packet packet) {
    PacketTypes taps = PacketTypes.of(net);
    if (!taps.isEmpty()) {
      packet.setTstampNs(net.machine().nowNs());
      taps.show(packet, true);
    }
    packet.dev().xmit(net, packet);
  }

  /** ENETDOWN in Linux, of which only senders without retransmission would hear. */
  private static void dropAsDown(Packet packet) {
    packet.drop(DropReason.DEV_READY);
    packet.free();
  }

  /** A packet has come ({@code __netif_receive_skb_core}). */
  public static void receive(NetNs net, Packet packet) {
    if (Netstamp.of(net.machine()).isNeeded()) {
      packet.setTstampNs(net.machine().nowNs());
    }
    HopTrace.note(net, "Net", packet.dev().name(), "__netif_receive_skb_core");
    packet.setStart(packet.network());
    PacketTypes taps = PacketTypes.of(net);
    if (!taps.isEmpty()) {
      taps.show(packet, false);
    }
    NetProtocols.Layer layer = net.machine().protocols().layer(packet.ethertype());
    if (layer == null) {
      packet.drop(DropReason.UNHANDLED_PROTO);
    } else {
      layer.rcv(net, packet);
    }
  }
}
