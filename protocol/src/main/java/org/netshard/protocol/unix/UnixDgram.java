package org.netshard.protocol.unix;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.SendBuffer;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;
import org.netshard.protocol.core.SkbQueue;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.memcg.Charged;

/**
 * Data of UNIX sockets that keep the bounds of messages: datagrams and sequenced packets.
 *
 * <p><b>Source:</b> {@code net/unix/af_unix.c}: {@code unix_dgram_sendmsg}, {@code
 * __unix_dgram_recvmsg}, {@code unix_seqpacket_sendmsg}; {@code net/core/datagram.c}: {@code
 * __skb_try_recv_datagram}, {@code __skb_wait_for_more_packets}.
 */
final class UnixDgram {
  /** What of the send buffer no message may take, bytes. */
  private static final int SNDBUF_RESERVE_BYTES = 32;

  private static final int PAGE_BYTES = 4096;

  private UnixDgram() {}

  /**
   * {@code unix_dgram_sendmsg} to the peer.
   *
   * <p><b>Errors</b>, in order: those of the control messages, EOPNOTSUPP for urgent data,
   * EMSGSIZE, those of {@link SendBuffer#room}, ENOBUFS if the sender may have no more memory,
   * ENOMEM if that is for its files, EFAULT, ENOTCONN, EPERM for a peer that is connected
   * elsewhere, ECONNREFUSED or EPIPE if it is closed, EPIPE if it does not receive, EAGAIN if its
   * queue is full.
   */
  static int send(Sk sk, Caller caller, Msg msg) {
    Progress progress = caller.progress();
    Sending sending;
    if (progress.state() instanceof Sending kept) {
      sending = kept;
      progress.setState(null);
    } else {
      sending = new Sending();
      int result = sending.scm.send(sk, caller, msg);
      if (result < 0) {
        return result;
      }
    }
    int result = send(sk, caller, msg, sending);
    if (result == Progress.WAIT) {
      progress.setState(sending);
    } else {
      sending.drop(sk.net().machine());
    }
    return result;
  }

  /** What a send has and has not yet given away; it keeps it while it sleeps. */
  private static final class Sending implements Progress.Kept {
    final UnixScm scm = new UnixScm();

    /** The message, from when there is room for it until the peer takes it. */
    @Nullable UnixSkb skb;

    @Override
    public void drop(Machine machine) {
      if (skb != null) {
        skb.discard(machine);
        skb = null;
      }
      scm.destroy(machine);
    }

    @Override
    public List<PassedFile> files() {
      return skb == null ? scm.files() : skb.files();
    }

    @Override
    public void tell(Charged charged) {
      if (skb != null) {
        skb.tell(charged);
      }
      scm.tell(charged);
    }
  }

  private static int send(Sk sk, Caller caller, Msg msg, Sending sending) {
    if (msg.has(Abi.MSG_OOB)) {
      return Errno.EOPNOTSUPP.negated();
    }
    boolean named = msg.nameLength() > 0 && sk.type() == Abi.SOCK_DGRAM;
    SockAddr address = named ? SockAddr.of(msg.name(), msg.nameLength()) : null;
    int prepared = UnixConnect.prepareSend(sk, address);
    if (prepared < 0) {
      return prepared;
    }
    long timeout = msg.has(Abi.MSG_DONTWAIT) ? 0 : sk.rare().sndtimeoJiffies();
    if (sending.skb == null) {
      int made = make(sk, caller, msg, sending, timeout);
      if (made < 0) {
        return made;
      }
    }
    UnixConnect.Other found =
        address == null
            ? new UnixConnect.Other(UnixSock.peer(sk), Errno.ENOTCONN.negated())
            : UnixConnect.find(sk, caller, address);
    Sk other = found.sk();
    if (other == null) {
      return found.error();
    }
    UnixSkb skb = sending.skb;
    if (skb == null) {
      throw new IllegalStateException("no message was made");
    }
    int allowed = maySend(sk, other, caller, skb, timeout);
    if (allowed < 0) {
      return allowed;
    }
    UnixScm.maybeAddCreds(skb, sk, other, caller);
    sending.skb = null;
    skb.queue(other);
    other.dataReady();
    return msg.size();
  }

  /** Makes room for the message, and the message. */
  private static int make(Sk sk, Caller caller, Msg msg, Sending sending, long timeout) {
    int size = msg.size();
    if (size > sk.sndbuf() - SNDBUF_RESERVE_BYTES) {
      return Errno.EMSGSIZE.negated();
    }
    int room = SendBuffer.room(sk, caller, timeout);
    if (room < 0) {
      return room;
    }
    int paged = Math.max(0, Math.min(size - Skb.MAX_ALLOC_BYTES, Skb.MAX_FRAGS * PAGE_BYTES));
    paged = (paged + PAGE_BYTES - 1) & -PAGE_BYTES;
    byte[] data = msg.read(0, size);
    UnixSkb skb = UnixSkb.alloc(data == null ? new byte[size] : data, paged, caller.objcg());
    if (skb == null) {
      return Errno.ENOBUFS.negated();
    }
    skb.setOwnerW(sk);
    sending.skb = skb;
    int attached = sending.scm.toSkb(skb);
    return attached == 0 && data == null ? Errno.EFAULT.negated() : attached;
  }

  private static int maySend(Sk sk, Sk other, Caller caller, Skb skb, long timeout) {
    Sk back = UnixSock.peer(other);
    if (back != null && back != sk) {
      return Errno.EPERM.negated();
    }
    if (other.flag(SockFlag.SOCK_DEAD)) {
      if (sk.type() == Abi.SOCK_SEQPACKET) {
        return Errno.EPIPE.negated();
      }
      if (UnixSock.peer(sk) == other) {
        UnixSock.setPeer(sk, null);
        disconnected(sk, other);
        sk.setState(Sk.TCP_CLOSE);
      }
      return Errno.ECONNREFUSED.negated();
    }
    if ((other.shutdown() & Sk.RCV_SHUTDOWN) != 0) {
      return Errno.EPIPE.negated();
    }
    if (!skb.files().isEmpty() && !other.flag(SockFlag.SK_SCM_RIGHTS)) {
      return Errno.EPERM.negated();
    }
    if (other != sk && back != sk && isFull(other)) {
      return SendBuffer.waitForPeer(UnixSock.peerWait(other), sk, caller, timeout);
    }
    return 0;
  }

  /**
   * {@code unix_dgram_disconnected}: what the former peer has sent is dropped, and a peer that
   * still is connected learns of it.
   */
  static void disconnected(Sk sk, Sk other) {
    if (!sk.isReadable()) {
      return;
    }
    UnixOps.purge(sk);
    UnixSock.wakePeers(sk);
    if (!other.flag(SockFlag.SOCK_DEAD) && UnixSock.peer(other) == sk) {
      other.setErr(Errno.ECONNRESET.number());
      other.errorReport();
    }
  }

  /** Whether the queue of a sock takes no more messages of others ({@code unix_recvq_full}). */
  static boolean isFull(Sk sk) {
    return sk.receiveQueue().size() > UnixSock.maxAckBacklog(sk);
  }

  /**
   * {@code unix_seqpacket_sendmsg}.
   *
   * <p><b>Errors</b>, in order: the sock's own, ENOTCONN, those of a datagram; EPIPE comes with a
   * SIGPIPE.
   */
  static int sendSeqpacket(Sk sk, Caller caller, Msg msg) {
    if (sk.err() != 0) {
      return -sk.takeErr();
    }
    if (sk.state() != Sk.TCP_ESTABLISHED) {
      return Errno.ENOTCONN.negated();
    }
    return send(sk, caller, msg);
  }

  /**
   * {@code __unix_dgram_recvmsg}.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for urgent data, the sock's own, EAGAIN, ENOTCONN for
   * sequenced packets, EINTR, EFAULT.
   *
   * @return bytes copied; with {@code MSG_TRUNC} those of the whole message; 0 at the end
   */
  static int receive(Sk sk, Caller caller, Msg msg) {
    if (msg.has(Abi.MSG_OOB)) {
      return Errno.EOPNOTSUPP.negated();
    }
    boolean peek = msg.has(Abi.MSG_PEEK);
    if (sk.err() != 0) {
      return -sk.takeErr();
    }
    int skip = peek ? Math.max(0, sk.rare().peekOff()) : 0;
    SkbQueue queue = sk.receiveQueue();
    Skb skb = queue.peek();
    if (skb != null && peek && sk.rare().peekOff() >= 0) {
      while (skb != null && skip >= skb.remaining() && (skb.remaining() > 0 || skip > 0)) {
        skip -= skb.remaining();
        skb = skb.next();
      }
    }
    if (skb == null) {
      return nothingThere(sk, caller, msg);
    }
    if (!peek) {
      queue.unlink(skb);
    }
    int result = take(sk, caller, msg, skb, skip);
    if (!peek) {
      skb.free();
    }
    return result;
  }

  private static int nothingThere(Sk sk, Caller caller, Msg msg) {
    long timeout = msg.has(Abi.MSG_DONTWAIT) ? 0 : sk.rare().rcvtimeoJiffies();
    boolean shut = (sk.shutdown() & Sk.RCV_SHUTDOWN) != 0;
    boolean mayWait = caller.progress().mayWait(timeout, sk.net().machine().nowNs());
    if (shut && (mayWait || sk.type() == Abi.SOCK_SEQPACKET)) {
      return 0;
    }
    if (mayWait && sk.type() == Abi.SOCK_SEQPACKET && sk.state() != Sk.TCP_ESTABLISHED) {
      return Errno.ENOTCONN.negated();
    }
    return SendBuffer.waitIn(sk.waitQueue(), sk, caller, timeout, true);
  }

  private static int take(Sk sk, Caller caller, Msg msg, Skb skb, int skip) {
    UnixSock.wakePeers(sk);
    boolean peek = msg.has(Abi.MSG_PEEK);
    int length = skb.data().length - skip;
    int size = Math.min(msg.size(), length);
    if (size < length) {
      msg.addOutFlags(Abi.MSG_TRUNC);
    }
    Sk sender = skb.owner();
    msg.setAddress(sender == null ? new byte[0] : UnixSock.address(sender));
    UnixScm scm = new UnixScm();
    if (!msg.write(0, skb.data(), skip, size)) {
      if (!peek) {
        scm.detach(skb, sk.net().machine());
        scm.destroy(sk.net().machine());
      }
      return Errno.EFAULT.negated();
    }
    scm.takeCredOf(skb);
    if (peek) {
      UnixStream.peekForward(sk, size);
      scm.peek(skb);
    } else {
      UnixStream.peekBack(sk, skb.data().length);
      scm.detach(skb, sk.net().machine());
    }
    scm.receive(sk, caller, msg);
    return msg.has(Abi.MSG_TRUNC) ? length : size;
  }
}
