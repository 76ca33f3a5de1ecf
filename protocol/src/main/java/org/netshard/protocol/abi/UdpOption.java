package org.netshard.protocol.abi;

/**
 * Options of the levels {@code SOL_UDP} and {@code SOL_UDPLITE}.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/udp.h}.
 */
public final class UdpOption {
  public static final int UDP_CORK = 1;
  public static final int UDPLITE_SEND_CSCOV = 10;
  public static final int UDPLITE_RECV_CSCOV = 11;
  public static final int UDP_ENCAP = 100;
  public static final int UDP_NO_CHECK6_TX = 101;
  public static final int UDP_NO_CHECK6_RX = 102;
  public static final int UDP_SEGMENT = 103;
  public static final int UDP_GRO = 104;
  public static final int UDP_ENCAP_ESPINUDP_NON_IKE = 1;
  public static final int UDP_ENCAP_ESPINUDP = 2;
  public static final int UDP_ENCAP_L2TPINUDP = 3;

  private UdpOption() {}
}
