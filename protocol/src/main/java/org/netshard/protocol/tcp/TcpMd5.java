package org.netshard.protocol.tcp;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetBytes;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkOmem;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip6.Ip6Header;
import org.netshard.protocol.tcp.TcpOptions.Md5Key;

/**
 * Signatures of segments by a key that both ends know.
 *
 * <p><b>Source:</b> RFC 2385; {@code net/ipv4/tcp_ipv4.c}: {@code __tcp_md5_do_lookup}, {@code
 * tcp_v4_md5_hash_skb}; {@code net/ipv6/tcp_ipv6.c}, {@code tcp_v6_md5_hash_skb}; {@code
 * net/ipv4/tcp.c}: {@code tcp_inbound_hash}, {@code tcp_inbound_md5_hash}.
 */
final class TcpMd5 {
  /** {@code TCPOLEN_MD5SIG_ALIGNED}. */
  static final int OPTION_BYTES = 20;

  private static final int DIGEST_BYTES = 16;
  private static final int DIGEST_AT = 4;
  private static final int ADDR_BYTES = 4;
  private static final int ADDR6_BYTES = 16;
  static final int OPTION_WORD =
      RxOpt.NOP << 24 | RxOpt.NOP << 16 | RxOpt.MD5SIG << 8 | RxOpt.MD5SIG_BYTES;

  /** Bytes of a {@code struct tcp_md5sig_key}. */
  private static final int KEY_BYTES = 136;

  private TcpMd5() {}

  /**
   * A connection begins: if its sock has keys, no device cuts what it sends. One that gets its
   * first key later goes on as before ({@code sk_gso_disable}, {@code sk_setup_caps}).
   */
  static void begin(TcpSock tp) {
    tp.gsoDisabled = hasKeys(tp.sk);
    tp.tcpHeaderLen += of(tp.sk, tp) != null ? OPTION_BYTES : 0;
  }

  private static boolean hasKeys(Sk sk) {
    return !TcpOptions.of(sk).md5Keys.isEmpty();
  }

  /** The key of a sock for the other end of a connection, or null. */
  static @Nullable Md5Key of(Sk sk, TcpEndpoint end) {
    return hasKeys(sk) ? find(sk, peer(end)) : null;
  }

  /** The same for who has sent a packet. */
  private static @Nullable Md5Key ofSender(Sk sk, Packet packet) {
    return hasKeys(sk) ? find(sk, address(packet, true)) : null;
  }

  /** Among the keys that fit, the one with the longest prefix ({@code __tcp_md5_do_lookup}). */
  private static @Nullable Md5Key find(Sk sk, byte[] address) {
    Md5Key best = null;
    for (Md5Key key : TcpOptions.of(sk).md5Keys) {
      if (key.fits(address) && (best == null || key.prefixLen() > best.prefixLen())) {
        best = key;
      }
    }
    return best;
  }

  /** A connection has the key of its peer only ({@code tcp_md5_key_copy}). */
  static void inherit(Sk child, Sk listener, TcpEndpoint end) {
    if (!hasKeys(listener)) {
      return;
    }
    Md5Key key = of(listener, end);
    byte[] peer = peer(end);
    boolean copied = key != null && SkOmem.alloc(child, KEY_BYTES);
    TcpOptions.forWrite(child).md5Keys =
        key == null || !copied
            ? List.of()
            : List.of(new Md5Key(peer, peer.length * Byte.SIZE, key.key()));
  }

  /**
   * Adds a key, or replaces that of the same peer ({@code tcp_md5_do_add}).
   *
   * <p><b>Errors</b>: ENOMEM if options may not have so much memory.
   */
  static int add(Sk sk, Md5Key key) {
    boolean there = TcpOptions.of(sk).md5Keys.stream().anyMatch(key::same);
    if (!there && !SkOmem.alloc(sk, KEY_BYTES)) {
      return Errno.ENOMEM.negated();
    }
    TcpOptions.forWrite(sk).addMd5Key(key);
    return 0;
  }

  /** Takes a key away ({@code tcp_md5_do_del}). <b>Errors</b>: ENOENT. */
  static int remove(Sk sk, Md5Key key) {
    if (!TcpOptions.forWrite(sk).removeMd5Key(key)) {
      return Errno.ENOENT.negated();
    }
    SkOmem.free(sk, KEY_BYTES);
    return 0;
  }

  private static byte[] peer(TcpEndpoint end) {
    return end.isV6() ? end.daddr6 : bytes(end.daddr);
  }

  private static byte[] bytes(int address) {
    byte[] bytes = new byte[ADDR_BYTES];
    NetBytes.putAddr(bytes, 0, address);
    return bytes;
  }

  private static byte[] address(Packet packet, boolean source) {
    if (packet.ethertype() == Packet.ETH_P_IPV6) {
      int at = packet.network() + (source ? Ip6Header.SADDR : Ip6Header.DADDR);
      return packet.get(at, ADDR6_BYTES);
    }
    return packet.get(packet.network() + (source ? IpHeader.SADDR : IpHeader.DADDR), ADDR_BYTES);
  }

  /** Writes the option, whose signature comes with {@link #sign}. */
  static void putOption(byte[] options, int at) {
    NetBytes.put32(options, at, OPTION_WORD);
  }

  /**
   * Signs a segment whose header is complete but for its checksum.
   *
   * @param optionAt where the option is, from the begin of the options
   */
  static void sign(Md5Key key, TcpEndpoint end, Packet packet, int headerBytes, int optionAt) {
    byte[] own = end.isV6() ? end.saddr6 : bytes(end.saddr);
    sign(key, own, peer(end), packet, headerBytes, optionAt);
  }

  /** Signs a segment that answers another one, and goes to who has sent that. */
  static void signReply(Md5Key key, Packet to, Packet packet, int headerBytes, int optionAt) {
    sign(key, address(to, false), address(to, true), packet, headerBytes, optionAt);
  }

  private static void sign(
      Md5Key key, byte[] saddr, byte[] daddr, Packet packet, int headerBytes, int optionAt) {
    byte[] digest = digest(key, saddr, daddr, packet, headerBytes);
    int at = packet.transport() + TcpHeader.BYTES + optionAt + DIGEST_AT;
    System.arraycopy(digest, 0, packet.bytes(), at, DIGEST_BYTES);
  }

  /** {@code tcp_v4_md5_hash_skb}: addresses, the header without options, data, key. */
  private static byte[] digest(
      Md5Key key, byte[] saddr, byte[] daddr, Packet packet, int headerBytes) {
    MessageDigest md5 = md5();
    int at = packet.transport();
    int length = packet.end() - at;
    md5.update(saddr);
    md5.update(daddr);
    ByteBuffer pseudo = ByteBuffer.allocate(2 * Integer.BYTES);
    if (saddr.length == ADDR_BYTES) {
      pseudo.put((byte) 0).put((byte) Abi.IPPROTO_TCP).putShort((short) length);
    } else {
      pseudo.putInt(length).putInt(Abi.IPPROTO_TCP);
    }
    md5.update(pseudo.flip());
    byte[] header = packet.get(at, TcpHeader.BYTES);
    NetBytes.put16(header, TcpHeader.CHECK, 0);
    md5.update(header);
    md5.update(packet.bytes(), at + headerBytes, length - headerBytes);
    md5.update(key.key());
    return md5.digest();
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * {@code tcp_inbound_hash}: whether a segment is signed as the sock asks.
   *
   * @return null, or why the segment is dropped
   */
  static @Nullable DropReason inbound(Sk sk, Packet packet) {
    int optionAt = RxOpt.find(packet, RxOpt.MD5SIG, RxOpt.MD5SIG_BYTES);
    if (optionAt < 0 && !hasKeys(sk)) {
      return null;
    }
    Md5Key key = ofSender(sk, packet);
    if (optionAt < 0) {
      if (key == null) {
        return null;
      }
      sk.net().addMib(Mib.TCP_MD5_NOT_FOUND, 1);
      return DropReason.TCP_MD5NOTFOUND;
    }
    if (key == null) {
      sk.net().addMib(Mib.TCP_MD5_UNEXPECTED, 1);
      return DropReason.TCP_MD5UNEXPECTED;
    }
    byte[] expected =
        digest(
            key,
            address(packet, true),
            address(packet, false),
            packet,
            TcpHeader.headerBytes(packet));
    byte[] found = packet.get(optionAt + 2, DIGEST_BYTES);
    if (MessageDigest.isEqual(expected, found)) {
      return null;
    }
    sk.net().addMib(Mib.TCP_MD5_FAILURE, 1);
    return DropReason.TCP_MD5FAILURE;
  }

  /** The key by which a reply to a packet is signed, or null. */
  static @Nullable Md5Key ofReply(@Nullable Sk sk, Packet to) {
    return sk == null ? null : ofSender(sk, to);
  }
}
