package org.netshard.protocol.packet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.FlowDissector;

/**
 * What a member of a fanout group knows of going over to another one when it is full.
 *
 * <p><b>Source:</b> {@code net/packet/internal.h}, {@code struct packet_rollover}; {@code
 * net/packet/af_packet.c}: {@code fanout_demux_rollover}, {@code fanout_flow_is_huge}.
 */
final class FanoutRollover {
  /** {@code ROLLOVER_HLEN}: flows that are remembered. */
  private static final int HISTORY_COUNT = 16;

  private static final int STATS_BYTES = 24;

  private final long[] history = new long[HISTORY_COUNT];
  private int next;
  private long moved;
  private long huge;
  private long failed;

  /** {@code struct tpacket_rollover_stats}. */
  byte[] stats() {
    ByteBuffer stats = ByteBuffer.allocate(STATS_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return stats.putLong(moved).putLong(huge).putLong(failed).array();
  }

  /**
   * Chooses a member with room.
   *
   * @param at the one that should have the packet
   * @param trySelf whether it may have it, if it has room
   * @return the chosen one; {@code at} if none has room
   */
  static int demux(List<PacketTap> members, Packet packet, int at, boolean trySelf) {
    Sk sk = members.get(at).sk();
    FanoutRollover mine = PacketOptions.of(sk).rollover;
    if (mine == null) {
      throw new IllegalStateException("a member of a group that rolls over cannot");
    }
    PacketRoom room = PacketRoom.NONE;
    if (trySelf) {
      room = PacketRoom.lookAndNote(sk, packet);
      boolean low = room == PacketRoom.LOW;
      if (room == PacketRoom.NORMAL || (low && !mine.isHuge(sk.net(), packet))) {
        return at;
      }
    }
    int count = members.size();
    int first = Math.min(mine.next, count - 1);
    int i = first;
    do {
      Sk other = members.get(i).sk();
      boolean skip = trySelf && other == sk;
      if (!skip
          && !PacketOptions.of(other).pressure
          && PacketRoom.lookAndNote(other, packet) == PacketRoom.NORMAL) {
        mine.next = i;
        mine.moved++;
        mine.huge += room == PacketRoom.LOW ? 1 : 0;
        return i;
      }
      i = i + 1 == count ? 0 : i + 1;
    } while (i != first);
    mine.failed++;
    return at;
  }

  /** Whether most packets of late are of this flow. */
  private boolean isHuge(NetNs net, Packet packet) {
    long hash = FlowDissector.symmetricHash(net, packet);
    int same = 0;
    for (long flow : history) {
      same += flow == hash ? 1 : 0;
    }
    history[net.machine().randomBelow(HISTORY_COUNT)] = hash;
    return same > HISTORY_COUNT >> 1;
  }
}
