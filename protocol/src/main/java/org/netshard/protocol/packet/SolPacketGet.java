package org.netshard.protocol.packet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.PacketOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;

/**
 * Reading options of {@code SOL_PACKET}.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}, {@code packet_getsockopt}.
 */
final class SolPacketGet {
  private static final int STATS_BYTES = 8;
  private static final int STATS_V3_BYTES = 12;

  /** Size of the header of a packet in a ring by version, bytes. */
  private static final int[] HEADER_BYTES = {32, 32, 48};

  private SolPacketGet() {}

  /**
   * Reads an option.
   *
   * <p><b>Errors</b>, in order: EFAULT if the length cannot be read, EINVAL if it is negative,
   * those of the option, ENOPROTOOPT, EFAULT after the length was written.
   */
  static int getsockopt(Sk sk, int optname, UserMem optval, UserMem optlen) {
    if (!optlen.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int len = optlen.getInt(0);
    if (len < 0) {
      return Errno.EINVAL.negated();
    }
    PacketOptions options = PacketOptions.of(sk);
    return switch (optname) {
      case PacketOption.PACKET_STATISTICS -> put(optval, optlen, len, statistics(sk));
      case PacketOption.PACKET_HDRLEN -> getHdrlen(optval, optlen, len);
      case PacketOption.PACKET_ROLLOVER_STATS ->
          options.rollover == null
              ? Errno.EINVAL.negated()
              : put(optval, optlen, len, options.rollover.stats());
      case PacketOption.PACKET_AUXDATA,
          PacketOption.PACKET_ORIGDEV,
          PacketOption.PACKET_LOSS,
          PacketOption.PACKET_TX_HAS_OFF,
          PacketOption.PACKET_QDISC_BYPASS,
          PacketOption.PACKET_IGNORE_OUTGOING ->
          putInt(optval, optlen, len, options.flag(optname) ? 1 : 0);
      case PacketOption.PACKET_VNET_HDR ->
          putInt(optval, optlen, len, options.vnetHdrBytes != 0 ? 1 : 0);
      case PacketOption.PACKET_VNET_HDR_SZ -> putInt(optval, optlen, len, options.vnetHdrBytes);
      case PacketOption.PACKET_COPY_THRESH -> putInt(optval, optlen, len, options.copyThresh);
      case PacketOption.PACKET_VERSION -> putInt(optval, optlen, len, options.tpVersion);
      case PacketOption.PACKET_RESERVE -> putInt(optval, optlen, len, options.tpReserve);
      case PacketOption.PACKET_TIMESTAMP -> putInt(optval, optlen, len, options.tpTstamp);
      case PacketOption.PACKET_FANOUT ->
          putInt(optval, optlen, len, options.fanout == null ? 0 : options.fanout.word());
      default -> Errno.ENOPROTOOPT.negated();
    };
  }

  /** {@code PACKET_HDRLEN}: what is read is the version that is asked for. */
  private static int getHdrlen(UserMem optval, UserMem optlen, int len) {
    if (len < Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int version = optval.getInt(0);
    if (version < 0 || version >= HEADER_BYTES.length) {
      return Errno.EINVAL.negated();
    }
    return putInt(optval, optlen, len, HEADER_BYTES[version]);
  }

  private static int putInt(UserMem optval, UserMem optlen, int len, int value) {
    byte[] bytes =
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    return put(optval, optlen, len, bytes);
  }

  /** The length first, then the value. */
  private static int put(UserMem optval, UserMem optlen, int len, byte[] value) {
    int copied = Math.min(len, value.length);
    optlen.putInt(0, copied);
    return SocketOptions.putValue(optval, optlen, copied, value);
  }

  /**
   * {@code struct tpacket_stats}, {@code struct tpacket_stats_v3}: packets with those that were
   * dropped, drops, and how often the ring was full; then all are zero.
   */
  private static byte[] statistics(Sk sk) {
    PacketOptions options = PacketOptions.of(sk);
    int size = options.tpVersion == PacketRing.TPACKET_V3 ? STATS_V3_BYTES : STATS_BYTES;
    ByteBuffer stats = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    stats.putInt(options.packets + options.drops).putInt(options.drops);
    if (size == STATS_V3_BYTES) {
      stats.putInt(options.freezes);
    }
    if (options.packets + options.drops + options.freezes > 0) {
      options.packets = 0;
      options.drops = 0;
      options.freezes = 0;
    }
    return stats.array();
  }
}
