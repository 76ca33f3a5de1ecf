package org.netshard.protocol.packet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Sk;

/**
 * Binding a packet socket to a device and a protocol.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}, {@code packet_bind}, {@code packet_bind_spkt},
 * {@code packet_do_bind}, {@code packet_getname}, {@code packet_getname_spkt}.
 *
 * <p><b>Differs from Linux:</b> the one device is {@code lo}.
 */
final class PacketBind {
  /** Size of a {@code struct sockaddr_ll}, bytes. */
  private static final int SOCKADDR_LL_BYTES = 20;

  /** Where the hardware address begins in it. */
  private static final int LL_ADDR_AT = 12;

  /** Size of a {@code struct sockaddr}, bytes. */
  private static final int SOCKADDR_BYTES = 16;

  private static final int NAME_AT = 2;
  private static final int NAME_BYTES = 14;
  private static final int LO = 1;
  private static final int ARPHRD_LOOPBACK = 772;
  private static final int LO_ADDR_BYTES = 6;

  private PacketBind() {}

  /** <b>Errors</b>, in order: EINVAL for a short address or another family; {@link #doBind}'s. */
  static int bind(Sk sk, SockAddr address) {
    if (address.length() < SOCKADDR_LL_BYTES || address.family() != Abi.AF_PACKET) {
      return Errno.EINVAL.negated();
    }
    int ifindex = address.getInt(4);
    if (PacketOptions.of(sk).fanout != null) {
      return Errno.EINVAL.negated();
    }
    if (ifindex != 0 && sk.net().deviceName(ifindex) == null) {
      return Errno.ENODEV.negated();
    }
    return doBind(sk, ifindex, address.getShort(2));
  }

  /** {@code SOCK_PACKET}, by the name of the device. <b>Errors:</b> EINVAL, ENODEV. */
  static int bindByName(Sk sk, SockAddr address) {
    if (address.length() != SOCKADDR_BYTES) {
      return Errno.EINVAL.negated();
    }
    byte[] field = address.get(NAME_AT, NAME_BYTES);
    int end = 0;
    while (end < field.length && field[end] != 0) {
      end++;
    }
    int ifindex = sk.net().ifindex(new String(field, 0, end, StandardCharsets.ISO_8859_1));
    return ifindex == 0 ? Errno.ENODEV.negated() : doBind(sk, ifindex, 0);
  }

  /** A device that is down is noted as the sock's error; protocol 0 leaves what it has. */
  private static int doBind(Sk sk, int ifindex, int protocol) {
    int num = protocol != 0 ? protocol : sk.num();
    boolean changes = num != sk.num() || ifindex != PacketOptions.of(sk).ifindex;
    if (changes) {
      sk.setNum(num);
      PacketOptions.forWrite(sk).ifindex = ifindex;
      PacketTap.hook(sk);
    }
    if (num != 0 && changes && ifindex != 0 && !sk.net().loIsUp()) {
      sk.setErr(Errno.ENETDOWN.number());
    }
    return 0;
  }

  static int name(Sk sk, byte[] address) {
    int ifindex = PacketOptions.of(sk).ifindex;
    ByteBuffer out = ByteBuffer.wrap(address).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort((short) Abi.AF_PACKET).putShort((short) sk.num()).putInt(ifindex);
    if (ifindex != LO) {
      return LL_ADDR_AT;
    }
    out.putShort((short) ARPHRD_LOOPBACK).put((byte) 0).put((byte) LO_ADDR_BYTES);
    return LL_ADDR_AT + LO_ADDR_BYTES;
  }

  static int nameWithDevice(Sk sk, byte[] address) {
    address[0] = Abi.AF_PACKET;
    String device = sk.net().deviceName(PacketOptions.of(sk).ifindex);
    if (device != null) {
      byte[] name = device.getBytes(StandardCharsets.ISO_8859_1);
      System.arraycopy(name, 0, address, NAME_AT, Math.min(name.length, NAME_BYTES - 1));
    }
    return SOCKADDR_BYTES;
  }
}
