package org.netshard.protocol.packet;

/**
 * A receive ring of frames of one size: {@code TPACKET_V1} and {@code TPACKET_V2}.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}: {@code packet_lookup_frame}, {@code
 * packet_increment_head}.
 */
final class FrameRing extends RxRing {
  FrameRing(RingRequest request) {
    super(request, request.frameCount());
  }

  @Override
  long frameBytesMax() {
    return request().frameBytes();
  }

  @Override
  boolean put(long bytes) {
    if (isFull()) {
      return false;
    }
    fill();
    return true;
  }
}
