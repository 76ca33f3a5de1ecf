package org.netshard.protocol.packet;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;

/**
 * Joining a fanout group.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}, {@code fanout_add}.
 *
 * <p><b>Differs from Linux:</b> each sock is alone in a group, and a group that asks for a unique
 * id gets 0; so an id that is in use by a group of another type is not refused.
 */
final class PacketFanout {
  static final int PACKET_FANOUT_CBPF = 6;

  private static final int PACKET_FANOUT_ROLLOVER = 3;
  private static final int PACKET_FANOUT_EBPF = 7;
  private static final int PACKET_FANOUT_FLAG_ROLLOVER = 0x1000;
  private static final int PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;

  /** {@code PACKET_FANOUT_MAX}: members of a group. */
  private static final int MEMBER_COUNT_MAX = 1 << 16;

  /** Size of a {@code struct fanout_args}, bytes: id, type with flags, members. */
  private static final int ARGS_BYTES = 8;

  private PacketFanout() {}

  static boolean takesProgram(int type) {
    return type == PACKET_FANOUT_CBPF || type == PACKET_FANOUT_EBPF;
  }

  /**
   * Makes a group with this sock.
   *
   * <p><b>Errors</b>, in order: EINVAL for the length, EFAULT, EINVAL for an unknown type or one
   * that rolls over to itself, EALREADY in a group, EINVAL for an id with the wish for a unique
   * one, for too many members, or if the sock receives nothing.
   */
  static int add(Sk sk, UserMem optval, int optlen) {
    if (optlen != Integer.BYTES && optlen != ARGS_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, optlen)) {
      return Errno.EFAULT.negated();
    }
    int id = optval.getShort(0);
    int typeFlags = optval.getShort(2);
    int type = typeFlags & 0xff;
    boolean rollsOver = (typeFlags & PACKET_FANOUT_FLAG_ROLLOVER) != 0;
    if (type > PACKET_FANOUT_EBPF || (type == PACKET_FANOUT_ROLLOVER && rollsOver)) {
      return Errno.EINVAL.negated();
    }
    if (PacketOptions.of(sk).fanout) {
      return Errno.EALREADY.negated();
    }
    boolean uniqueId = (typeFlags & PACKET_FANOUT_FLAG_UNIQUEID) != 0;
    int members = optlen == ARGS_BYTES ? optval.getInt(4) : 0;
    if ((uniqueId && id != 0)
        || Integer.compareUnsigned(members, MEMBER_COUNT_MAX) > 0
        || sk.num() == 0) {
      return Errno.EINVAL.negated();
    }
    PacketOptions options = PacketOptions.forWrite(sk);
    options.fanout = true;
    options.rollover = rollsOver || type == PACKET_FANOUT_ROLLOVER;
    options.fanoutArg = id | (typeFlags & ~PACKET_FANOUT_FLAG_UNIQUEID) << 16;
    return 0;
  }
}
