package org.netshard.protocol.packet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.PacketOption;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.DatagramQueue;
import org.netshard.protocol.core.ErrSkb;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.RecvCmsgs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkbOwner;

/**
 * Receiving by packet sockets.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}, {@code packet_recvmsg}.
 *
 * <p><b>Differs from Linux:</b> {@code PACKET_VNET_HDR} adds no header.
 */
final class PacketRecv {
  private static final int FLAGS =
      Abi.MSG_PEEK | Abi.MSG_DONTWAIT | Abi.MSG_TRUNC | Abi.MSG_CMSG_CLOEXEC | Abi.MSG_ERRQUEUE;

  private static final int SOCKADDR_LL_BYTES = 20;
  private static final int SOCKADDR_PKT_BYTES = 18;
  private static final int DEVICE_BYTES = 14;
  private static final int AUXDATA_BYTES = 20;
  private static final int ADDR_BYTES = 6;

  /** What is kept with a copy of a packet that was too long for its frame in a ring: no name. */
  static final Object FROM_RING = new Object();

  private static final int TP_STATUS_USER = 1;
  private static final int TP_STATUS_CSUMNOTREADY = 8;
  private static final int TP_STATUS_CSUM_VALID = 128;

  private PacketRecv() {}

  /**
   * {@code packet_recvmsg}.
   *
   * <p><b>Errors</b>, in order: EINVAL for other flags than to peek, not to wait and to tell the
   * length; those of the error queue, of which stamps come; those of {@link DatagramQueue#find};
   * EFAULT.
   */
  static int recvmsg(Sk sk, Caller caller, Msg msg) {
    if ((msg.flags() & ~FLAGS) != 0) {
      return Errno.EINVAL.negated();
    }
    if (msg.has(Abi.MSG_ERRQUEUE)) {
      return ErrSkb.receive(sk, msg, Abi.SOL_PACKET, PacketOption.PACKET_TX_TIMESTAMP);
    }
    DatagramQueue.Found found = DatagramQueue.find(sk, caller, msg);
    Packet packet = (Packet) found.skb();
    if (packet == null) {
      return found.result();
    }
    PacketRoom.tryClearPressure(sk);
    if (!msg.has(Abi.MSG_PEEK)) {
      sk.receiveQueue().unlink(packet);
      SkbOwner.rfree(sk, packet.truesize());
    }
    int length = packet.len();
    int copied = Math.min(msg.size(), length);
    if (copied < length) {
      msg.addOutFlags(Abi.MSG_TRUNC);
    }
    if (!msg.write(0, packet.bytes(), packet.start(), copied)) {
      return Errno.EFAULT.negated();
    }
    RecvCmsgs.put(sk, msg, packet);
    msg.setAddress(sk.type() == Abi.SOCK_PACKET ? packetName(packet) : linkName(packet));
    if (PacketOptions.of(sk).flag(PacketOption.PACKET_AUXDATA)) {
      msg.putCmsg(Abi.SOL_PACKET, PacketOption.PACKET_AUXDATA, auxdata(packet));
    }
    return msg.has(Abi.MSG_TRUNC) ? length : copied;
  }

  /** {@code struct sockaddr_ll}: protocol, device, kind of packet, who sent it. */
  private static byte[] linkName(Packet packet) {
    ByteBuffer name = ByteBuffer.allocate(SOCKADDR_LL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    name.putShort((short) Abi.AF_PACKET);
    name.putShort(Short.reverseBytes((short) packet.ethertype()));
    if (packet.cb() == FROM_RING) {
      return name.array();
    }
    name.putInt(packet.dev().ifindex());
    name.putShort((short) packet.dev().type());
    name.put((byte) packet.type().ordinal()).put((byte) ADDR_BYTES);
    int mac = packet.network() - Packet.ETH_HLEN;
    name.put(packet.bytes(), mac + ADDR_BYTES, ADDR_BYTES);
    return name.array();
  }

  /** {@code struct sockaddr_pkt}: device and protocol. */
  private static byte[] packetName(Packet packet) {
    ByteBuffer name = ByteBuffer.allocate(SOCKADDR_PKT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    name.putShort((short) packet.dev().type());
    byte[] device = packet.dev().name().getBytes(StandardCharsets.ISO_8859_1);
    name.put(device, 0, Math.min(device.length, DEVICE_BYTES));
    name.putShort(SOCKADDR_PKT_BYTES - 2, Short.reverseBytes((short) packet.ethertype()));
    return name.array();
  }

  /** {@code struct tpacket_auxdata}. */
  private static byte[] auxdata(Packet packet) {
    int status = TP_STATUS_USER;
    if (packet.checksum() == Packet.Checksum.PARTIAL) {
      status |= TP_STATUS_CSUMNOTREADY;
    } else if (packet.checksum() == Packet.Checksum.UNNECESSARY
        && packet.type() != Packet.Type.OUTGOING) {
      status |= TP_STATUS_CSUM_VALID;
    }
    Object length = packet.cb() == FROM_RING ? Integer.valueOf(0) : packet.cb();
    ByteBuffer data = ByteBuffer.allocate(AUXDATA_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.putInt(status).putInt(length instanceof Integer original ? original : packet.len());
    data.putInt(packet.len()).putShort((short) 0);
    return data.putShort((short) (packet.network() - packet.start())).array();
  }

  /** Drops all that waits, at the end of a sock. */
  static void purge(Sk sk) {
    while (sk.isReadable() && sk.receiveQueue().poll() instanceof Packet packet) {
      SkbOwner.rfree(sk, packet.truesize());
    }
  }
}
