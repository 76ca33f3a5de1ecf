package org.netshard.protocol.abi;

/**
 * Options of the level {@code SOL_IP} ({@code IPPROTO_IP}).
 *
 * <p><b>Source:</b> {@code include/uapi/linux/in.h}, {@code mroute.h}, {@code
 * netfilter_ipv4/ip_tables.h}.
 */
public final class IpOption {
  public static final int IP_TOS = 1;
  public static final int IP_TTL = 2;
  public static final int IP_HDRINCL = 3;
  public static final int IP_OPTIONS = 4;
  public static final int IP_ROUTER_ALERT = 5;
  public static final int IP_RECVOPTS = 6;
  public static final int IP_RETOPTS = 7;
  public static final int IP_PKTINFO = 8;
  public static final int IP_PKTOPTIONS = 9;
  public static final int IP_MTU_DISCOVER = 10;
  public static final int IP_RECVERR = 11;
  public static final int IP_RECVTTL = 12;
  public static final int IP_RECVTOS = 13;
  public static final int IP_MTU = 14;
  public static final int IP_FREEBIND = 15;
  public static final int IP_IPSEC_POLICY = 16;
  public static final int IP_XFRM_POLICY = 17;
  public static final int IP_PASSSEC = 18;
  public static final int IP_TRANSPARENT = 19;
  public static final int IP_RECVORIGDSTADDR = 20;
  public static final int IP_MINTTL = 21;
  public static final int IP_NODEFRAG = 22;
  public static final int IP_CHECKSUM = 23;
  public static final int IP_BIND_ADDRESS_NO_PORT = 24;
  public static final int IP_RECVFRAGSIZE = 25;
  public static final int IP_RECVERR_RFC4884 = 26;
  public static final int IP_MULTICAST_IF = 32;
  public static final int IP_MULTICAST_TTL = 33;
  public static final int IP_MULTICAST_LOOP = 34;
  public static final int IP_ADD_MEMBERSHIP = 35;
  public static final int IP_DROP_MEMBERSHIP = 36;
  public static final int IP_UNBLOCK_SOURCE = 37;
  public static final int IP_BLOCK_SOURCE = 38;
  public static final int IP_ADD_SOURCE_MEMBERSHIP = 39;
  public static final int IP_DROP_SOURCE_MEMBERSHIP = 40;
  public static final int IP_MSFILTER = 41;
  public static final int MCAST_JOIN_GROUP = 42;
  public static final int MCAST_BLOCK_SOURCE = 43;
  public static final int MCAST_UNBLOCK_SOURCE = 44;
  public static final int MCAST_LEAVE_GROUP = 45;
  public static final int MCAST_JOIN_SOURCE_GROUP = 46;
  public static final int MCAST_LEAVE_SOURCE_GROUP = 47;
  public static final int MCAST_MSFILTER = 48;
  public static final int IP_MULTICAST_ALL = 49;
  public static final int IP_UNICAST_IF = 50;
  public static final int IP_LOCAL_PORT_RANGE = 51;
  public static final int IP_PROTOCOL = 52;
  public static final int IPT_BASE_CTL = 64;
  public static final int SO_ORIGINAL_DST = 80;
  public static final int SO_IP_SET = 83;
  public static final int ARPT_BASE_CTL = 96;
  public static final int MRT_BASE = 200;
  public static final int MRT_INIT = 200;
  public static final int MRT_DONE = 201;
  public static final int MRT_ADD_VIF = 202;
  public static final int MRT_DEL_VIF = 203;
  public static final int MRT_ADD_MFC = 204;
  public static final int MRT_DEL_MFC = 205;
  public static final int MRT_VERSION = 206;
  public static final int MRT_ASSERT = 207;
  public static final int MRT_PIM = 208;
  public static final int MRT_TABLE = 209;
  public static final int MRT_ADD_MFC_PROXY = 210;
  public static final int MRT_DEL_MFC_PROXY = 211;
  public static final int MRT_FLUSH = 212;
  public static final int MRT_MAX = 212;

  private IpOption() {}
}
