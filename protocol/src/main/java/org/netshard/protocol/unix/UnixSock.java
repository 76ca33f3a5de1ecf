package org.netshard.protocol.unix;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkBinding;
import org.netshard.protocol.core.SocketInode;
import org.netshard.protocol.core.Sysctl;

/**
 * The name of an AF_UNIX sock, and its peer.
 *
 * <p><b>Source:</b> {@code include/net/af_unix.h}, {@code struct unix_sock}.
 */
public final class UnixSock implements SkBinding {
  /** {@code addr}: family and path, as {@code getsockname} gives it; null before it is bound. */
  byte @Nullable [] address;

  /** {@code path}: the file of a path name, else null. */
  @Nullable SocketInode inode;

  /** {@code peer}; it stays when the peer is closed. */
  private @Nullable Sk peer;

  /** {@code sk_max_ack_backlog}. */
  private int maxAckBacklog;

  private UnixSock(int maxAckBacklog) {
    this.maxAckBacklog = maxAckBacklog;
  }

  /** That of a sock, or null if it is neither bound nor connected. */
  public static @Nullable UnixSock of(Sk sk) {
    return (UnixSock) sk.binding();
  }

  /** That of a sock, made if there is none. */
  public static UnixSock forWrite(Sk sk) {
    UnixSock unix = of(sk);
    if (unix == null) {
      unix = new UnixSock((int) sk.net().sysctl(Sysctl.UNIX_MAX_DGRAM_QLEN));
      sk.setBinding(unix);
    }
    return unix;
  }

  /** The peer of a sock, or null. */
  public static @Nullable Sk peer(Sk sk) {
    UnixSock unix = of(sk);
    return unix == null ? null : unix.peer;
  }

  /** Sets the peer of a sock. */
  static void setPeer(Sk sk, @Nullable Sk peer) {
    if (peer != null || of(sk) != null) {
      forWrite(sk).peer = peer;
    }
  }

  /** Whether a sock has a name. */
  static boolean isBound(Sk sk) {
    UnixSock unix = of(sk);
    return unix != null && unix.address != null;
  }

  /** How many may wait to be accepted. */
  public int maxAckBacklog() {
    return maxAckBacklog;
  }

  /** Sets how many may wait to be accepted. */
  void setMaxAckBacklog(int count) {
    maxAckBacklog = count;
  }
}
