package org.netshard.protocol.netlink;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An attribute of a message that was received.
 *
 * <p><b>Source:</b> {@code include/net/netlink.h}, {@code struct nlattr}.
 */
public final class NlAttr {
  private final byte[] message;
  private final int offset;
  private final int length;

  /**
   * An attribute.
   *
   * @param message the message that it is in
   * @param offset where it begins
   * @param length its length with the header
   */
  NlAttr(byte[] message, int offset, int length) {
    this.message = message;
    this.offset = offset;
    this.length = length;
  }

  /** Where it begins in its message. */
  public int offset() {
    return offset;
  }

  /** Bytes of its content ({@code nla_len}). */
  public int length() {
    return length - Nl.NLA_HDRLEN;
  }

  /** Its type without the flags ({@code nla_type}). */
  public int type() {
    return NlRequest.getShort(message, offset + 2) & Nl.NLA_TYPE_MASK;
  }

  /** Whether it says that it holds others. */
  public boolean isNested() {
    return (NlRequest.getShort(message, offset + 2) & Nl.NLA_F_NESTED) != 0;
  }

  /** Its first 8 bits. */
  public int getByte() {
    return message[offset + Nl.NLA_HDRLEN] & 0xff;
  }

  /** Its first 32 bits. */
  public int getInt() {
    return NlRequest.getInt(message, offset + Nl.NLA_HDRLEN);
  }

  /** 32 bits of it. */
  public int getInt(int at) {
    return NlRequest.getInt(message, offset + Nl.NLA_HDRLEN + at);
  }

  /** Its first 64 bits. */
  public long getLong() {
    return (getInt(0) & 0xffff_ffffL) | ((long) getInt(Integer.BYTES) << Integer.SIZE);
  }

  /** Its first 32 bits as an IPv4 address in host byte order. */
  public int getInAddr() {
    return Integer.reverseBytes(getInt());
  }

  /** Its content. */
  public byte[] bytes() {
    int from = offset + Nl.NLA_HDRLEN;
    return Arrays.copyOfRange(message, from, from + length());
  }

  /** Its content up to the first zero. */
  public String text() {
    byte[] bytes = bytes();
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
  }

  /** All attributes in it, in order; what is behind a bad one is ignored. */
  public List<NlAttr> inner() {
    List<NlAttr> found = new ArrayList<>();
    int at = offset + Nl.NLA_HDRLEN;
    int end = offset + length;
    while (end - at >= Nl.NLA_HDRLEN) {
      int bytes = NlRequest.getShort(message, at);
      if (bytes < Nl.NLA_HDRLEN || bytes > end - at) {
        break;
      }
      found.add(new NlAttr(message, at, bytes));
      at += (bytes + 3) & ~3;
    }
    return found;
  }

  /** The attributes in it, without a check of their lengths against rules. */
  public NlAttrs nested(int maxType) {
    return nestedBehind(0, maxType);
  }

  /** The attributes in it behind so many bytes of something else. */
  public NlAttrs nestedBehind(int bytes, int maxType) {
    return NlAttrs.lax(message, offset + Nl.NLA_HDRLEN + bytes, offset + length, maxType);
  }
}
