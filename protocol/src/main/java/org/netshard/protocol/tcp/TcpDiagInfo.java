package org.netshard.protocol.tcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.Sk;

/**
 * What {@code ss} is told of a connection besides {@code TCP_INFO}.
 *
 * <p><b>Source:</b> {@code net/ipv4/inet_diag.c}, {@code inet_sk_diag_fill}; {@code
 * net/ipv4/tcp_diag.c}, {@code tcp_diag_put_md5sig}.
 */
public final class TcpDiagInfo {
  /** Bytes of a {@code struct tcp_diag_md5sig}. */
  private static final int MD5SIG_BYTES = 100;

  private static final int MD5SIG_KEY_AT = 20;

  private TcpDiagInfo() {}

  /**
   * What the congestion control of a connection tells.
   *
   * @param attr the attribute, {@code INET_DIAG_…}
   * @param bytes its content
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Congestion(int attr, byte[] bytes) {}

  /** The same of a sock, or null if it is no connection or its algorithm tells nothing. */
  public static @Nullable Congestion congestion(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    if (tp == null || sk.state() >= TcpState.TIME_WAIT) {
      return null;
    }
    byte[] bytes = tp.ca.info(tp);
    return bytes.length == 0 ? null : new Congestion(tp.ca.diagAttr(), bytes);
  }

  /** Its keys of MD5, an array of {@code struct tcp_diag_md5sig}; empty if it has none. */
  public static byte[] md5sig(Sk sk) {
    List<TcpOptions.Md5Key> keys = TcpOptions.of(sk).md5Keys;
    ByteBuffer out = ByteBuffer.allocate(keys.size() * MD5SIG_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < keys.size(); i++) {
      TcpOptions.Md5Key key = keys.get(i);
      int at = i * MD5SIG_BYTES;
      byte[] address = key.address();
      out.put(at, (byte) (address.length == Integer.BYTES ? Abi.AF_INET : Abi.AF_INET6));
      out.put(at + 1, (byte) key.prefixLen()).putShort(at + 2, (short) key.key().length);
      out.put(at + 4, address).put(at + MD5SIG_KEY_AT, key.key());
    }
    return out.array();
  }

  /** Whether {@code connect} waits for data of Fast Open ({@code defer_connect}). */
  public static boolean defersConnect(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    return tp != null && tp.fastopenReq != null && sk.state() == TcpState.CLOSE;
  }
}
