package org.netshard.protocol.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Messages under construction, one behind the other in a buffer.
 *
 * <p><b>Source:</b> {@code include/net/netlink.h}: {@code nlmsg_put}, {@code nla_put}, {@code
 * nla_nest_start}, {@code nlmsg_trim}; {@code lib/nlattr.c}.
 */
public final class NlMsg {
  private static final int FIRST_BYTES = 256;

  private ByteBuffer buffer = ByteBuffer.allocate(FIRST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private int start;

  /** Begins a message: its header, whose length {@link #end} fills in. */
  public NlMsg begin(int type, int flags, int seq, int portid) {
    start = buffer.position();
    putInt(0);
    putShort(type);
    putShort(flags);
    putInt(seq);
    return putInt(portid);
  }

  /** Ends the message that was begun last. */
  public NlMsg end() {
    buffer.putInt(start, buffer.position() - start);
    return this;
  }

  /** Takes the message that was begun last away again. */
  public void cancel() {
    buffer.position(start);
  }

  /** Bytes of all messages so far. */
  public int length() {
    return buffer.position();
  }

  /** Bytes of the message that was begun last. */
  public int messageLength() {
    return buffer.position() - start;
  }

  /** Changes the flags of the message that was begun last. */
  public void addFlags(int flags) {
    buffer.putShort(start + 6, (short) (buffer.getShort(start + 6) | flags));
  }

  /** Changes a byte of the message that was begun last. */
  public void setByte(int at, int value) {
    buffer.put(start + at, (byte) value);
  }

  /** All messages so far. */
  public byte[] bytes() {
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      int size = Math.max(2 * buffer.capacity(), buffer.position() + bytes);
      ByteBuffer larger = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
      buffer.flip();
      larger.put(buffer);
      buffer = larger;
    }
    return buffer;
  }

  /** Adds a byte. */
  public NlMsg putByte(int value) {
    room(1).put((byte) value);
    return this;
  }

  /** Adds 16 bits. */
  public NlMsg putShort(int value) {
    room(Short.BYTES).putShort((short) value);
    return this;
  }

  /** Adds 16 bits in network byte order. */
  public NlMsg putBe16(int value) {
    return putShort(Short.reverseBytes((short) value));
  }

  /** Adds 32 bits. */
  public NlMsg putInt(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  /** Adds 64 bits. */
  public NlMsg putLong(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  /** Adds bytes. */
  public NlMsg put(byte[] bytes) {
    room(bytes.length).put(bytes);
    return this;
  }

  /** Adds zeros. */
  public NlMsg putZeros(int count) {
    return put(new byte[count]);
  }

  /** Adds zeros up to a multiple of four bytes. */
  private NlMsg pad() {
    int rest = -(buffer.position() - start) & 3;
    return rest == 0 ? this : putZeros(rest);
  }

  private NlMsg attrHeader(int type, int payload) {
    putShort(Nl.NLA_HDRLEN + payload);
    return putShort(type);
  }

  /** Adds an attribute without content ({@code nla_put_flag}). */
  public NlMsg attrFlag(int type) {
    return attrHeader(type, 0);
  }

  /** Adds an attribute of 8 bits. */
  public NlMsg attrByte(int type, int value) {
    return attrHeader(type, 1).putByte(value).pad();
  }

  /** Adds an attribute of 16 bits. */
  public NlMsg attrShort(int type, int value) {
    return attrHeader(type, Short.BYTES).putShort(value).pad();
  }

  /** Adds an attribute of 32 bits. */
  public NlMsg attrInt(int type, int value) {
    return attrHeader(type, Integer.BYTES).putInt(value);
  }

  /** Adds an attribute with an IPv4 address in host byte order. */
  public NlMsg attrInAddr(int type, int address) {
    return attrInt(type, Integer.reverseBytes(address));
  }

  /** Adds an attribute of bytes. */
  public NlMsg attr(int type, byte[] content) {
    return attrHeader(type, content.length).put(content).pad();
  }

  /** Adds an attribute of text with its final zero. */
  public NlMsg attrText(int type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return attrHeader(type, bytes.length + 1).put(bytes).putByte(0).pad();
  }

  /** Begins an attribute that holds others; {@link #nestEnd} takes what this gives back. */
  public int nest(int type) {
    int at = buffer.position();
    attrHeader(type, 0);
    return at;
  }

  /** Ends an attribute that holds others. */
  public NlMsg nestEnd(int at) {
    buffer.putShort(at, (short) (buffer.position() - at));
    return this;
  }

  /** A message alone, ended. */
  public static byte[] done(NlMsg msg) {
    return msg.end().bytes();
  }
}
