package org.netshard.protocol.abi;

/**
 * Options of the level {@code SOL_MPTCP}.
 *
 * <p><b>Source:</b> {@code include/uapi/linux/mptcp.h}.
 */
public final class MptcpOption {
  public static final int SOL_MPTCP = 284;
  public static final int MPTCP_INFO = 1;
  public static final int MPTCP_TCPINFO = 2;
  public static final int MPTCP_SUBFLOW_ADDRS = 3;
  public static final int MPTCP_FULL_INFO = 4;

  private MptcpOption() {}
}
