package org.netshard.protocol.ip6;

import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.Packet;

/**
 * The fields of an IPv6 header.
 *
 * <p><b>Source:</b> RFC 8200, section 3; {@code include/uapi/linux/ipv6.h}, {@code struct ipv6hdr}.
 */
public final class Ip6Header {
  /** Length, bytes. */
  public static final int BYTES = 40;

  /** {@code IPV6_MAXPLEN}: the longest payload, bytes. */
  public static final int MAXPLEN = 65535;

  /** Where the source address stands. */
  public static final int SADDR = 8;

  /** Where the destination stands. */
  public static final int DADDR = 24;

  /** Where the protocol of what follows stands. */
  public static final int NEXTHDR = 6;

  /** Where the hop limit stands. */
  public static final int HOP_LIMIT = 7;

  private static final int ADDR_BYTES = 16;
  private static final int PAYLOAD_LEN = 4;
  private static final int FLOWINFO_MASK = 0x0fff_ffff;
  private static final int FLOWLABEL_MASK = 0xf_ffff;

  private Ip6Header() {}

  /** Version of IP. */
  public static int version(Packet packet) {
    return packet.u8(packet.network()) >> 4;
  }

  /** Traffic class. */
  public static int tclass(Packet packet) {
    return packet.u16(packet.network()) >> 4 & 0xff;
  }

  /** Traffic class and flow label. */
  public static int flowinfo(Packet packet) {
    return packet.u32(packet.network()) & FLOWINFO_MASK;
  }

  /** Flow label. */
  public static int flowlabel(Packet packet) {
    return packet.u32(packet.network()) & FLOWLABEL_MASK;
  }

  /** Length of what follows, bytes. */
  public static int payloadLen(Packet packet) {
    return packet.u16(packet.network() + PAYLOAD_LEN);
  }

  /** Protocol of what follows. */
  public static int nexthdr(Packet packet) {
    return packet.u8(packet.network() + NEXTHDR);
  }

  /** Hop limit. */
  public static int hopLimit(Packet packet) {
    return packet.u8(packet.network() + HOP_LIMIT);
  }

  /** Source address, a copy. */
  public static byte[] saddr(Packet packet) {
    return packet.get(packet.network() + SADDR, ADDR_BYTES);
  }

  /** Destination, a copy. */
  public static byte[] daddr(Packet packet) {
    return packet.get(packet.network() + DADDR, ADDR_BYTES);
  }

  /** Writes a header without the length of its payload ({@code ip6_flow_hdr}). */
  public static void write(
      byte[] bytes,
      int at,
      int tclass,
      int flowlabel,
      int nexthdr,
      int hopLimit,
      byte[] saddr,
      byte[] daddr) {
    NetBytes.put32(bytes, at, 6 << 28 | tclass << 20 | (flowlabel & FLOWLABEL_MASK));
    bytes[at + NEXTHDR] = (byte) nexthdr;
    bytes[at + HOP_LIMIT] = (byte) hopLimit;
    System.arraycopy(saddr, 0, bytes, at + SADDR, ADDR_BYTES);
    System.arraycopy(daddr, 0, bytes, at + DADDR, ADDR_BYTES);
  }

  /** {@code IP6_ECN_set_ce}: the way is congested; only what says that it can tell is marked. */
  public static void setCe(byte[] bytes, int at) {
    int ce = 3 << 20;
    int first = NetBytes.get32(bytes, at);
    if ((first & ce) != 0) {
      NetBytes.put32(bytes, at, first | ce);
    }
  }

  /** Sets the length of what follows; 0 for more than 65,535 bytes. */
  public static void setPayloadLen(byte[] bytes, int at, int length) {
    NetBytes.put16(bytes, at + PAYLOAD_LEN, length > MAXPLEN ? 0 : length);
  }

  /** The sum of the pseudo header of a transport. */
  public static long pseudo(byte[] bytes, int at, int length, int protocol) {
    return InetChecksum.addPseudo(0, bytes, at + SADDR, at + DADDR, ADDR_BYTES, length, protocol);
  }
}
