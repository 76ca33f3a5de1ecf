package org.netshard.namespace.pcap;

import java.util.Arrays;
import org.netshard.protocol.core.InetChecksum;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.Packet;

/** A packet as a capture shows it. */
public final class Frame {
  private static final int MANGLED_ZERO = 0xffff;

  private Frame() {}

  /**
   * A copy of a packet's bytes from the link header on, with the checksum that its device would
   * have filled in ({@code skb_checksum_help}). One that stands for several is shown as one.
   */
  public static byte[] of(Packet packet) {
    int from = packet.network() - Packet.ETH_HLEN;
    byte[] frame = Arrays.copyOfRange(packet.bytes(), from, packet.end());
    if (packet.checksum() == Packet.Checksum.PARTIAL) {
      int at = packet.transport() - from;
      int sum = InetChecksum.finish(InetChecksum.add(0, frame, at, frame.length - at));
      NetBytes.put16(frame, at + packet.csumOffset(), sum == 0 ? MANGLED_ZERO : sum);
    }
    return frame;
  }

  /** The {@code epb_flags} of a packet that came in, by its link header. */
  public static int inboundFlags(Packet packet) {
    return PcapngWriter.INBOUND
        | switch (packet.type()) {
          case MULTICAST -> PcapngWriter.MULTICAST;
          case BROADCAST -> PcapngWriter.BROADCAST;
          case HOST, OTHERHOST, OUTGOING -> PcapngWriter.UNICAST;
        };
  }
}
