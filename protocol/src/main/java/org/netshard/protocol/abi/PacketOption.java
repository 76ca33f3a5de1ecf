package org.netshard.protocol.abi;

/**
 * Options of the level {@code SOL_PACKET}.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/if_packet.h}.
 */
public final class PacketOption {
  public static final int PACKET_ADD_MEMBERSHIP = 1;
  public static final int PACKET_DROP_MEMBERSHIP = 2;
  public static final int PACKET_RX_RING = 5;
  public static final int PACKET_STATISTICS = 6;
  public static final int PACKET_COPY_THRESH = 7;
  public static final int PACKET_AUXDATA = 8;
  public static final int PACKET_ORIGDEV = 9;
  public static final int PACKET_VERSION = 10;
  public static final int PACKET_HDRLEN = 11;
  public static final int PACKET_RESERVE = 12;
  public static final int PACKET_TX_RING = 13;
  public static final int PACKET_LOSS = 14;
  public static final int PACKET_VNET_HDR = 15;
  public static final int PACKET_TX_TIMESTAMP = 16;
  public static final int PACKET_TIMESTAMP = 17;
  public static final int PACKET_FANOUT = 18;
  public static final int PACKET_TX_HAS_OFF = 19;
  public static final int PACKET_QDISC_BYPASS = 20;
  public static final int PACKET_ROLLOVER_STATS = 21;
  public static final int PACKET_FANOUT_DATA = 22;
  public static final int PACKET_IGNORE_OUTGOING = 23;
  public static final int PACKET_VNET_HDR_SZ = 24;

  private PacketOption() {}
}
