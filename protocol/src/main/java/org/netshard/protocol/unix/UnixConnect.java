package org.netshard.protocol.unix;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.SendBuffer;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.SocketFiles;
import org.netshard.protocol.core.SocketInode;
import org.netshard.protocol.cred.Cred;

/**
 * Connecting AF_UNIX socks. Datagrams get a peer; for streams, what comes before the listener is
 * given a connection.
 *
 * <p><b>Source:</b> {@code net/unix/af_unix.c}, {@code unix_dgram_connect}, {@code
 * unix_stream_connect}, {@code unix_find_other}, {@code unix_may_send}.
 */
final class UnixConnect {
  private UnixConnect() {}

  /** Who was looked for, or why it is not to be had. */
  record Other(@Nullable Sk sk, int error) {}

  /**
   * {@code connect(2)} of datagrams; AF_UNSPEC takes the peer away.
   *
   * <p><b>Errors</b>, in order: EINVAL for a bad address, those of {@link #find}, EPERM if the
   * other has another peer.
   */
  static int dgram(Sk sk, Caller caller, SockAddr address) {
    if (address.length() < SockAddr.FAMILY_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address.family() == Abi.AF_UNSPEC) {
      setPeer(sk, null);
      return 0;
    }
    int error = prepare(sk, address);
    if (error != 0) {
      return error;
    }
    Other found = find(sk, caller, address);
    Sk other = found.sk();
    if (other == null) {
      return found.error();
    }
    if (!maySend(sk, other)) {
      return Errno.EPERM.negated();
    }
    sk.setState(Sk.TCP_ESTABLISHED);
    other.setState(Sk.TCP_ESTABLISHED);
    setPeer(sk, other);
    return 0;
  }

  private static void setPeer(Sk sk, @Nullable Sk other) {
    Sk old = UnixSock.peer(sk);
    UnixSock.setPeer(sk, other);
    if (old == null) {
      return;
    }
    if (other == null) {
      sk.setState(Sk.TCP_CLOSE);
    }
    if (other != old) {
      UnixDgram.disconnected(sk, old);
      if (UnixSock.peer(old) == null) {
        old.setState(Sk.TCP_CLOSE);
      }
    }
  }

  /** Whether another takes datagrams of this sock: one that has a peer only from it. */
  private static boolean maySend(Sk sk, Sk other) {
    Sk its = UnixSock.peer(other);
    return its == null || its == sk;
  }

  /**
   * {@code connect(2)} of streams and of packets in sequence.
   *
   * <p><b>Errors</b>, in order: EINVAL for a bad address, those of {@link #find}, ECONNREFUSED if
   * the other does not listen, EAGAIN if its backlog is full, EISCONN for a connected sock, EINVAL
   * for one that listens.
   */
  static int stream(Sk sk, Caller caller, SockAddr address) {
    int error = prepare(sk, address);
    if (error != 0) {
      return error;
    }
    Other found = find(sk, caller, address);
    Sk other = found.sk();
    if (other == null) {
      return found.error();
    }
    if (other.state() != Sk.TCP_LISTEN || (other.shutdown() & Sk.RCV_SHUTDOWN) != 0) {
      return Errno.ECONNREFUSED.negated();
    }
    if (UnixDgram.isFull(other)) {
      boolean nonBlocking = (caller.fileFlags() & Abi.O_NONBLOCK) != 0;
      long timeout = nonBlocking ? 0 : sk.rare().sndtimeoJiffies();
      return SendBuffer.waitForPeer(UnixSock.peerWait(other), sk, caller, timeout);
    }
    if (sk.state() != Sk.TCP_CLOSE) {
      boolean connected = sk.state() == Sk.TCP_ESTABLISHED;
      return (connected ? Errno.EISCONN : Errno.EINVAL).negated();
    }
    return SockNames.NEEDS_SOCK;
  }

  /**
   * The rest of {@code unix_stream_connect}: the new sock is the other end, with the name of the
   * listener, and waits there to be accepted.
   */
  static int streamTo(Sk sk, Caller caller, SockAddr address, Sk end, PassedFile file) {
    Sk listener = find(sk, caller, address).sk();
    if (listener == null) {
      throw new IllegalStateException("the listener is gone in the middle of a connect");
    }
    UnixSock its = UnixSock.forWrite(listener);
    UnixSock ends = UnixSock.forWrite(end);
    ends.address = its.address;
    ends.nameOfListener = true;
    UnixSock.setPeer(end, sk);
    UnixSock.setPeer(sk, end);
    end.setState(Sk.TCP_ESTABLISHED);
    sk.setState(Sk.TCP_ESTABLISHED);
    end.rareForWrite().setPeer(caller.pid(), caller.cred());
    Cred listens = listener.rare().peerCred();
    if (listens != null) {
      sk.rareForWrite().setPeer(listener.rare().peerPid(), listens);
    }
    Skb skb = new Skb(new byte[1], Skb.unaccountedTruesize(1));
    skb.setOwnerW(end);
    skb.setConnection(file);
    listener.receiveQueue().add(skb);
    listener.dataReady();
    return 0;
  }

  /**
   * {@code unix_accept}.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for datagrams, EINVAL for a sock that does not listen,
   * its own, EAGAIN, EINTR, EINVAL if it takes no more.
   */
  static int accept(Sk sk, Caller caller, int flags) {
    if (sk.type() == Abi.SOCK_DGRAM) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (sk.state() != Sk.TCP_LISTEN) {
      return Errno.EINVAL.negated();
    }
    if (sk.err() != 0) {
      return -sk.takeErr();
    }
    Skb skb = sk.isReadable() ? sk.receiveQueue().poll() : null;
    PassedFile file = skb == null ? null : skb.connection();
    if (skb == null || file == null) {
      long timeout = (flags & Abi.MSG_DONTWAIT) != 0 ? 0 : sk.rare().rcvtimeoJiffies();
      boolean mayWait = caller.progress().mayWait(timeout, sk.net().machine().nowNs());
      if (mayWait && (sk.shutdown() & Sk.RCV_SHUTDOWN) != 0) {
        return Errno.EINVAL.negated();
      }
      return SendBuffer.waitIn(sk.waitQueue(), sk, caller, timeout, true);
    }
    skb.free();
    UnixSock.wakeAllPeers(sk);
    caller.accepted(file);
    return 0;
  }

  /**
   * What a send does before it has a message: checks the address, if there is one, and gives a sock
   * a name that is to tell its credentials.
   */
  static int prepareSend(Sk sk, @Nullable SockAddr address) {
    int error = address == null ? 0 : UnixBind.validate(address);
    boolean named = sk.flag(SockFlag.SK_SCM_CREDENTIALS) || sk.flag(SockFlag.SK_SCM_PIDFD);
    return error == 0 && named ? UnixBind.autobind(sk) : error;
  }

  /** Checks the address, and gives a sock a name that is to tell its credentials. */
  private static int prepare(Sk sk, SockAddr address) {
    int error = UnixBind.validate(address);
    if (error != 0) {
      return error;
    }
    boolean named = sk.flag(SockFlag.SK_SCM_CREDENTIALS) || sk.flag(SockFlag.SK_SCM_PIDFD);
    return named ? UnixBind.autobind(sk) : 0;
  }

  /**
   * The sock with a name.
   *
   * <p><b>Errors</b>, in order: those of the path, ECONNREFUSED if nobody is behind it, EPROTOTYPE
   * for a file of another type of socket.
   */
  static Other find(Sk sk, Caller caller, SockAddr address) {
    if (UnixBind.isAbstract(address)) {
      Sk other = UnixTable.of(sk.net()).find(address.get(0, address.length()), sk.type());
      return new Other(other, Errno.ECONNREFUSED.negated());
    }
    SocketFiles.Found found = sk.net().machine().socketFiles().find(caller, UnixBind.path(address));
    if (found.error() != 0) {
      return new Other(null, found.error());
    }
    SocketInode inode = found.inode();
    Sk other = inode == null ? null : inode.sk();
    if (other == null) {
      return new Other(null, Errno.ECONNREFUSED.negated());
    }
    return other.type() == sk.type()
        ? new Other(other, 0)
        : new Other(null, Errno.EPROTOTYPE.negated());
  }
}
