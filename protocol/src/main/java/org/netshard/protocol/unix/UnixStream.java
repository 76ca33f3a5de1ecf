package org.netshard.protocol.unix;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.SendBuffer;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SkbQueue;
import org.netshard.protocol.core.SockFlag;

/**
 * Data of UNIX streams.
 *
 * <p>A sender puts its buffers right into the queue of its peer, where they count in the send
 * buffer of the sender until they are read.
 *
 * <p><b>Source:</b> {@code net/unix/af_unix.c}: {@code unix_stream_sendmsg}, {@code
 * unix_stream_read_generic}, {@code manage_oob}, {@code queue_oob}, {@code unix_stream_recv_urg}.
 */
final class UnixStream {
  /** {@code UNIX_SKB_FRAGS_SZ}: bytes in pages, at most. */
  private static final int FRAGS_BYTES = 32768;

  private static final int PAGE_BYTES = 4096;

  /** What a receive that sleeps has kept. */
  private static final class Receiving {
    final UnixScm scm = new UnixScm();
    private boolean checkCreds;

    /** Whether a buffer may follow what was read: messages of different senders are never glued. */
    boolean mayGlue(Sk sk, Skb skb) {
      if (checkCreds) {
        return scm.isOf(skb);
      }
      if (UnixScm.mayPassCred(sk)) {
        scm.takeCredOf(skb);
        checkCreds = true;
      }
      return true;
    }
  }

  private UnixStream() {}

  /**
   * {@code unix_stream_sendmsg}.
   *
   * <p><b>Errors</b>, in order: those of the control messages; EOPNOTSUPP for urgent data of no
   * bytes; EISCONN or EOPNOTSUPP with an address; ENOTCONN; EPIPE with a SIGPIPE; then, if nothing
   * has been sent, those of {@link SendBuffer#room}, ENOBUFS if the sender may have no more memory,
   * EFAULT, EPERM for files that the peer does not take, ENOMEM.
   */
  static int send(Sk sk, Caller caller, Msg msg) {
    Progress progress = caller.progress();
    Machine machine = sk.net().machine();
    UnixScm scm;
    if (progress.state() instanceof UnixScm kept) {
      scm = kept;
      progress.setState(null);
    } else {
      scm = new UnixScm();
      int result = scm.send(sk, caller, msg);
      if (result < 0) {
        return result;
      }
      if (progress.done() > 0) {
        // Made again after the OOM killer: the files went with the first buffer.
        scm.destroy(machine);
      }
    }
    int result = send(sk, caller, msg, scm);
    if (result == Progress.WAIT) {
      progress.setState(scm);
      return result;
    }
    scm.destroy(machine);
    int sent = progress.done();
    if (result == Errno.EPIPE.negated() && sent == 0 && !msg.has(Abi.MSG_NOSIGNAL)) {
      caller.task().sigpipe();
    }
    return result < 0 && sent > 0 ? sent : result;
  }

  private static int send(Sk sk, Caller caller, Msg msg, UnixScm scm) {
    boolean urgent = msg.has(Abi.MSG_OOB);
    if (urgent && msg.size() == 0) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (msg.nameLength() > 0) {
      boolean connected = sk.state() == Sk.TCP_ESTABLISHED;
      return (connected ? Errno.EISCONN : Errno.EOPNOTSUPP).negated();
    }
    Sk other = UnixSock.peer(sk);
    if (other == null) {
      return Errno.ENOTCONN.negated();
    }
    if ((sk.shutdown() & Sk.SEND_SHUTDOWN) != 0) {
      return Errno.EPIPE.negated();
    }
    int normal = urgent ? msg.size() - 1 : msg.size();
    Progress progress = caller.progress();
    while (progress.done() < normal) {
      int result = sendOne(sk, other, caller, msg, scm, normal - progress.done(), false);
      if (result < 0) {
        return result;
      }
      progress.setDone(progress.done() + result);
    }
    if (urgent) {
      int result = sendOne(sk, other, caller, msg, scm, 1, true);
      if (result < 0) {
        return result;
      }
      progress.setDone(progress.done() + 1);
    }
    return progress.done();
  }

  /** Sends one buffer; its bytes, {@code -errno} or WAIT. */
  private static int sendOne(
      Sk sk, Sk other, Caller caller, Msg msg, UnixScm scm, int left, boolean urgent) {
    long timeout = msg.has(Abi.MSG_DONTWAIT) ? 0 : sk.rare().sndtimeoJiffies();
    int room = SendBuffer.room(sk, caller, timeout);
    if (room < 0) {
      return room;
    }
    int size = Math.min(left, (sk.sndbuf() >> 1) - 64);
    size = Math.min(size, Skb.MAX_HEAD_BYTES + FRAGS_BYTES);
    int paged = Math.max(0, size - Skb.MAX_HEAD_BYTES);
    paged = Math.min(size, (paged + PAGE_BYTES - 1) & -PAGE_BYTES);
    byte[] data = msg.read(caller.progress().done(), size);
    UnixSkb skb = UnixSkb.alloc(data == null ? new byte[size] : data, paged, caller.objcg());
    if (skb == null) {
      return Errno.ENOBUFS.negated();
    }
    skb.setOwnerW(sk);
    int refused = data == null ? Errno.EFAULT.negated() : mayQueue(other, scm);
    if (refused == 0) {
      refused = scm.toSkb(skb);
    }
    if (refused < 0) {
      skb.free();
      return refused;
    }
    UnixScm.maybeAddCreds(skb, sk, other, caller);
    skb.queue(other);
    if (urgent) {
      UnixSock.setOob(other, skb);
    }
    other.dataReady();
    return size;
  }

  /** EPIPE if the peer is closed or takes nothing, EPERM if it takes no files. */
  private static int mayQueue(Sk other, UnixScm scm) {
    if (other.flag(SockFlag.SOCK_DEAD) || (other.shutdown() & Sk.RCV_SHUTDOWN) != 0) {
      return Errno.EPIPE.negated();
    }
    boolean refuses = scm.hasFiles() && !other.flag(SockFlag.SK_SCM_RIGHTS);
    return refuses ? Errno.EPERM.negated() : 0;
  }

  /**
   * {@code unix_stream_read_generic}.
   *
   * <p><b>Errors</b>, in order, if nothing has been read: EINVAL if it is not connected; for urgent
   * data EINVAL if there are none; the sock's own, EAGAIN, EINTR, EFAULT.
   */
  static int receive(Sk sk, Caller caller, Msg msg) {
    if (sk.state() != Sk.TCP_ESTABLISHED) {
      return Errno.EINVAL.negated();
    }
    if (msg.has(Abi.MSG_OOB)) {
      return receiveUrgent(sk, msg);
    }
    Progress progress = caller.progress();
    Receiving kept = progress.state() instanceof Receiving before ? before : new Receiving();
    int result = read(sk, caller, msg, kept);
    if (result == Progress.WAIT) {
      progress.setState(kept);
      return result;
    }
    int copied = progress.done();
    if (result < 0 && copied == 0) {
      kept.scm.destroy(sk.net().machine());
      return result;
    }
    kept.scm.receive(sk, caller, msg);
    return copied;
  }

  private static int read(Sk sk, Caller caller, Msg msg, Receiving kept) {
    Progress progress = caller.progress();
    boolean peek = msg.has(Abi.MSG_PEEK);
    int skip = peek ? Math.max(0, sk.rare().peekOff()) : 0;
    Skb skb = first(sk);
    boolean more;
    do {
      if (sk.flag(SockFlag.SOCK_DEAD)) {
        return Errno.ECONNRESET.negated();
      }
      if (skb != null) {
        skb = manageOob(sk, skb, peek, progress.done() > 0);
        if (skb == null && progress.done() > 0) {
          break;
        }
      }
      while (skb != null && skip >= skb.remaining()) {
        skip -= skb.remaining();
        skb = skb.next();
      }
      if (skb == null) {
        return nothingThere(sk, caller, msg);
      }
      if (!kept.mayGlue(sk, skb)) {
        break;
      }
      Sk sender = skb.owner();
      if (msg.address().length == 0 && sender != null) {
        msg.setAddress(UnixSock.address(sender));
      }
      int chunk = Math.min(skb.remaining() - skip, msg.size() - progress.done());
      if (!msg.write(progress.done(), skb.data(), skb.consumed() + skip, chunk)) {
        return Errno.EFAULT.negated();
      }
      progress.setDone(progress.done() + chunk);
      boolean brought = !skb.files().isEmpty();
      if (peek) {
        kept.scm.peek(skb);
        peekForward(sk, chunk);
        skip = 0;
        skb = brought ? null : skb.next();
        more = skb != null;
      } else {
        boolean empty = consume(sk, skb, chunk, kept.scm);
        skb = first(sk);
        more = empty && !brought && progress.done() < msg.size();
      }
      // A peek looks into what follows even if it wants no more bytes, and so may bring its files.
    } while (more);
    return progress.done();
  }

  private static @Nullable Skb first(Sk sk) {
    return sk.isReadable() ? sk.receiveQueue().peek() : null;
  }

  /** Takes bytes out of a buffer; whether it is empty and gone. */
  private static boolean consume(Sk sk, Skb skb, int chunk, UnixScm scm) {
    skb.consume(chunk);
    peekBack(sk, chunk);
    scm.detach(skb, sk.net().machine());
    if (skb.remaining() > 0) {
      return false;
    }
    sk.receiveQueue().unlink(skb);
    skb.free();
    return true;
  }

  private static int nothingThere(Sk sk, Caller caller, Msg msg) {
    if (caller.progress().done() >= sk.target(msg.has(Abi.MSG_WAITALL), msg.size())) {
      return 0;
    }
    if (sk.err() != 0) {
      return -sk.takeErr();
    }
    if ((sk.shutdown() & Sk.RCV_SHUTDOWN) != 0) {
      return 0;
    }
    long timeout = msg.has(Abi.MSG_DONTWAIT) ? 0 : sk.rare().rcvtimeoJiffies();
    return SendBuffer.waitIn(sk.waitQueue(), sk, caller, timeout, false);
  }

  /** {@code sk_peek_offset_fwd}. */
  static void peekForward(Sk sk, int bytes) {
    if (sk.rare().peekOff() >= 0) {
      sk.rareForWrite().setPeekOff(sk.rare().peekOff() + bytes);
    }
  }

  /** {@code sk_peek_offset_bwd}. */
  static void peekBack(Sk sk, int bytes) {
    if (sk.rare().peekOff() > 0) {
      sk.rareForWrite().setPeekOff(Math.max(0, sk.rare().peekOff() - bytes));
    }
  }

  // Urgent data.

  /** {@code unix_stream_recv_urg}. */
  private static int receiveUrgent(Sk sk, Msg msg) {
    Skb oob = UnixSock.oob(sk);
    if (sk.flag(SockFlag.SOCK_URGINLINE) || oob == null) {
      return Errno.EINVAL.negated();
    }
    int chunk = Math.min(1, msg.size());
    boolean written = msg.write(0, oob.data(), oob.consumed(), chunk);
    if (!msg.has(Abi.MSG_PEEK)) {
      UnixSock.setOob(sk, null);
      oob.consume(1);
    }
    if (!written) {
      return Errno.EFAULT.negated();
    }
    msg.addOutFlags(Abi.MSG_OOB);
    return 1;
  }

  /**
   * {@code manage_oob}: where reading goes on at a buffer, as an urgent byte stops it, is passed
   * over, or is read in line.
   *
   * @param copied whether something has been read
   * @return the buffer to read, or null if there is none for now
   */
  private static @Nullable Skb manageOob(Sk sk, Skb first, boolean peek, boolean copied) {
    Skb oob = UnixSock.oob(sk);
    Skb skb = first;
    if (skb.remaining() == 0) {
      // An urgent byte that was read out of turn has left its empty buffer.
      if (copied && (oob == null || skb == oob)) {
        return null;
      }
      skb = first.next();
      if (!peek) {
        drop(sk, first);
      }
    }
    if (skb == null || skb != oob) {
      return skb;
    }
    if (copied) {
      return null;
    }
    boolean inline = sk.flag(SockFlag.SOCK_URGINLINE);
    if (peek) {
      return inline ? skb : skb.next();
    }
    UnixSock.setOob(sk, null);
    if (inline) {
      return skb;
    }
    drop(sk, skb);
    return first(sk);
  }

  private static void drop(Sk sk, Skb skb) {
    sk.receiveQueue().unlink(skb);
    skb.free();
  }

  /** Whether reading goes on at an urgent byte; a connection that waits counts as one. */
  static int atMark(Sk sk) {
    Skb first = first(sk);
    if (first == null) {
      return 0;
    }
    Skb oob = UnixSock.oob(sk);
    boolean empty = first.connection() != null || first.remaining() == 0;
    return first == oob || (empty && (oob == null || first.next() == oob)) ? 1 : 0;
  }

  /** Bytes that a reader would get ({@code unix_inq_len} of a stream). */
  static int inq(Sk sk) {
    int bytes = 0;
    SkbQueue queue = sk.receiveQueue();
    for (Skb skb = queue.peek(); skb != null; skb = skb.next()) {
      bytes += skb.remaining();
    }
    return bytes;
  }
}
