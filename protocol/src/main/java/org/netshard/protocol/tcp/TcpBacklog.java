package org.netshard.protocol.tcp;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.memcg.Charged;

/**
 * Segments that come while a call owns the sock: they wait until the call ends, or sleeps.
 *
 * <p>A call of the simulation is one step, but for {@code sendmsg}: between two pieces of its data
 * the receiver on the same machine may take the first, as softirqs run whenever a packet has gone
 * to the loopback. What the receiver answers waits here. Segments are not joined in it, so {@code
 * TCPBacklogCoalesce} stays 0.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp_ipv4.c}, {@code tcp_add_backlog}; {@code net/core/sock.c},
 * {@code __release_sock}; {@code net/ipv4/tcp_output.c}, {@code tcp_release_cb}.
 */
final class TcpBacklog implements Progress.Kept {
  private static final int LEEWAY_BYTES = 64 * 1024;

  /** After so many new pieces of data a call looks at what has come meanwhile. */
  private static final int PIECES_MAX = 16;

  private final TcpSock tp;
  private final @Nullable TcpSending sending;
  private final ArrayDeque<Packet> packets = new ArrayDeque<>(2);
  private int bytes;
  private int pieces;
  private boolean writes;

  private TcpBacklog(TcpSock tp, @Nullable TcpSending sending) {
    this.tp = tp;
    this.sending = sending;
  }

  /**
   * {@code lock_sock}, for a call that is not over when others run.
   *
   * @param sending what else the call keeps, or null
   */
  static void own(TcpSock tp, Progress progress, @Nullable TcpSending sending) {
    if (tp.backlog == null) {
      TcpBacklog backlog = new TcpBacklog(tp, sending);
      tp.backlog = backlog;
      progress.setState(backlog);
    }
  }

  /** What else a call keeps that goes on, or null. */
  static @Nullable TcpSending sending(Progress progress) {
    if (progress.state() instanceof TcpBacklog backlog) {
      return backlog.sending;
    }
    return progress.state() instanceof TcpSending kept ? kept : null;
  }

  /** {@code release_sock}: what has come meanwhile is looked at, if the call owns the sock. */
  static void release(Progress progress) {
    if (progress.state() instanceof TcpBacklog backlog) {
      progress.setState(null);
      backlog.release();
    }
  }

  private void release() {
    tp.backlog = null;
    tp.releasing = true;
    for (Packet packet = packets.poll(); packet != null; packet = packets.poll()) {
      TcpRcv.rcv(tp, packet);
    }
    tp.releasing = false;
    releaseCb();
  }

  /** {@code tcp_release_cb}: more is sent, and one acknowledgement for all that has waited. */
  private void releaseCb() {
    if (writes) {
      TcpTsq.write(tp);
    }
    boolean deferred = tp.ackDeferred;
    tp.ackDeferred = false;
    if (deferred && (tp.ackPending & TcpSock.ACK_SCHED) != 0) {
      TcpAcks.send(tp);
    }
  }

  /** {@code TCP_TSQ_DEFERRED}: more is sent when the call ends. */
  void deferWrite() {
    writes = true;
  }

  /** A call is about to begin a new piece; whether it is time for {@code sk_flush_backlog}. */
  boolean isDue() {
    return ++pieces > PIECES_MAX && !packets.isEmpty();
  }

  /** {@code tcp_add_backlog}: a segment waits, or is dropped if too many do. */
  void add(Packet packet) {
    long limit = (long) tp.sk.rcvbuf() + (tp.sk.sndbuf() >> 1) + LEEWAY_BYTES;
    if (bytes + tp.sk.rmemAlloc() > limit) {
      tp.net.addMib(Mib.TCP_BACKLOG_DROP, 1);
      TcpRcvQueue.drop(tp, packet, DropReason.SOCKET_BACKLOG);
      return;
    }
    bytes += packet.truesize();
    packets.add(packet);
  }

  @Override
  public void drop(Machine machine) {
    release();
    if (sending != null) {
      sending.drop(machine);
    }
  }

  @Override
  public List<PassedFile> files() {
    return List.of();
  }

  @Override
  public void tell(Charged charged) {
    // Packets on their way are nobody's.
  }
}
