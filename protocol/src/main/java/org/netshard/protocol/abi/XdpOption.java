package org.netshard.protocol.abi;

/**
 * Options of the level {@code SOL_XDP}.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/if_xdp.h}.
 */
public final class XdpOption {
  public static final int XDP_MMAP_OFFSETS = 1;
  public static final int XDP_RX_RING = 2;
  public static final int XDP_TX_RING = 3;
  public static final int XDP_UMEM_REG = 4;
  public static final int XDP_UMEM_FILL_RING = 5;
  public static final int XDP_UMEM_COMPLETION_RING = 6;
  public static final int XDP_STATISTICS = 7;
  public static final int XDP_OPTIONS = 8;
  public static final int XDP_MAX_TX_SKB_BUDGET = 9;

  private XdpOption() {}
}
