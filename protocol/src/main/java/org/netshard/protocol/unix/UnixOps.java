package org.netshard.protocol.unix;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.SockOps;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.cred.Cred;

/**
 * The calls of AF_UNIX sockets of every type, which have no options of their own: every level but
 * {@code SOL_SOCKET} is EOPNOTSUPP. Streams answer one option of that level themselves.
 *
 * <p><b>Source:</b> {@code net/unix/af_unix.c}, {@code unix_create1}, {@code unix_socketpair},
 * {@code unix_getname}.
 */
public final class UnixOps implements SockOps {
  /** The one object of this kind, which has no state. */
  public static final UnixOps INSTANCE = new UnixOps();

  private static final int SHUTDOWN_MASK = Sk.RCV_SHUTDOWN | Sk.SEND_SHUTDOWN;

  private UnixOps() {}

  @Override
  public int init(Sk sk, Cred cred) {
    sk.setFlag(SockFlag.SK_SCM_RIGHTS, true);
    sk.setFlag(SockFlag.SK_CUSTOM_SOL_SOCKET, sk.type() == Abi.SOCK_STREAM);
    sk.net().addProtoInuse(sk.proto(), 1);
    return 0;
  }

  /** {@code unix_release_sock}. */
  @Override
  public void destroy(Sk sk) {
    UnixBind.release(sk);
    sk.setFlag(SockFlag.SOCK_DEAD, true);
    sk.setShutdown(SHUTDOWN_MASK);
    sk.setState(Sk.TCP_CLOSE);
    UnixSock.wakeAllPeers(sk);
    Sk peer = UnixSock.peer(sk);
    if (peer != null) {
      UnixSock.setPeer(sk, null);
      if (sk.type() != Abi.SOCK_DGRAM) {
        peer.setShutdown(SHUTDOWN_MASK);
        if (isUnread(sk)) {
          peer.setErr(Errno.ECONNRESET.number());
        }
        peer.stateChange();
      }
    }
    if (sk.isReadable()) {
      purge(sk);
    }
    UnixGc.of(sk.net().machine()).collect();
    sk.net().addProtoInuse(sk.proto(), -1);
  }

  /** Whether something waits to be read; a first message that is empty, or was read, is none. */
  private static boolean isUnread(Sk sk) {
    Skb first = sk.isReadable() ? sk.receiveQueue().peek() : null;
    return first != null && (first.remaining() > 0 || first.next() != null);
  }

  /** A connection that nobody has accepted ends: its other end learns it by ECONNRESET. */
  private static void abort(PassedFile connection, Machine machine) {
    Sk end = connection.sk();
    Sk peer = end == null ? null : UnixSock.peer(end);
    if (peer != null) {
      peer.setErr(Errno.ECONNRESET.number());
    }
    machine.fput(connection);
  }

  /** Drops all that waits to be read. */
  static void purge(Sk sk) {
    Machine machine = sk.net().machine();
    for (Skb skb = sk.receiveQueue().poll(); skb != null; skb = sk.receiveQueue().poll()) {
      PassedFile connection = skb.connection();
      if (connection != null) {
        abort(connection, machine);
      }
      if (skb instanceof UnixSkb data) {
        UnixGc.of(machine).remove(data.files());
        data.discard(machine);
      } else {
        skb.free();
      }
    }
  }

  @Override
  public int bind(Sk sk, Caller caller, SockAddr address) {
    return UnixBind.bind(sk, caller, address);
  }

  @Override
  public int connect(Sk sk, Caller caller, SockAddr address) {
    return sk.type() == Abi.SOCK_DGRAM
        ? UnixConnect.dgram(sk, caller, address)
        : UnixConnect.stream(sk, caller, address);
  }

  /**
   * {@code unix_listen}: whoever connects sees the credentials of the task that made it listen.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for datagrams, EINVAL for a sock without name, EINVAL
   * for a connected one.
   */
  @Override
  public int listen(Sk sk, Caller caller, int backlog) {
    if (sk.type() == Abi.SOCK_DGRAM) {
      return Errno.EOPNOTSUPP.negated();
    }
    boolean free = sk.state() == Sk.TCP_CLOSE || sk.state() == Sk.TCP_LISTEN;
    if (!UnixSock.isBound(sk) || !free) {
      return Errno.EINVAL.negated();
    }
    UnixSock.forWrite(sk).setMaxAckBacklog(backlog);
    sk.setState(Sk.TCP_LISTEN);
    sk.rareForWrite().setPeer(caller.pid(), caller.cred());
    return 0;
  }

  @Override
  public int socketpair(Sk first, Sk second, Cred cred, int pid) {
    first.rareForWrite().setPeer(pid, cred);
    second.rareForWrite().setPeer(pid, cred);
    join(first, second);
    join(second, first);
    return 0;
  }

  private static void join(Sk sk, Sk peer) {
    UnixSock.setPeer(sk, peer);
    sk.setState(Sk.TCP_ESTABLISHED);
  }

  @Override
  public int connectTo(Sk sk, Caller caller, SockAddr address, Sk end, PassedFile file) {
    return UnixConnect.streamTo(sk, caller, address, end, file);
  }

  @Override
  public int accept(Sk sk, Caller caller, int flags) {
    return UnixConnect.accept(sk, caller, flags);
  }

  @Override
  public boolean movesData(Sk sk) {
    return true;
  }

  @Override
  public int sendmsg(Sk sk, Caller caller, Msg msg) {
    return switch (sk.type()) {
      case Abi.SOCK_STREAM -> UnixStream.send(sk, caller, msg);
      case Abi.SOCK_SEQPACKET -> UnixDgram.sendSeqpacket(sk, caller, msg);
      default -> UnixDgram.send(sk, caller, msg);
    };
  }

  @Override
  public int recvmsg(Sk sk, Caller caller, Msg msg) {
    if (sk.type() == Abi.SOCK_STREAM) {
      return UnixStream.receive(sk, caller, msg);
    }
    if (sk.type() == Abi.SOCK_SEQPACKET && sk.state() != Sk.TCP_ESTABLISHED) {
      return Errno.ENOTCONN.negated();
    }
    return UnixDgram.receive(sk, caller, msg);
  }

  /** {@code unix_inq_len}: of messages, the length of the first. <b>Errors:</b> EINVAL. */
  @Override
  public int inq(Sk sk) {
    if (sk.state() == Sk.TCP_LISTEN) {
      return Errno.EINVAL.negated();
    }
    if (sk.type() == Abi.SOCK_STREAM || sk.type() == Abi.SOCK_SEQPACKET) {
      return UnixStream.inq(sk);
    }
    Skb first = sk.isReadable() ? sk.receiveQueue().peek() : null;
    return first == null ? 0 : first.data().length;
  }

  /** {@code unix_ioctl}. <b>Errors:</b> EOPNOTSUPP but for streams. */
  @Override
  public int atMark(Sk sk) {
    return sk.type() == Abi.SOCK_STREAM ? UnixStream.atMark(sk) : Errno.EOPNOTSUPP.negated();
  }

  /** {@code unix_outq_len}. */
  @Override
  public long outq(Sk sk) {
    return (long) sk.wmemAlloc() - 1;
  }

  /** {@code unix_shutdown}. <b>Errors:</b> EINVAL. */
  @Override
  public int shutdown(Sk sk, int how) {
    if (how < Abi.SHUT_RD || how > Abi.SHUT_RDWR) {
      return Errno.EINVAL.negated();
    }
    int mode = how + 1;
    sk.setShutdown(sk.shutdown() | mode);
    Sk peer = UnixSock.peer(sk);
    sk.stateChange();
    if (peer != null && sk.type() != Abi.SOCK_DGRAM) {
      int peerMode =
          ((mode & Sk.RCV_SHUTDOWN) != 0 ? Sk.SEND_SHUTDOWN : 0)
              | ((mode & Sk.SEND_SHUTDOWN) != 0 ? Sk.RCV_SHUTDOWN : 0);
      peer.setShutdown(peer.shutdown() | peerMode);
      peer.stateChange();
    }
    return 0;
  }

  /** {@code unix_poll}, {@code unix_dgram_poll}. */
  @Override
  public int poll(Sk sk) {
    int mask = sk.err() != 0 ? Poll.ERR : 0;
    mask |= sk.shutdown() == SHUTDOWN_MASK ? Poll.HUP : 0;
    boolean readable = sk.isReadable();
    if ((sk.shutdown() & Sk.RCV_SHUTDOWN) != 0) {
      mask |= Poll.RDHUP;
      readable = true;
    }
    mask |= readable ? Poll.IN | Poll.RDNORM : 0;
    if (sk.type() == Abi.SOCK_STREAM && UnixSock.oob(sk) != null) {
      mask |= Poll.PRI;
    }
    if (sk.type() != Abi.SOCK_DGRAM && sk.state() == Sk.TCP_CLOSE) {
      mask |= Poll.HUP;
    }
    return isWritable(sk) ? mask | Poll.OUT | Poll.WRNORM | Poll.WRBAND : mask;
  }

  private static boolean isWritable(Sk sk) {
    if (!hasRoom(sk)) {
      return false;
    }
    Sk peer = UnixSock.peer(sk);
    if (sk.type() != Abi.SOCK_DGRAM || peer == null || UnixSock.peer(peer) == sk) {
      return true;
    }
    return !UnixDgram.isFull(peer);
  }

  /** {@code unix_writable}: three quarters of the send buffer are free. */
  private static boolean hasRoom(Sk sk) {
    return sk.state() != Sk.TCP_LISTEN && (long) sk.wmemAlloc() << 2 <= sk.sndbuf();
  }

  /** {@code unix_write_space}. */
  @Override
  public void writeSpace(Sk sk) {
    if (hasRoom(sk)) {
      sk.wake(Poll.OUT | Poll.WRNORM | Poll.WRBAND);
    }
  }

  @Override
  public int getsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    return Errno.EOPNOTSUPP.negated();
  }

  /**
   * {@code unix_setsockopt}, of streams only: {@code SO_INQ}.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for a foreign level, EINVAL unless it is exactly a
   * number, EFAULT, EINVAL unless it is 0 or 1.
   */
  @Override
  public int setsockopt(Sk sk, Cred cred, int level, int optname, UserMem optval, int optlen) {
    if (level != Abi.SOL_SOCKET) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (optname != SoOption.SO_INQ) {
      return SocketOptions.sockSetsockopt(sk, cred, optname, optval, optlen);
    }
    if (optlen != Integer.BYTES) {
      return Errno.EINVAL.negated();
    }
    if (!optval.accessible(0, Integer.BYTES)) {
      return Errno.EFAULT.negated();
    }
    int val = optval.getInt(0);
    if (val < 0 || val > 1) {
      return Errno.EINVAL.negated();
    }
    sk.setFlag(SockFlag.SK_UNIX_RECVMSG_INQ, val != 0);
    return 0;
  }

  /** {@code unix_getname}: ENOTCONN. */
  @Override
  public int getname(Sk sk, byte[] address, int which) {
    Sk named = which == SockNames.OWN ? sk : UnixSock.peer(sk);
    if (named == null) {
      return Errno.ENOTCONN.negated();
    }
    UnixSock unix = UnixSock.of(named);
    byte[] name = unix == null ? null : unix.address;
    if (name == null) {
      address[0] = Abi.AF_UNIX;
      return UnixBind.PATH_AT;
    }
    System.arraycopy(name, 0, address, 0, name.length);
    return name.length;
  }

  @Override
  public boolean hasPeekOff(Sk sk) {
    return true;
  }
}
