package org.netshard.protocol.unix;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkBinding;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SocketInode;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.core.WaitQueue;

/**
 * What an AF_UNIX sock has besides the common parts: its name, its peer, and who waits for it.
 *
 * <p><b>Source:</b> {@code include/net/af_unix.h}, {@code struct unix_sock}.
 */
public final class UnixSock implements SkBinding {
  /** {@code addr}: family and path, as {@code getsockname} gives it; null before it is bound. */
  byte @Nullable [] address;

  /** {@code path}: the file of a path name, else null. */
  @Nullable SocketInode inode;

  /** Whether the name is that of the listener that the sock came from, which keeps it. */
  boolean nameOfListener;

  /** {@code peer}; it stays when the peer is closed. */
  private @Nullable Sk peer;

  /** {@code sk_max_ack_backlog}. */
  private int maxAckBacklog;

  /** {@code oob_skb}: the last urgent byte, while it is in the receive queue. */
  private @Nullable Skb oobSkb;

  /** {@code peer_wait}: those who wait for room in the receive queue. */
  private @Nullable WaitQueue peerWait;

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

  /** The name of a sock, as another is told it; no bytes if it has none. */
  static byte[] address(Sk sk) {
    UnixSock unix = of(sk);
    byte[] name = unix == null ? null : unix.address;
    return name == null ? new byte[0] : name;
  }

  /** The last urgent byte that waits in the queue of a sock, or null. */
  static @Nullable Skb oob(Sk sk) {
    UnixSock unix = of(sk);
    return unix == null ? null : unix.oobSkb;
  }

  /** Sets the last urgent byte. */
  static void setOob(Sk sk, @Nullable Skb skb) {
    forWrite(sk).oobSkb = skb;
  }

  /** Those who wait for room in the receive queue of a sock. */
  static WaitQueue peerWait(Sk sk) {
    UnixSock unix = forWrite(sk);
    WaitQueue queue = unix.peerWait;
    if (queue == null) {
      queue = new WaitQueue();
      unix.peerWait = queue;
    }
    return queue;
  }

  /** Tells them that there is room. */
  static void wakePeers(Sk sk) {
    UnixSock unix = of(sk);
    if (unix != null && unix.peerWait != null) {
      unix.peerWait.wake(Poll.OUT | Poll.WRNORM | Poll.WRBAND);
    }
  }

  /** Tells all of them that the sock is gone. */
  static void wakeAllPeers(Sk sk) {
    UnixSock unix = of(sk);
    if (unix != null && unix.peerWait != null) {
      unix.peerWait.wakeAll();
    }
  }

  /** How many messages or connections of others may wait at a sock. */
  static int maxAckBacklog(Sk sk) {
    UnixSock unix = of(sk);
    return unix == null ? (int) sk.net().sysctl(Sysctl.UNIX_MAX_DGRAM_QLEN) : unix.maxAckBacklog;
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
