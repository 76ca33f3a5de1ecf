package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.memcg.Memcg;

/**
 * The calls that a kind of sock answers ({@code struct proto_ops} and {@code struct proto}).
 *
 * <p>Every call returns 0 or {@code -errno}. Socket-level options ({@code SOL_SOCKET}) are common
 * to all kinds and do not come here.
 */
public interface SockOps {
  /**
   * Sets up the parts of a new sock that belong to this kind, after {@code sock_init_data}, and
   * counts it.
   *
   * <p><b>Source:</b> the rest of the family's {@code create}, the proto's {@code init} and, for
   * raw sockets, {@code hash}.
   *
   * @param cred credentials of the task that makes the socket
   * @return 0, or {@code -errno} after which nothing is left counted
   */
  int init(Sk sk, Cred cred);

  /** Takes back what {@link #init} and later calls counted ({@code destroy}, {@code unhash}). */
  default void destroy(Sk sk) {}

  /** Drops what still waits in the sock when it is freed ({@code sk_destruct}). */
  default void destruct(Sk sk) {}

  /** The sock has been bound to a device, or to none ({@code rehash}, {@code sk_dst_reset}). */
  default void boundToDevice(Sk sk) {}

  /** Whether a sock is freed, and not used any more, only after a grace period of RCU. */
  default boolean isUsedUntilFreed() {
    return false;
  }

  /**
   * Nobody has a descriptor of the sock any more ({@code release}).
   *
   * @return whether it is gone; else it goes on by itself, and frees itself at its end ({@link
   *     SkDestruct})
   */
  default boolean release(Sk sk) {
    destroy(sk);
    return true;
  }

  /**
   * Connects two new socks of this kind to each other.
   *
   * @param pid process that makes the pair
   * @return 0, or {@code -errno}: EOPNOTSUPP for kinds without pairs ({@code sock_no_socketpair})
   */
  default int socketpair(Sk first, Sk second, Cred cred, int pid) {
    return Errno.EOPNOTSUPP.negated();
  }

  /**
   * Reads an option.
   *
   * @param optval where the value goes
   * @param optlen a 32-bit length, read and written
   */
  int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen);

  /** Sets an option from {@code optlen} bytes at {@code optval}. */
  int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen);

  /**
   * Gives the sock an address of its own.
   *
   * @return 0, or {@code -errno}: EOPNOTSUPP for kinds without ({@code sock_no_bind})
   */
  default int bind(Sk sk, Caller caller, SockAddr address) {
    return Errno.EOPNOTSUPP.negated();
  }

  /**
   * Gives the sock a peer, or takes it away.
   *
   * @return 0, or {@code -errno}: EOPNOTSUPP for kinds without ({@code sock_no_connect})
   */
  default int connect(Sk sk, Caller caller, SockAddr address) {
    return Errno.EOPNOTSUPP.negated();
  }

  /**
   * Connects the sock to a new one, which waits at the listener to be accepted; after {@link
   * #connect} has asked for it.
   *
   * @param end the new sock
   * @param file what holds it, with a reference that goes over to the listener
   */
  default int connectTo(Sk sk, Caller caller, SockAddr address, Sk end, PassedFile file) {
    throw new IllegalStateException("this kind of sock makes no connection");
  }

  /**
   * Takes a connection that waits; {@link Caller#accepted} is told which.
   *
   * @param flags {@code MSG_DONTWAIT} if it must not wait
   * @return 0, {@code -errno}: EOPNOTSUPP for kinds without ({@code sock_no_accept}), or {@link
   *     Progress#WAIT}
   */
  default int accept(Sk sk, Caller caller, int flags) {
    return Errno.EOPNOTSUPP.negated();
  }

  /**
   * Lets the sock take connections.
   *
   * @param backlog how many may wait to be accepted
   * @return 0, or {@code -errno}: EOPNOTSUPP for kinds without ({@code sock_no_listen})
   */
  default int listen(Sk sk, Caller caller, int backlog) {
    return Errno.EOPNOTSUPP.negated();
  }

  /**
   * An address of the sock ({@code getname}).
   *
   * @param address where the address goes, 128 bytes of zeros
   * @param which {@link SockNames#OWN}, {@link SockNames#PEER} or {@link SockNames#PEER_ALWAYS}
   * @return its length, or {@code -errno}
   */
  int getname(Sk sk, byte[] address, int which);

  /** Whether the kind has a peek offset ({@code set_peek_off}). */
  default boolean hasPeekOff(Sk sk) {
    return false;
  }

  /** Sets the peek offset of a kind that has one ({@code sk_set_peek_off}). */
  default int setPeekOff(Sk sk, int value) {
    sk.rareForWrite().setPeekOff(value);
    return 0;
  }

  /**
   * Sets {@code SO_RCVLOWAT}, {@code 0 <= value} ({@code set_rcvlowat}); TCP also enlarges the
   * receive buffer.
   */
  default int setRcvlowat(Sk sk, int value) {
    sk.rareForWrite().setRcvlowat(value == 0 ? 1 : value);
    return 0;
  }

  /** Tells the proto that {@code SO_KEEPALIVE} is about to change ({@code keepalive}). */
  default void keepalive(Sk sk, boolean on) {}

  /** Finds the length of segments anew, as the options of IP are others ({@code icsk_sync_mss}). */
  default void syncMss(Sk sk) {}

  /** Whether the calls that move data, and what waits for them, are simulated. */
  default boolean movesData(Sk sk) {
    return false;
  }

  /**
   * Sends a message.
   *
   * @return bytes that were taken, {@code -errno}, or {@link Progress#WAIT}
   */
  default int sendmsg(Sk sk, Caller caller, Msg msg) {
    return Errno.EOPNOTSUPP.negated();
  }

  /**
   * Receives a message.
   *
   * @return bytes that were copied, {@code -errno}, or {@link Progress#WAIT}
   */
  default int recvmsg(Sk sk, Caller caller, Msg msg) {
    return Errno.EOPNOTSUPP.negated();
  }

  /** Whether {@code close} has to wait until what was sent is acknowledged. */
  default boolean lingers(Sk sk) {
    return false;
  }

  /**
   * Begins to close a sock that lingers, and waits ({@code sk_stream_wait_close}).
   *
   * @return 0, or {@link Progress#WAIT}
   */
  default int linger(Sk sk, Caller caller) {
    return 0;
  }

  /**
   * Where the ids of a stream's time stamps begin ({@code sock_set_timestamping}).
   *
   * @param written whether with what is written next, and not with what is acknowledged next
   */
  default int timestampingKey(Sk sk, boolean written) {
    return 0;
  }

  /**
   * What goes with the time stamps of a stream ({@code SOF_TIMESTAMPING_OPT_STATS}).
   *
   * @param sentNs when what is stamped was sent, virtual nanoseconds
   */
  default byte[] timestampingStats(Sk sk, long sentNs) {
    throw new IllegalStateException("no stream: " + sk.proto());
  }

  /**
   * Whether what is read next is behind urgent data ({@code SIOCATMARK}).
   *
   * @return 0, 1, or {@code -errno}: ENOTTY for kinds without
   */
  default int atMark(Sk sk) {
    return Errno.ENOTTY.negated();
  }

  /**
   * Bytes that a reader would get ({@code SIOCINQ}).
   *
   * @return {@code -errno}: ENOTTY for kinds without
   */
  default int inq(Sk sk) {
    return Errno.ENOTTY.negated();
  }

  /**
   * Bytes of the send buffer that are taken ({@code SIOCOUTQ}).
   *
   * @return {@code -errno}: ENOTTY for kinds without
   */
  default long outq(Sk sk) {
    return Errno.ENOTTY.negated();
  }

  /**
   * MTU of the route that the sock keeps, bytes ({@code sk_dst_get}, {@code dst_mtu}); 0 if it
   * keeps none.
   */
  default int dstMtu(Sk sk) {
    return 0;
  }

  /**
   * Maps the sock into the memory of a program.
   *
   * @param prot {@code PROT_READ} and so on
   * @param pageOffset where the mapping begins, pages
   * @return 0, or {@code -errno}: ENODEV for kinds without ({@code sock_no_mmap})
   */
  default int mmap(Sk sk, int prot, long pageOffset) {
    return Errno.ENODEV.negated();
  }

  /**
   * Bytes of the send buffer that have not been sent yet ({@code SIOCOUTQNSD}).
   *
   * @return {@code -errno}: ENOTTY for kinds without
   */
  default long outqNotSent(Sk sk) {
    return Errno.ENOTTY.negated();
  }

  /**
   * Ends one or both directions.
   *
   * @param how {@code SHUT_RD}, {@code SHUT_WR} or {@code SHUT_RDWR}
   */
  default int shutdown(Sk sk, int how) {
    return Errno.EOPNOTSUPP.negated();
  }

  /** What can be done now, {@link Poll} bits. */
  default int poll(Sk sk) {
    return 0;
  }

  /** Something that the sock sent is gone from its buffer ({@code sk_write_space}). */
  default void writeSpace(Sk sk) {
    if (sk.wmemAlloc() - 1 < sk.sndbuf() >> 1) {
      sk.wake(Poll.OUT | Poll.WRNORM | Poll.WRBAND);
    }
  }

  /**
   * A buffer of so many bytes of its has been sent, or is dropped, and counts no longer ({@code
   * skb->destructor}): who waits for room is told ({@code sock_wfree}).
   */
  default void wfree(Sk sk, int truesize) {
    writeSpace(sk);
  }

  /** Something can be read ({@code sk_data_ready}). */
  default void dataReady(Sk sk) {
    sk.wake(Poll.IN | Poll.PRI | Poll.RDNORM | Poll.RDBAND);
  }

  /** The state has changed ({@code sk_state_change}). */
  default void stateChange(Sk sk) {
    sk.wakeAll();
  }

  /** There is an error to be reported ({@code sk_error_report}). */
  default void errorReport(Sk sk) {
    sk.wake(Poll.ERR);
  }

  /**
   * A task accepts the sock, which a listener has made: the task's cgroup pays for it from now on.
   *
   * @param acceptor cgroup of that task; null for the root
   */
  default void accepted(Sk sk, @Nullable Memcg acceptor) {
    SkMem.accept(sk, acceptor);
  }

  /** Whether the proto accounts memory to a limit ({@code sk_has_account}). */
  default boolean hasAccount(Sk sk) {
    return false;
  }
}
