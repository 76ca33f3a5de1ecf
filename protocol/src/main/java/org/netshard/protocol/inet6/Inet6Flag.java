package org.netshard.protocol.inet6;

/**
 * A one-bit option of the IPv6 layer.
 *
 * <p><b>Source:</b> {@code include/linux/ipv6.h}, {@code rxopt} and the bits of {@code struct
 * ipv6_pinfo}; {@code include/net/inet_sock.h}.
 */
public enum Inet6Flag {
  V6ONLY,
  RXINFO,
  RXOINFO,
  RXHLIM,
  RXOHLIM,
  SRCRT,
  OSRCRT,
  HOPOPTS,
  OHOPOPTS,
  DSTOPTS,
  ODSTOPTS,
  RXTCLASS,
  RXFLOW,
  RXPMTU,
  RXORIGDSTADDR,
  RECVFRAGSIZE,
  MC6_LOOP,
  MC6_ALL,
  RECVERR6,
  RECVERR6_RFC4884,
  SNDFLOW,
  DONTFRAG,
  AUTOFLOWLABEL,
  AUTOFLOWLABEL_SET,
  RTALERT_ISOLATE,

  /** {@code IPV6_ROUTER_ALERT} as it reads back. */
  RTALERT,

  /** The sock stands in {@code ip6_ra_chain}. */
  RA_CHAIN,

  /** {@code repflow}: answers carry the flow label of the other end. */
  REPFLOW;

  /** The bit of this flag in {@link Inet6Options}. */
  int bit() {
    return 1 << ordinal();
  }
}
