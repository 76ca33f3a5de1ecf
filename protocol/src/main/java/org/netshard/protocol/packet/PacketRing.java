package org.netshard.protocol.packet;

import org.jspecify.annotations.Nullable;
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
  static final int TPACKET_V3 = 2;

  private static final int PAGE_BYTES = 4096;
  private static final int TPACKET_ALIGNMENT = 16;

  /** {@code KMALLOC_MAX_SIZE}, bytes, and what each block takes of one piece. */
  private static final int KMALLOC_BYTES_MAX = 1 << 22;

  private static final int PGV_BYTES = 8;

  /** {@code TPACKET_HDRLEN} and so on: header and address by version, bytes. */
  private static final int[] HDRLEN_BYTES = {52, 52, 68};

  private PacketRing() {}

  /** {@code tp_hdrlen}: bytes of the header of a packet and the address behind it. */
  static int hdrlen(PacketOptions options) {
    return HDRLEN_BYTES[options.tpVersion];
  }

  /**
   * Makes a ring, or removes it if no blocks are asked for. Packets that wait are dropped, and who
   * sees packets sees them from now on before the others.
   *
   * <p><b>Errors</b>, in order: EINVAL if the value is too short or cannot be read, EBUSY if the
   * ring is there, EINVAL for sizes that do not fit each other, ENOMEM for more blocks than Linux
   * can list, EINVAL for a transmit ring with what only a receive ring has.
   */
  static int set(Sk sk, boolean tx, UserMem optval, int optlen) {
    PacketOptions options = PacketOptions.of(sk);
    boolean v3 = options.tpVersion == TPACKET_V3;
    int size = RingRequest.size(v3);
    if (optlen < size || !optval.accessible(0, size)) {
      return Errno.EINVAL.negated();
    }
    RingRequest request = RingRequest.read(optval, v3);
    boolean wanted = request.blockCount() != 0;
    if (wanted && (tx ? options.txRing : options.rxRing) != null) {
      return Errno.EBUSY.negated();
    }
    if (wanted ? !isValid(options, request) : request.frameCount() != 0) {
      return Errno.EINVAL.negated();
    }
    if (request.blockCount() * PGV_BYTES > KMALLOC_BYTES_MAX) {
      return Errno.ENOMEM.negated();
    }
    if (tx && request.hasExtras()) {
      return Errno.EINVAL.negated();
    }
    PacketTap.unhook(sk);
    replace(sk, tx, wanted ? request : null);
    PacketTap.hook(sk);
    return 0;
  }

  private static void replace(Sk sk, boolean tx, @Nullable RingRequest request) {
    PacketOptions mine = PacketOptions.forWrite(sk);
    if (tx) {
      mine.txRing = request;
      return;
    }
    if (mine.rxRing != null) {
      mine.rxRing.close();
    }
    if (request == null) {
      mine.rxRing = null;
    } else if (mine.tpVersion == TPACKET_V3) {
      mine.freezes = 0;
      mine.rxRing = new BlockRing(sk, request.withTime());
    } else {
      mine.rxRing = new FrameRing(request);
    }
    PacketRecv.purge(sk);
  }

  private static boolean isValid(PacketOptions options, RingRequest request) {
    long frameMin = (long) hdrlen(options) + options.tpReserve;
    if (request.blockBytes() == 0
        || request.blockBytes() > Integer.MAX_VALUE
        || request.blockBytes() % PAGE_BYTES != 0) {
      return false;
    }
    if (options.tpVersion == TPACKET_V3
        && request.blockBytes() < request.blockHeadBytes() + frameMin) {
      return false;
    }
    if (request.frameBytes() < frameMin || request.frameBytes() % TPACKET_ALIGNMENT != 0) {
      return false;
    }
    long framesPerBlock = request.blockBytes() / request.frameBytes();
    return framesPerBlock != 0 && framesPerBlock * request.blockCount() == request.frameCount();
  }
}
