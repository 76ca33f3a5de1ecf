package org.netshard.protocol.inet;

import java.util.List;
import java.util.Locale;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockInodes;
import org.netshard.protocol.inet6.Inet6Options;

/**
 * The text of {@code /proc/net/udp}, {@code raw}, {@code icmp} and their kin of IPv6.
 *
 * <p><b>Source:</b> {@code net/ipv4/udp.c}, {@code udp4_format_sock}; {@code net/ipv4/raw.c},
 * {@code raw_sock_seq_show}; {@code net/ipv4/ping.c}, {@code ping_v4_format_sock}; {@code
 * net/ipv6/datagram.c}, {@code __ip6_dgram_sock_seq_show}.
 *
 * <p><b>Differs from Linux:</b> the first column is the port, as no secret goes into a hash.
 */
public final class DatagramSeq {
  private static final String REST =
      " st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops";
  private static final String HEAD6 =
      "  sl  local_address                         remote_address                       ";
  private static final int WIDTH = 127;
  private static final int REFERENCES = 2;

  private DatagramSeq() {}

  /** Which file it is. */
  public enum Kind {
    /** {@code udp}, {@code udplite}. */
    UDP,
    /** {@code raw}. */
    RAW,
    /** {@code icmp}. */
    ICMP,
    /** All of IPv6. */
    INET6
  }

  /** The text for these socks. */
  public static String text(Kind kind, List<Sk> socks) {
    StringBuilder text = new StringBuilder();
    String head =
        switch (kind) {
          case UDP -> "   sl  local_address rem_address  ";
          case RAW, ICMP -> "  sl  local_address rem_address  ";
          case INET6 -> HEAD6;
        };
    boolean padded = kind == Kind.UDP || kind == Kind.ICMP;
    append(text, head + REST, padded);
    for (Sk sk : socks) {
      append(text, line(kind, sk), padded);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String line, boolean padded) {
    text.append(line);
    for (int i = line.length(); padded && i < WIDTH; i++) {
      text.append(' ');
    }
    text.append('\n');
  }

  private static String line(Kind kind, Sk sk) {
    boolean inet6 = kind == Kind.INET6;
    return String.format(
        Locale.ROOT,
        kind == Kind.RAW ? "%4d: %s:%04X %s:%04X %s" : "%5d: %s:%04X %s:%04X %s",
        sk.num(),
        inet6 ? text(Inet6Options.of(sk).rcvSaddr()) : text(InetOptions.of(sk).rcvSaddr()),
        sk.num(),
        inet6 ? text(Inet6Options.of(sk).daddr()) : text(InetOptions.of(sk).daddr()),
        sk.dport(),
        rest(sk));
  }

  private static String rest(Sk sk) {
    return String.format(
        Locale.ROOT,
        "%02X %08X:%08X %02X:%08X %08X %5d %8d %d %d %s %d",
        sk.state(),
        sk.wmemAlloc() - 1,
        sk.rmemAlloc(),
        0,
        0,
        0,
        sk.uid(),
        0,
        SockInodes.of(sk),
        REFERENCES,
        SockInodes.pointer(sk),
        sk.rare().drops());
  }

  private static String text(int address) {
    return String.format(Locale.ROOT, "%08X", address);
  }

  /** An IPv6 address as Linux prints it here: four numbers as they lie in memory. */
  private static String text(byte[] address) {
    StringBuilder text = new StringBuilder();
    for (int word = 0; word < address.length; word += Integer.BYTES) {
      for (int i = Integer.BYTES - 1; i >= 0; i--) {
        text.append(String.format(Locale.ROOT, "%02X", address[word + i]));
      }
    }
    return text.toString();
  }
}
