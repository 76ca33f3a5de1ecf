package org.netshard.protocol.tcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.inet.InetBinding;

/**
 * {@code struct tcp_info} of a sock that has never been connected.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}, {@code tcp_get_info}; {@code include/uapi/linux/tcp.h}.
 */
public final class TcpInfo {
  /** Size of {@code struct tcp_info} in bytes. */
  public static final int BYTES = 280;

  private static final int TCP_LISTEN = 10;
  private static final int TIMEOUT_INIT_US = 1_000_000;
  private static final int TCP_MSS_DEFAULT = 536;
  private static final int TCP_INIT_CWND = 10;
  private static final int TCP_INFINITE_SSTHRESH = 0x7fffffff;

  /** {@code mdev_us >> 2} of {@code TCP_TIMEOUT_INIT}. */
  private static final int RTTVAR_US = 250_000;

  private static final int INITIAL_JIFFIES = -300 * SocketOptions.HZ;
  private static final long NS_PER_MS = 1_000_000;
  private static final int MS_PER_JIFFY = 1000 / SocketOptions.HZ;

  private TcpInfo() {}

  /** The structure. */
  public static byte[] of(Sk sk, TcpOptions tcp) {
    ByteBuffer info = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    info.put(0, (byte) sk.state());
    long unlimited = -1;
    info.putLong(104, unlimited).putLong(112, sk.rare().maxPacingRateBps());
    info.putInt(88, tcp.reordering).putInt(80, TCP_INIT_CWND);
    if (sk.state() == TCP_LISTEN) {
      InetBinding binding = InetBinding.forWrite(sk);
      info.putInt(24, binding.ackBacklog()).putInt(28, binding.maxAckBacklog());
      return info.array();
    }
    info.put(7, (byte) 1);
    info.putInt(8, TIMEOUT_INIT_US).putInt(16, TCP_MSS_DEFAULT);
    int idleMs = jiffies(sk) * MS_PER_JIFFY;
    info.putInt(44, idleMs).putInt(52, idleMs).putInt(56, idleMs);
    info.putInt(72, RTTVAR_US).putInt(76, TCP_INFINITE_SSTHRESH);
    info.putInt(148, -1);
    return info.array();
  }

  /** {@code tcp_jiffies32}. */
  private static int jiffies(Sk sk) {
    return (int) (sk.net().machine().nowNs() / NS_PER_MS / MS_PER_JIFFY) + INITIAL_JIFFIES;
  }

  /** {@code tcp_clock_ts}: the clock of time stamps, in ms or µs. */
  static int clockTs(Sk sk, TcpOptions tcp) {
    return (int) (sk.net().machine().nowNs() / (tcp.usecTs ? 1000 : NS_PER_MS));
  }
}
