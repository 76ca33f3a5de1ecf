package org.netshard.protocol.unix;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;

/**
 * The text of {@code /proc/net/unix}.
 *
 * <p><b>Source:</b> {@code net/unix/af_unix.c}, {@code unix_seq_show}.
 */
public final class UnixSeq {
  private static final String HEAD = "Num       RefCount Protocol Flags    Type St Inode Path\n";
  private static final int SO_ACCEPTCON = 0x10000;
  private static final int SS_UNCONNECTED = 1;
  private static final int SS_CONNECTING = 2;
  private static final int SS_CONNECTED = 3;
  private static final int FAMILY_BYTES = 2;

  private UnixSeq() {}

  /**
   * The text.
   *
   * @param socks all socks of the namespace
   * @param waiting those of them that no file has yet, as nobody has accepted them
   */
  public static String text(List<Sk> socks, Set<Sk> waiting) {
    StringBuilder text = new StringBuilder(HEAD);
    for (Sk sk : socks) {
      boolean connected = sk.state() == Sk.TCP_ESTABLISHED;
      boolean orphan = waiting.contains(sk);
      int known = connected ? SS_CONNECTED : SS_UNCONNECTED;
      text.append(
          String.format(
              Locale.ROOT,
              "%s: %08X %08X %08X %04X %02X %5d",
              SockInodes.pointer(sk),
              references(sk, socks),
              0,
              sk.state() == Sk.TCP_LISTEN ? SO_ACCEPTCON : 0,
              sk.type(),
              orphan ? SS_CONNECTING : known,
              orphan ? 0 : SockInodes.of(sk)));
      byte[] address = UnixSock.address(sk);
      if (address.length > FAMILY_BYTES) {
        text.append(' ').append(path(address));
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** Those who hold a sock: its hash, its socket, and those whose peer it is. */
  private static int references(Sk sk, List<Sk> socks) {
    int count = 2;
    for (Sk other : socks) {
      count += UnixSock.peer(other) == sk ? 1 : 0;
    }
    return count;
  }

  private static String path(byte[] address) {
    boolean named = address[FAMILY_BYTES] != 0;
    int end = named ? FAMILY_BYTES : address.length;
    while (end < address.length && address[end] != 0) {
      end++;
    }
    String text =
        new String(address, FAMILY_BYTES, end - FAMILY_BYTES, StandardCharsets.ISO_8859_1);
    return text.replace('\0', '@');
  }
}
