package org.netshard.protocol.packet;

import org.netshard.protocol.abi.UserMem;

/**
 * The sizes of a ring, as a program asks for them ({@code struct tpacket_req}, {@code struct
 * tpacket_req3}); all are unsigned.
 *
 * @param blockBytes {@code tp_block_size}
 * @param blockCount {@code tp_block_nr}
 * @param frameBytes {@code tp_frame_size}
 * @param frameCount {@code tp_frame_nr}
 * @param retireMs {@code tp_retire_blk_tov}: time after which a block is given to the program
 * @param privateBytes {@code tp_sizeof_priv}: what the program keeps in each block
 * @param features {@code tp_feature_req_word}
 */
record RingRequest(
    long blockBytes,
    long blockCount,
    long frameBytes,
    long frameCount,
    long retireMs,
    long privateBytes,
    int features) {
  private static final int REQ_BYTES = 16;
  private static final int REQ3_BYTES = 28;

  /** {@code BLK_HDR_LEN}: what a block begins with, bytes. */
  private static final int BLK_HDR_BYTES = 48;

  private static final int V3_ALIGNMENT = 8;

  /** {@code DEFAULT_PRB_RETIRE_TOV}: time of a block of a device without a speed, as {@code lo}. */
  private static final int RETIRE_MS = 8;

  /** Bytes of what is read: of version 3, or of one before. */
  static int size(boolean v3) {
    return v3 ? REQ3_BYTES : REQ_BYTES;
  }

  /** Reads it. */
  static RingRequest read(UserMem from, boolean v3) {
    return new RingRequest(
        Integer.toUnsignedLong(from.getInt(0)),
        Integer.toUnsignedLong(from.getInt(4)),
        Integer.toUnsignedLong(from.getInt(8)),
        Integer.toUnsignedLong(from.getInt(12)),
        v3 ? Integer.toUnsignedLong(from.getInt(16)) : 0,
        v3 ? Integer.toUnsignedLong(from.getInt(20)) : 0,
        v3 ? from.getInt(24) : 0);
  }

  /** The same with a time, if it has none ({@code prb_calc_retire_blk_tmo}). */
  RingRequest withTime() {
    return retireMs != 0
        ? this
        : new RingRequest(
            blockBytes, blockCount, frameBytes, frameCount, RETIRE_MS, privateBytes, features);
  }

  /** {@code BLK_PLUS_PRIV}: bytes of a block before its first packet. */
  long blockHeadBytes() {
    return BLK_HDR_BYTES + (privateBytes + V3_ALIGNMENT - 1) / V3_ALIGNMENT * V3_ALIGNMENT;
  }

  /** Whether there is something that only version 3 has. */
  boolean hasExtras() {
    return retireMs != 0 || privateBytes != 0 || features != 0;
  }
}
