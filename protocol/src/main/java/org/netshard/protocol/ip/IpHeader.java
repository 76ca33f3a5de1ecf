package org.netshard.protocol.ip;

import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;

/**
 * The fields of an IPv4 header.
 *
 * <p><b>Source:</b> RFC 791, section 3.1; {@code include/uapi/linux/ip.h}, {@code struct iphdr}.
 */
public final class IpHeader {
  /** Without options, bytes. */
  public static final int BYTES = 20;

  /** Don't fragment. */
  public static final int IP_DF = 0x4000;

  /** More fragments follow. */
  public static final int IP_MF = 0x2000;

  /** The offset of a fragment, in 8 bytes. */
  public static final int IP_OFFSET = 0x1fff;

  /** Where the source address stands. */
  public static final int SADDR = 12;

  /** Where the destination stands. */
  public static final int DADDR = 16;

  /** Where the time to live stands. */
  public static final int TTL = 8;

  private static final int TOS = 1;
  private static final int TOT_LEN = 2;
  private static final int ID = 4;
  private static final int FRAG_OFF = 6;
  private static final int PROTOCOL = 9;
  private static final int CHECK = 10;

  private IpHeader() {}

  /** Length of the header, bytes. */
  public static int ihl(byte[] bytes, int at) {
    return (bytes[at] & 0xf) * 4;
  }

  /** Length of the header of a packet, bytes. */
  public static int ihl(Packet packet) {
    return ihl(packet.bytes(), packet.network());
  }

  /** Version of IP. */
  public static int version(Packet packet) {
    return packet.u8(packet.network()) >> 4;
  }

  /** Type of service. */
  public static int tos(Packet packet) {
    return packet.u8(packet.network() + TOS);
  }

  /** Length of the packet, bytes. */
  public static int totLen(Packet packet) {
    return packet.u16(packet.network() + TOT_LEN);
  }

  /** Identification. */
  public static int id(Packet packet) {
    return packet.u16(packet.network() + ID);
  }

  /** Flags and offset of a fragment. */
  public static int fragOff(Packet packet) {
    return packet.u16(packet.network() + FRAG_OFF);
  }

  /** Whether it is a fragment. */
  public static boolean isFragment(Packet packet) {
    return (fragOff(packet) & (IP_MF | IP_OFFSET)) != 0;
  }

  /** Time to live. */
  public static int ttl(Packet packet) {
    return packet.u8(packet.network() + TTL);
  }

  /** Protocol of what it carries. */
  public static int protocol(Packet packet) {
    return packet.u8(packet.network() + PROTOCOL);
  }

  /** Protocol of what a header announces. */
  public static int protocol(byte[] bytes, int at) {
    return bytes[at + PROTOCOL] & 0xff;
  }

  /** Source address. */
  public static int saddr(Packet packet) {
    return packet.addr(packet.network() + SADDR);
  }

  private static final int IP_ECN_MASK = 3;

  /** Destination. */
  public static int daddr(Packet packet) {
    return packet.addr(packet.network() + DADDR);
  }

  /** The options, without the header before them. */
  public static byte[] options(Packet packet) {
    return packet.get(packet.network() + BYTES, ihl(packet) - BYTES);
  }

  /** Writes a header, whose options are in place, without length and checksum. */
  public static void write(
      byte[] bytes,
      int at,
      int optlen,
      int tos,
      int id,
      int fragOff,
      int ttl,
      int protocol,
      int saddr,
      int daddr) {
    bytes[at] = (byte) (0x40 | (BYTES + optlen) / 4);
    bytes[at + TOS] = (byte) tos;
    NetBytes.put16(bytes, at + ID, id);
    NetBytes.put16(bytes, at + FRAG_OFF, fragOff);
    bytes[at + TTL] = (byte) ttl;
    bytes[at + PROTOCOL] = (byte) protocol;
    NetBytes.putAddr(bytes, at + SADDR, saddr);
    NetBytes.putAddr(bytes, at + DADDR, daddr);
  }

  /**
   * Completes a header that a program gave: length, checksum, and what of source and identification
   * is 0.
   */
  public static void fillIn(NetNs net, Packet packet, int saddr) {
    byte[] bytes = packet.bytes();
    int at = packet.network();
    if (saddr(packet) == 0) {
      NetBytes.putAddr(bytes, at + SADDR, saddr);
    }
    if (id(packet) == 0) {
      boolean whole = (fragOff(packet) & IP_DF) != 0;
      int id =
          IpOutput.selectIdent(net, null, whole, saddr(packet), daddr(packet), protocol(packet));
      setId(bytes, at, id);
    }
    complete(bytes, at, packet.end() - at);
  }

  /** Sets flags and offset of a fragment. */
  static void setFragOff(byte[] bytes, int at, int fragOff) {
    NetBytes.put16(bytes, at + FRAG_OFF, fragOff);
  }

  /** Sets the identification. */
  static void setId(byte[] bytes, int at, int id) {
    NetBytes.put16(bytes, at + ID, id);
  }

  /** Sets the length of the packet, and the checksum ({@code ip_send_check}). */
  public static void complete(byte[] bytes, int at, int totLen) {
    NetBytes.put16(bytes, at + TOT_LEN, totLen);
    NetBytes.put16(bytes, at + CHECK, 0);
    NetBytes.put16(bytes, at + CHECK, headerChecksum(bytes, at));
  }

  /** {@code IP_ECN_set_ce}: the way is congested; only what says that it can tell is marked. */
  public static void setCe(byte[] bytes, int at) {
    if ((bytes[at + TOS] & IP_ECN_MASK) != 0) {
      bytes[at + TOS] |= IP_ECN_MASK;
      complete(bytes, at, NetBytes.get16(bytes, at + TOT_LEN));
    }
  }

  /** The checksum over the header; 0 over one that has its own in it. */
  static int headerChecksum(byte[] bytes, int at) {
    return InetChecksum.finish(InetChecksum.add(0, bytes, at, ihl(bytes, at)));
  }

  /** The sum of the pseudo header of a transport. */
  public static long pseudo(byte[] bytes, int at, int length, int protocol) {
    return InetChecksum.addPseudo(
        0, bytes, at + SADDR, at + DADDR, Integer.BYTES, length, protocol);
  }
}
