package org.netshard.protocol.core;

/**
 * Why a packet was dropped.
 *
 * <p><b>Source:</b> {@code include/net/dropreason-core.h}.
 */
public enum DropReason {
  NOT_SPECIFIED,
  NO_SOCKET,
  PKT_TOO_SMALL,
  TCP_CSUM,
  SOCKET_FILTER,
  UDP_CSUM,
  OTHERHOST,
  IP_CSUM,
  IP_INHDR,
  IP_RPFILTER,
  UNICAST_IN_L2_MULTICAST,
  PROTO_MEM,
  SOCKET_RCVBUFF,
  SOCKET_BACKLOG,
  IP_INADDRERRORS,
  IP_INNOROUTES,
  IP_OUTNOROUTES,
  PKT_TOO_BIG,
  DUP_FRAG,
  FRAG_REASM_TIMEOUT,
  FRAG_TOO_FAR,
  ICMP_CSUM,
  INVALID_PROTO,
  IP_NOPROTO,
  IPV6DISABLED,
  UNHANDLED_PROTO,
  DEV_READY,
  FULL_RING,
  HDR_TRUNC,
  PACKET_SOCK_ERROR,
  IPV6_BAD_EXTHDR,
  NOMEM,
  IP_LOCALNET,
  IP_INVALID_SOURCE,
  IP_INVALID_DEST;

  /** {@code SKB_DROP_REASON_NO_SOCKET} and so on. */
  public String kernelName() {
    return "SKB_DROP_REASON_" + name();
  }
}
