package org.netshard.protocol.ip6;

import org.netshard.protocol.core.Packet;

/**
 * Finds the way through the extension headers of a packet.
 *
 * <p><b>Source:</b> {@code net/ipv6/exthdrs_core.c}, {@code ipv6_skip_exthdr}; {@code
 * net/ipv6/output_core.c}, {@code ip6_find_1stfragopt}.
 */
public final class Ip6ExtHeaders {
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

  /** The protocol of the transport of a packet that has come. */
  public static int transportProtocol(Packet packet) {
    return protocol(packet, packet.network());
  }

  /**
   * Bytes before the first header that is in each fragment only once ({@code ip6_find_1stfragopt}):
   * headers for all hops, routing headers, and those for the destination unless they come behind a
   * routing header.
   *
   * @return the offset from the IP header, and above 32 bits where the number of that header stands
   */
  static long firstFragmentable(Packet packet) {
    boolean routed = false;
    int network = packet.network();
    int numberAt = Ip6Header.NEXTHDR;
    int offset = Ip6Header.BYTES;
    while (network + offset + FRAG_HDR_BYTES <= packet.end()) {
      int nexthdr = packet.u8(network + numberAt);
      routed |= nexthdr == NEXTHDR_ROUTING;
      boolean before = nexthdr == NEXTHDR_HOP || nexthdr == NEXTHDR_ROUTING;
      if (!before && (nexthdr != NEXTHDR_DEST || routed)) {
        break;
      }
      numberAt = offset;
      offset += (packet.u8(network + offset + 1) + 1) * 8;
    }
    return (long) numberAt << Integer.SIZE | offset;
  }

  /** Where the number of the fragment header stands, from the IP header on ({@code nhoffset}). */
  static int fragmentNumberAt(Packet packet) {
    int network = packet.network();
    int numberAt = Ip6Header.NEXTHDR;
    int offset = Ip6Header.BYTES;
    while (packet.u8(network + numberAt) != Ip6Output.NEXTHDR_FRAGMENT) {
      numberAt = offset;
      offset += (packet.u8(network + offset + 1) + 1) * 8;
    }
    return numberAt;
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
