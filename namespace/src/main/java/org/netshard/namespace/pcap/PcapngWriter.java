package org.netshard.namespace.pcap;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A capture in the format pcapng: a section, its interfaces, and packets with virtual time in
 * nanoseconds, in little-endian byte order.
 *
 * <p><b>Source:</b> draft-ietf-opsawg-pcapng: section header block, interface description block,
 * enhanced packet block.
 */
public final class PcapngWriter {
  /** {@code epb_flags}: it came in. */
  public static final int INBOUND = 1;

  /** {@code epb_flags}: it went out. */
  public static final int OUTBOUND = 2;

  /** {@code epb_flags}: to one. */
  public static final int UNICAST = 1 << 2;

  /** {@code epb_flags}: to a group. */
  public static final int MULTICAST = 2 << 2;

  /** {@code epb_flags}: to all. */
  public static final int BROADCAST = 3 << 2;

  private static final int SECTION_HEADER = 0x0a0d0d0a;
  private static final int BYTE_ORDER = 0x1a2b3c4d;
  private static final int INTERFACE_DESCRIPTION = 1;
  private static final int ENHANCED_PACKET = 6;
  private static final int LINKTYPE_ETHERNET = 1;
  private static final int END = 0;
  private static final int COMMENT = 1;
  private static final int SHB_OS = 3;
  private static final int SHB_USERAPPL = 4;
  private static final int IF_NAME = 2;
  private static final int IF_TSRESOL = 9;
  private static final byte NANOSECONDS = 9;
  private static final int EPB_FLAGS = 2;
  private static final int FIRST_CAPACITY = 4096;

  private ByteBuffer out = ByteBuffer.allocate(FIRST_CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
  private int blockAt;
  private int interfaces;

  /**
   * A capture without packets.
   *
   * @param system what was captured on
   */
  public PcapngWriter(String system) {
    begin(SECTION_HEADER, 16);
    out.putInt(BYTE_ORDER).putShort((short) 1).putShort((short) 0).putLong(-1);
    option(SHB_OS, system.getBytes(StandardCharsets.UTF_8));
    option(SHB_USERAPPL, "netshard".getBytes(StandardCharsets.UTF_8));
    option(END);
    end();
  }

  /**
   * Describes an interface with the link header of Ethernet, as that of {@code lo} is.
   *
   * @return its number in the capture
   */
  public int addInterface(String name) {
    begin(INTERFACE_DESCRIPTION, 8);
    out.putShort((short) LINKTYPE_ETHERNET).putShort((short) 0).putInt(0);
    option(IF_NAME, name.getBytes(StandardCharsets.UTF_8));
    option(IF_TSRESOL, NANOSECONDS);
    option(END);
    end();
    return interfaces++;
  }

  /**
   * Adds a packet.
   *
   * @param interfaceId what {@link #addInterface} returned
   * @param timeNs virtual time
   * @param frame its bytes from the link header on
   * @param flags {@link #INBOUND} and so on
   * @param comment what is to be said of it, or empty
   */
  public void packet(int interfaceId, long timeNs, byte[] frame, int flags, String comment) {
    begin(ENHANCED_PACKET, 20 + frame.length);
    out.putInt(interfaceId).putInt((int) (timeNs >>> Integer.SIZE)).putInt((int) timeNs);
    out.putInt(frame.length).putInt(frame.length).put(frame);
    pad();
    if (!comment.isEmpty()) {
      option(COMMENT, comment.getBytes(StandardCharsets.UTF_8));
    }
    reserve(8);
    out.putShort((short) EPB_FLAGS).putShort((short) Integer.BYTES).putInt(flags);
    option(END);
    end();
  }

  /** Bytes that have not been taken. */
  public int size() {
    return out.position();
  }

  /** Takes what was written since the last time. */
  public byte[] take() {
    byte[] taken = Arrays.copyOf(out.array(), out.position());
    out.clear();
    return taken;
  }

  private void begin(int type, int bodyBytes) {
    reserve(8 + bodyBytes + 4);
    blockAt = out.position();
    out.putInt(type).putInt(0);
  }

  private void end() {
    reserve(4);
    int length = out.position() + Integer.BYTES - blockAt;
    out.putInt(length).putInt(blockAt + Integer.BYTES, length);
  }

  private void option(int code, byte... value) {
    reserve(4 + value.length + 3);
    out.putShort((short) code).putShort((short) value.length).put(value);
    pad();
  }

  private void pad() {
    while ((out.position() - blockAt) % Integer.BYTES != 0) {
      out.put((byte) 0);
    }
  }

  private void reserve(int bytes) {
    if (out.remaining() < bytes) {
      int capacity = Math.max(2 * out.capacity(), out.position() + bytes);
      ByteBuffer larger = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
      larger.put(out.flip());
      out = larger;
    }
  }
}
