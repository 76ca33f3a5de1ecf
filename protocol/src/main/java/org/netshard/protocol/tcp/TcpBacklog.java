package org.netshard.protocol.tcp;

import java.util.ArrayDeque;
import java.util.Arrays;
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
 * to the loopback. What the receiver answers waits here.
 *
 * <p><b>Differs from Linux:</b> of segments that follow each other only those without data are
 * joined.
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
  private int sent;
  private boolean writes;
  private boolean writeTimer;
  private boolean delackTimer;

  /** {@code mtu_info}; 0 if no MTU was told. */
  private int mtuInfo;

  private boolean mtuOfV6;

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

  /**
   * {@code __release_sock}: what has come is looked at while the call still owns the sock; whether
   * so much was sent then that more than one answer may come.
   */
  static boolean flush(Progress progress) {
    if (progress.mayYield()
        && progress.state() instanceof TcpBacklog backlog
        && !backlog.packets.isEmpty()) {
      backlog.sent = 0;
      backlog.process();
      return backlog.sent > 1;
    }
    return false;
  }

  /** A segment of data was sent while the call owns the sock. */
  void noteSent() {
    sent++;
  }

  private void release() {
    tp.backlog = null;
    process();
    releaseCb();
  }

  private void process() {
    tp.releasing = true;
    for (Packet packet = packets.poll(); packet != null; packet = packets.poll()) {
      TcpRcv.rcv(tp, packet);
    }
    tp.releasing = false;
  }

  /** {@code tcp_release_cb}: more is sent, and one acknowledgement for all that has waited. */
  private void releaseCb() {
    if (writes) {
      TcpTsq.write(tp);
    }
    if (writeTimer) {
      TcpTimers.writeTimerEnds(tp);
    }
    if (delackTimer) {
      TcpAcks.delayedEnds(tp);
    }
    if (mtuInfo != 0) {
      TcpErrors.mtuReducedNow(tp, mtuInfo, mtuOfV6);
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

  /** {@code TCP_WRITE_TIMER_DEFERRED}. */
  void deferWriteTimer() {
    writeTimer = true;
  }

  /** {@code TCP_DELACK_TIMER_DEFERRED}. */
  void deferDelackTimer() {
    delackTimer = true;
    tp.net.addMib(Mib.TCP_DELAYED_ACK_LOCKED, 1);
  }

  /** {@code TCP_MTU_REDUCED_DEFERRED}. */
  void deferMtu(int told, boolean v6) {
    mtuInfo = told;
    mtuOfV6 = v6;
  }

  /** A call is about to begin a new piece; whether it is time for {@code sk_flush_backlog}. */
  boolean isDue() {
    return ++pieces > PIECES_MAX && !packets.isEmpty();
  }

  /** {@code tcp_add_backlog}: a segment waits, or is dropped if too many do. */
  void add(Packet packet) {
    Packet last = packets.peekLast();
    if (last != null && coalesce(last, packet)) {
      tp.net.addMib(Mib.TCP_BACKLOG_COALESCE, 1);
      return;
    }
    long limit = (long) tp.sk.rcvbuf() + (tp.sk.sndbuf() >> 1) + LEEWAY_BYTES;
    if (bytes + tp.sk.rmemAlloc() > limit) {
      tp.net.addMib(Mib.TCP_BACKLOG_DROP, 1);
      TcpRcvQueue.drop(tp, packet, DropReason.SOCKET_BACKLOG);
      return;
    }
    bytes += packet.truesize();
    packets.add(packet);
  }

  /** Whether an acknowledgement without data was joined to the one before it. */
  private static boolean coalesce(Packet tail, Packet packet) {
    int flags = TcpHeader.flags(packet);
    int either = TcpHeader.flags(tail) | flags;
    int both = TcpHeader.flags(tail) & flags;
    int headerBytes = TcpHeader.headerBytes(packet);
    boolean same =
        TcpInput.endSeq(tail) == TcpHeader.seq(packet)
            && isBare(tail)
            && isBare(packet)
            && (either & (TcpHeader.SYN | TcpHeader.FIN | TcpHeader.RST | TcpHeader.URG)) == 0
            && (both & TcpHeader.ACK) != 0
            && ((TcpHeader.flags(tail) ^ flags) & (TcpHeader.ECE | TcpHeader.CWR)) == 0
            && TcpInput.ipEcn(tail) == TcpInput.ipEcn(packet)
            && TcpHeader.headerBytes(tail) == headerBytes
            && sameOptions(tail, packet, headerBytes);
    if (!same) {
      return false;
    }
    if (!Seq.before(TcpHeader.ackSeq(packet), TcpHeader.ackSeq(tail))) {
      TcpHeader.setAck(tail, TcpHeader.ackSeq(packet), TcpHeader.window(packet));
    }
    return true;
  }

  private static boolean isBare(Packet packet) {
    return packet.end() - packet.transport() == TcpHeader.headerBytes(packet);
  }

  private static boolean sameOptions(Packet tail, Packet packet, int headerBytes) {
    int from = TcpHeader.BYTES;
    return Arrays.equals(
        tail.bytes(),
        tail.transport() + from,
        tail.transport() + headerBytes,
        packet.bytes(),
        packet.transport() + from,
        packet.transport() + headerBytes);
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
