package org.netshard.protocol.packet;

import java.util.List;
import java.util.Locale;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;

/**
 * The text of {@code /proc/net/packet}.
 *
 * <p><b>Source:</b> {@code net/packet/af_packet.c}, {@code packet_seq_show}.
 */
public final class PacketSeq {
  private static final String HEAD =
      "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n";
  private static final int REFERENCES = 2;

  private PacketSeq() {}

  /** The text for these socks. */
  public static String text(List<Sk> socks) {
    StringBuilder text = new StringBuilder(HEAD);
    for (Sk sk : socks) {
      boolean running = sk.num() != 0;
      text.append(
          String.format(
              Locale.ROOT,
              "%s %-6d %-4d %04x   %-5d %1d %-6d %-6d %-6d\n",
              SockInodes.pointer(sk),
              running ? REFERENCES + 1 : REFERENCES,
              sk.type(),
              Short.toUnsignedInt(Short.reverseBytes((short) sk.num())),
              PacketOptions.of(sk).ifindex,
              running ? 1 : 0,
              sk.rmemAlloc(),
              sk.uid(),
              SockInodes.of(sk)));
    }
    return text.toString();
  }
}
