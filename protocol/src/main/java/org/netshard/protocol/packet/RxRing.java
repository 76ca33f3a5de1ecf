package org.netshard.protocol.packet;

/**
 * A receive ring: which of its frames or blocks the kernel may fill.
 *
 * <p>The program gives a frame back by writing into the memory that it has mapped, which no call
 * tells, so none is ever given back here: each is filled once, in order, and then the ring is full.
 *
 * <p><b>Source:</b> {@code net/packet/internal.h}, {@code struct packet_ring_buffer}; {@code
 * net/packet/af_packet.c}: {@code packet_current_rx_frame}, {@code packet_previous_rx_frame},
 * {@code __tpacket_has_room}, {@code __tpacket_v3_has_room}.
 */
abstract class RxRing {
  private final RingRequest request;
  private final long count;
  private long filled;

  /**
   * An empty ring.
   *
   * @param count of frames, or of blocks
   */
  RxRing(RingRequest request, long count) {
    this.request = request;
    this.count = count;
  }

  /** What was asked for. */
  final RingRequest request() {
    return request;
  }

  /** Frames or blocks that are the program's now. */
  final long filled() {
    return filled;
  }

  /** The next frame or block is the program's now ({@code TP_STATUS_USER}). */
  final void fill() {
    filled++;
  }

  /** Whether all are the program's. */
  final boolean isFull() {
    return filled == count;
  }

  /**
   * Whether the kernel may fill the one at the head, or one further on.
   *
   * @param shift how far: the length of the ring, shifted right by this; 0 is the head itself
   */
  final boolean hasRoom(int shift) {
    long at = isFull() ? 0 : filled;
    if (shift != 0) {
      at += count >> shift;
    }
    return (at >= count ? at - count : at) >= filled;
  }

  /** Whether there is something to read: the one before the head is the program's. */
  final boolean isReadable() {
    return filled > 0;
  }

  /** The largest header and data that it takes, bytes. */
  abstract long frameBytesMax();

  /**
   * Finds room for a packet.
   *
   * @param bytes of its header and data
   * @return whether there was some
   */
  abstract boolean put(long bytes);

  /** The ring is removed. */
  void close() {
    // Frames have no timer.
  }
}
