package org.netshard.protocol.tcp;

import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.Packet;

/**
 * The fields of a TCP header.
 *
 * <p><b>Source:</b> RFC 9293, section 3.1; {@code include/uapi/linux/tcp.h}, {@code struct tcphdr}.
 */
public final class TcpHeader {
  /** Without options, bytes. */
  public static final int BYTES = 20;

  public static final int FIN = 0x01;
  public static final int SYN = 0x02;
  public static final int RST = 0x04;
  public static final int PSH = 0x08;
  public static final int ACK = 0x10;
  public static final int URG = 0x20;
  public static final int ECE = 0x40;
  public static final int CWR = 0x80;

  /** Accurate ECN, the bit that once was for the nonce sum. */
  public static final int AE = 0x100;

  /** Where the checksum stands. */
  static final int CHECK = 16;

  private static final int DEST = 2;
  private static final int SEQ = 4;
  private static final int ACK_SEQ = 8;
  private static final int FLAGS = 12;
  private static final int FLAGS_MASK = 0x1ff;
  private static final int DOFF_SHIFT = 12;
  private static final int WINDOW = 14;
  private static final int URGENT = 18;

  private TcpHeader() {}

  /** Source port. */
  public static int source(Packet packet) {
    return packet.u16(packet.transport());
  }

  /** Destination port. */
  public static int dest(Packet packet) {
    return packet.u16(packet.transport() + DEST);
  }

  /** Sequence number. */
  public static int seq(Packet packet) {
    return packet.u32(packet.transport() + SEQ);
  }

  /** Acknowledgement number. */
  public static int ackSeq(Packet packet) {
    return packet.u32(packet.transport() + ACK_SEQ);
  }

  /** Length of the header with its options, bytes. */
  public static int headerBytes(Packet packet) {
    return packet.u16(packet.transport() + FLAGS) >> DOFF_SHIFT << 2;
  }

  /** The flags, {@link #FIN} to {@link #AE}. */
  public static int flags(Packet packet) {
    return packet.u16(packet.transport() + FLAGS) & FLAGS_MASK;
  }

  /** The window as it stands there, not scaled. */
  public static int window(Packet packet) {
    return packet.u16(packet.transport() + WINDOW);
  }

  /** Urgent pointer. */
  public static int urgent(Packet packet) {
    return packet.u16(packet.transport() + URGENT);
  }

  /** Lets a segment acknowledge other data, and offer another window. */
  static void setAck(Packet packet, int ackSeq, int window) {
    NetBytes.put32(packet.bytes(), packet.transport() + ACK_SEQ, ackSeq);
    NetBytes.put16(packet.bytes(), packet.transport() + WINDOW, window);
  }

  /** Writes a header, whose options are in place, with no checksum. */
  static void write(
      byte[] bytes,
      int at,
      int headerBytes,
      int source,
      int dest,
      int seq,
      int ackSeq,
      int flags,
      int window,
      int urgent) {
    NetBytes.put16(bytes, at, source);
    NetBytes.put16(bytes, at + DEST, dest);
    NetBytes.put32(bytes, at + SEQ, seq);
    NetBytes.put32(bytes, at + ACK_SEQ, ackSeq);
    NetBytes.put16(bytes, at + FLAGS, headerBytes >> 2 << DOFF_SHIFT | flags);
    NetBytes.put16(bytes, at + WINDOW, window);
    NetBytes.put16(bytes, at + CHECK, 0);
    NetBytes.put16(bytes, at + URGENT, urgent);
  }
}
