package org.netshard.protocol.packet;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;

/**
 * How much room a packet sock has for packets, which decides whether a fanout group rolls over.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}: {@code __packet_rcv_has_room}, {@code
 * packet_rcv_has_room}, {@code packet_rcv_try_clear_pressure}.
 */
enum PacketRoom {
  /** {@code ROOM_NONE}. */
  NONE,
  /** {@code ROOM_LOW}: for one packet. */
  LOW,
  /** {@code ROOM_NORMAL}: a quarter is free. */
  NORMAL;

  private static final int ROOM_POW_OFF = 2;

  /**
   * How much there is.
   *
   * @param packet one that comes, or null
   */
  static PacketRoom look(Sk sk, @Nullable Packet packet) {
    RxRing ring = PacketOptions.of(sk).rxRing;
    if (ring == null) {
      int free = sk.rcvbuf() - sk.rmemAlloc() - (packet == null ? 0 : packet.truesize());
      if (free > sk.rcvbuf() >> ROOM_POW_OFF) {
        return NORMAL;
      }
      return free > 0 ? LOW : NONE;
    }
    if (ring.hasRoom(ROOM_POW_OFF)) {
      return NORMAL;
    }
    return ring.hasRoom(0) ? LOW : NONE;
  }

  /** The same, and notes whether the sock is under pressure. */
  static PacketRoom lookAndNote(Sk sk, Packet packet) {
    PacketRoom room = look(sk, packet);
    if (PacketOptions.of(sk).pressure != (room != NORMAL)) {
      PacketOptions.forWrite(sk).pressure = room != NORMAL;
    }
    return room;
  }

  /** Somebody has read, or asked: there may be room again. */
  static void tryClearPressure(Sk sk) {
    if (PacketOptions.of(sk).pressure && look(sk, null) == NORMAL) {
      PacketOptions.forWrite(sk).pressure = false;
    }
  }
}
