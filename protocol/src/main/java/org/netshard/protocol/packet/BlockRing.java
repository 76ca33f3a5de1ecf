package org.netshard.protocol.packet;

import org.netshard.protocol.core.Sk;

/**
 * A receive ring of blocks that hold packets of any size: {@code TPACKET_V3}. A block is the
 * program's when the next packet does not fit, or when its time is over.
 *
 * <p>The timer of Linux ticks as long as there is a ring. A tick at which the block is empty, or
 * the queue frozen, does nothing, so here there is an event only for one at which it is not.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}: {@code __packet_lookup_frame_in_block}, {@code
 * prb_retire_current_block}, {@code prb_dispatch_next_block}, {@code prb_open_block}, {@code
 * prb_freeze_queue}, {@code prb_retire_rx_blk_timer_expired}.
 */
final class BlockRing extends RxRing {
  private static final int V3_ALIGNMENT = 8;
  private static final long NS_PER_MS = 1_000_000;

  private final Sk sk;
  private final long createdNs;
  private long used;
  private int packets;
  private boolean frozen;
  private boolean ticking;
  private boolean closed;

  /** An empty ring of a sock; its timer ticks from now on. */
  BlockRing(Sk sk, RingRequest request) {
    super(request, request.blockCount());
    this.sk = sk;
    this.createdNs = sk.net().machine().nowNs();
    this.used = request.blockHeadBytes();
  }

  @Override
  long frameBytesMax() {
    return request().blockBytes() - request().blockHeadBytes();
  }

  @Override
  boolean put(long bytes) {
    if (frozen) {
      return false;
    }
    long aligned = (bytes + V3_ALIGNMENT - 1) / V3_ALIGNMENT * V3_ALIGNMENT;
    // Linux wants one byte to be left over.
    if (used + aligned >= request().blockBytes()) {
      retire();
      if (frozen) {
        return false;
      }
    }
    used += aligned;
    packets++;
    tick();
    return true;
  }

  /** Gives the block to the program, and opens the next one or freezes the queue. */
  private void retire() {
    fill();
    sk.dataReady();
    if (isFull()) {
      frozen = true;
      PacketOptions.forWrite(sk).freezes++;
    } else {
      used = request().blockHeadBytes();
      packets = 0;
    }
  }

  /** Has the next tick of the timer happen. */
  private void tick() {
    if (!ticking) {
      ticking = true;
      long periodNs = request().retireMs() * NS_PER_MS;
      long ticks = (sk.net().machine().nowNs() - createdNs) / periodNs + 1;
      sk.net().machine().softirqs().timer(createdNs + ticks * periodNs, this::expired);
    }
  }

  private void expired() {
    ticking = false;
    if (!closed && !frozen && packets > 0) {
      retire();
    }
  }

  @Override
  void close() {
    closed = true;
  }
}
