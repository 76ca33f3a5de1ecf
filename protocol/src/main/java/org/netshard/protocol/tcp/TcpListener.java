package org.netshard.protocol.tcp;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.inet.InetConnection;

/**
 * The queues of a sock that listens.
 *
 * <p><b>Source:</b> {@code include/net/request_sock.h}, {@code struct request_sock_queue}.
 */
public final class TcpListener implements InetConnection {
  /** Connections that are established and wait to be accepted. */
  final ArrayDeque<TcpSock> accept = new ArrayDeque<>(1);

  /** {@code qlen}: requests whose handshake is not complete. */
  int qlen;

  /** {@code young}: those of them whose SYN-ACK was sent once only. */
  int young;

  /** {@code synflood_warned}. */
  boolean synfloodWarned;

  /** When a SYN cookie was sent last, virtual nanoseconds; 0 if never. */
  long cookieNs;

  /** {@code fastopenq.qlen}: connections of Fast Open whose handshake is not complete. */
  int fastopenQlen;

  /** {@code fastopenq.rskq_rst_head}: until when those that were reset count, nanoseconds. */
  final ArrayDeque<Long> fastopenResets = new ArrayDeque<>(0);

  TcpListener() {}

  /** That of a sock, or null if it does not listen. */
  public static @Nullable TcpListener of(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    return binding != null && binding.connection() instanceof TcpListener own ? own : null;
  }

  /** Connections that wait to be accepted, for those who check the books. */
  public Iterable<TcpSock> waiting() {
    return accept;
  }

  /** {@code tcp_listendrop}. */
  static void drop(Sk sk) {
    sk.rareForWrite().addDrop();
    sk.net().addMib(Mib.TCP_LISTEN_DROPS, 1);
  }

  /** {@code sk_acceptq_is_full}. */
  static boolean isFull(Sk sk) {
    InetBinding binding = InetBinding.forWrite(sk);
    return binding.ackBacklog() > binding.maxAckBacklog();
  }
}
