package org.netshard.protocol.tcp;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6Header;

/**
 * The keys of Fast Open, of a listener or of its namespace, and the cookies that they make.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_fastopen.c}: {@code tcp_fastopen_init_key_once}, {@code
 * tcp_fastopen_get_cipher}, {@code __tcp_fastopen_cookie_gen_cipher}, {@code
 * tcp_fastopen_cookie_gen_check}.
 */
final class TcpFastOpenKeys {
  /** {@code TCP_FASTOPEN_KEY_LENGTH}. */
  static final int KEY_BYTES = 16;

  /** {@code TCP_FASTOPEN_COOKIE_SIZE}. */
  private static final int COOKIE_BYTES = 8;

  private static final int ADDR6_BYTES = 16;

  private TcpFastOpenKeys() {}

  /** Gives a namespace that has no key a random one. */
  static void initOnce(NetNs net) {
    if (!net.sysctlText(Sysctl.IPV4_TCP_FASTOPEN_KEY).isEmpty()) {
      return;
    }
    StringBuilder key = new StringBuilder();
    for (int i = 0; i < KEY_BYTES / Short.BYTES; i++) {
      key.append(i > 0 && i % 2 == 0 ? "-" : "")
          .append(String.format(Locale.ROOT, "%04x", net.machine().randomBelow(1 << Short.SIZE)));
    }
    net.setSysctlText(Sysctl.IPV4_TCP_FASTOPEN_KEY, key.toString());
  }

  /** One key or two of a sock, else of its namespace; no bytes if there is none. */
  static byte[] of(Sk sk) {
    byte[] own = TcpOptions.of(sk).fastopenKey;
    return own != null ? own : ofNet(sk.net());
  }

  private static byte[] ofNet(NetNs net) {
    String text = net.sysctlText(Sysctl.IPV4_TCP_FASTOPEN_KEY);
    if (text.isEmpty()) {
      return new byte[0];
    }
    String[] words = text.split("[-,]", -1);
    byte[] keys = new byte[words.length * Integer.BYTES];
    for (int i = 0; i < words.length; i++) {
      int word = Integer.parseUnsignedInt(words[i], 16);
      for (int j = 0; j < Integer.BYTES; j++) {
        keys[i * Integer.BYTES + j] = (byte) (word >> (8 * j));
      }
    }
    return keys;
  }

  /** The cookie for the sender of a SYN by the first key, or null without a key. */
  static @Nullable TcpFastOpenCookie cookie(Sk sk, Packet syn, boolean exp) {
    byte[] keys = of(sk);
    return keys.length == 0 ? null : new TcpFastOpenCookie(bytes(syn, keys, 0), exp);
  }

  /** By which of the keys a cookie was made: 1, 2, or 0 for none. */
  static int match(Sk sk, Packet syn, TcpFastOpenCookie cookie) {
    byte[] keys = of(sk);
    for (int at = 0; at < keys.length; at += KEY_BYTES) {
      if (Arrays.equals(cookie.bytes(), bytes(syn, keys, at))) {
        return at / KEY_BYTES + 1;
      }
    }
    return 0;
  }

  private static byte[] bytes(Packet syn, byte[] keys, int at) {
    boolean v6 = syn.ethertype() == Packet.ETH_P_IPV6;
    int addresses = syn.network() + (v6 ? Ip6Header.SADDR : IpHeader.SADDR);
    long code = SipHash.of(syn.get(addresses, v6 ? 2 * ADDR6_BYTES : Long.BYTES), keys, at);
    byte[] cookie = new byte[COOKIE_BYTES];
    for (int i = 0; i < COOKIE_BYTES; i++) {
      cookie[i] = (byte) (code >>> (8 * i));
    }
    return cookie;
  }
}
