package org.netshard.protocol.ip6;

import org.netshard.protocol.core.Packet;

/**
 * The extension headers of a packet that an error quotes.
 *
 * <p><b>Source:</b> {@code net/ipv6/exthdrs_core.c}, {@code ipv6_skip_exthdr}.
 */
final class Ip6ExtHeaders {
  private static final int NEXTHDR_HOP = 0;
  private static final int NEXTHDR_ROUTING = 43;
  private static final int NEXTHDR_DEST = 60;
  private static final int FRAG_HDR_BYTES = 8;
  private static final int FRAG_OFFSET_MASK = 0xfff8;

  private Ip6ExtHeaders() {}

  private static boolean isExtension(int nexthdr) {
    return nexthdr == NEXTHDR_HOP
        || nexthdr == NEXTHDR_ROUTING
        || nexthdr == NEXTHDR_DEST
        || nexthdr == Ip6Output.NEXTHDR_FRAGMENT;
  }

  /**
   * Where the transport's header begins, or 0 if the packet ends before.
   *
   * @param header where the IP header begins
   */
  static int skip(Packet packet, int header) {
    return (int) walk(packet, header);
  }

  /** The protocol of the transport, after {@link #skip}. */
  static int protocol(Packet packet, int header) {
    return (int) (walk(packet, header) >>> Integer.SIZE);
  }

  private static long walk(Packet packet, int header) {
    int nexthdr = packet.u8(header + Ip6Header.NEXTHDR);
    int at = header + Ip6Header.BYTES;
    while (isExtension(nexthdr)) {
      if (at + FRAG_HDR_BYTES > packet.end()) {
        return 0;
      }
      boolean fragment = nexthdr == Ip6Output.NEXTHDR_FRAGMENT;
      if (fragment && (packet.u16(at + 2) & FRAG_OFFSET_MASK) != 0) {
        break;
      }
      nexthdr = packet.u8(at);
      at += fragment ? FRAG_HDR_BYTES : (packet.u8(at + 1) + 1) * 8;
    }
    return (long) nexthdr << Integer.SIZE | at;
  }
}
