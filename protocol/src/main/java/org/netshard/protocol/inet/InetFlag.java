package org.netshard.protocol.inet;

/**
 * A one-bit option of the IPv4 layer.
 *
 * <p><b>Source:</b> {@code include/net/inet_sock.h}, {@code inet_flags} and {@code cmsg_flags}.
 */
public enum InetFlag {
  PKTINFO,
  TTL,
  TOS,
  RECVOPTS,
  RETOPTS,
  PASSSEC,
  ORIGDSTADDR,
  CHECKSUM,
  RECVFRAGSIZE,
  RECVERR,
  RECVERR_RFC4884,
  FREEBIND,
  HDRINCL,
  MC_LOOP,
  MC_ALL,
  TRANSPARENT,
  NODEFRAG,
  BIND_ADDRESS_NO_PORT,

  /** The sock stands in {@code ip_ra_chain}: {@code IP_ROUTER_ALERT}. */
  ROUTER_ALERT;

  /** The bit of this flag in {@link InetOptions}. */
  int bit() {
    return 1 << ordinal();
  }
}
