package org.netshard.protocol.packet;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkbOwner;

/**
 * A packet comes to a sock with a receive ring.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}, {@code tpacket_rcv}.
 *
 * <p><b>Differs from Linux:</b> nothing is written into a frame, as no program can read it.
 */
final class RingRcv {
  private static final int TPACKET_ALIGNMENT = 16;

  /** Room for a link header before the network header, bytes. */
  private static final int MAC_BYTES = 16;

  private static final int NETOFF_MAX = 0xffff;

  private RingRcv() {}

  /**
   * Puts a packet into the ring, which is counted as a drop where there is no room. What is too
   * long for a frame is cut; with {@code PACKET_COPY_THRESH} all of it waits in the queue besides.
   *
   * @param snaplen bytes of it that the filter keeps
   */
  static void rcv(Sk sk, RxRing ring, Packet packet, int snaplen) {
    PacketOptions options = PacketOptions.forWrite(sk);
    if (PacketRoom.look(sk, packet) == PacketRoom.NONE) {
      options.drops++;
      return;
    }
    int maclen = packet.network() - packet.start();
    int netoff = netoff(sk, options, maclen);
    if (netoff > NETOFF_MAX) {
      options.drops++;
      return;
    }
    boolean cooked = sk.type() == Abi.SOCK_DGRAM;
    long macoff = cooked ? netoff : netoff - maclen;
    long kept = snaplen;
    @Nullable Packet copy = null;
    if (macoff + kept > ring.frameBytesMax()) {
      boolean blocks = ring instanceof BlockRing;
      if (!blocks && options.copyThresh != 0 && sk.rmemAlloc() < sk.rcvbuf()) {
        copy = copy(sk, packet);
      }
      kept = Math.max(0, ring.frameBytesMax() - macoff);
      macoff = blocks ? Math.min(macoff, ring.frameBytesMax()) : macoff;
    }
    if (!ring.put(macoff + kept)) {
      options.drops++;
      sk.dataReady();
      if (copy != null) {
        SkbOwner.rfree(sk, copy.truesize());
      }
      return;
    }
    options.packets++;
    if (copy != null) {
      sk.receiveQueue().add(copy);
    }
    if (ring instanceof FrameRing) {
      sk.dataReady();
    }
  }

  /** Where the network header stands in a frame. */
  private static int netoff(Sk sk, PacketOptions options, int maclen) {
    int hdrlen = PacketRing.hdrlen(options);
    if (sk.type() == Abi.SOCK_DGRAM) {
      return align(hdrlen) + MAC_BYTES + options.tpReserve;
    }
    return align(hdrlen + Math.max(MAC_BYTES, maclen)) + options.tpReserve + options.vnetHdrBytes;
  }

  private static int align(int bytes) {
    return (bytes + TPACKET_ALIGNMENT - 1) / TPACKET_ALIGNMENT * TPACKET_ALIGNMENT;
  }

  /** A copy for the queue, of which is not told where it came from. */
  private static Packet copy(Sk sk, Packet packet) {
    Packet copy = packet.copy();
    copy.setCb(PacketRecv.FROM_RING);
    SkbOwner.setOwnerR(sk, copy.truesize());
    return copy;
  }
}
