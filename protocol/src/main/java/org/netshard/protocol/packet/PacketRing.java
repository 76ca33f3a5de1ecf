package org.netshard.protocol.packet;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;

/**
 * Making and removing the rings of a packet sock.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}, {@code packet_set_ring}.
 *
 * <p><b>Differs from Linux:</b> a ring takes no memory and is never mapped.
 */
final class PacketRing {
  private static final int TPACKET_V3 = 2;
  private static final int REQ_BYTES = 16;
  private static final int REQ3_BYTES = 28;
  private static final int PAGE_BYTES = 4096;
  private static final int TPACKET_ALIGNMENT = 16;

  /** {@code TPACKET_HDRLEN} and so on: header and address by version, bytes. */
  private static final int[] HDRLEN_BYTES = {52, 52, 68};

  /** {@code BLK_HDR_LEN}: what a block of version 3 begins with, bytes. */
  private static final int BLK_HDR_BYTES = 48;

  private PacketRing() {}

  /**
   * Makes a ring, or removes it if no blocks are asked for.
   *
   * <p><b>Errors</b>, in order: EINVAL if the value is too short or cannot be read, EBUSY if the
   * ring is there, EINVAL for sizes that do not fit each other.
   */
  static int set(Sk sk, boolean tx, UserMem optval, int optlen) {
    PacketOptions options = PacketOptions.of(sk);
    int size = options.tpVersion == TPACKET_V3 ? REQ3_BYTES : REQ_BYTES;
    if (optlen < size || !optval.accessible(0, size)) {
      return Errno.EINVAL.negated();
    }
    boolean wanted = optval.getInt(4) != 0;
    if (wanted && (tx ? options.txRing : options.rxRing)) {
      return Errno.EBUSY.negated();
    }
    if (wanted ? !isValid(options, tx, optval) : optval.getInt(12) != 0) {
      return Errno.EINVAL.negated();
    }
    PacketOptions mine = PacketOptions.forWrite(sk);
    if (tx) {
      mine.txRing = wanted;
    } else {
      mine.rxRing = wanted;
    }
    return 0;
  }

  private static boolean isValid(PacketOptions options, boolean tx, UserMem req) {
    long blockSize = req.getInt(0);
    long blockCount = Integer.toUnsignedLong(req.getInt(4));
    long frameSize = Integer.toUnsignedLong(req.getInt(8));
    long frameCount = Integer.toUnsignedLong(req.getInt(12));
    long frameMin = (long) HDRLEN_BYTES[options.tpVersion] + options.tpReserve;
    if (blockSize <= 0 || blockSize % PAGE_BYTES != 0) {
      return false;
    }
    if (options.tpVersion == TPACKET_V3) {
      long privateSize = Integer.toUnsignedLong(req.getInt(20));
      boolean extras = req.getInt(16) != 0 || privateSize != 0 || req.getInt(24) != 0;
      long headSize = BLK_HDR_BYTES + (privateSize + 7) / 8 * 8;
      if (blockSize < headSize + frameMin || (tx && extras)) {
        return false;
      }
    }
    if (frameSize < frameMin || frameSize % TPACKET_ALIGNMENT != 0) {
      return false;
    }
    long framesPerBlock = blockSize / frameSize;
    return framesPerBlock != 0 && framesPerBlock * blockCount == frameCount;
  }
}
