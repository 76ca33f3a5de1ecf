package org.netshard.protocol.tcp;

import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.KernelTimer;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet.BindTable;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.inet6.Ipv6Address;

/**
 * What is left of a connection that has ended: it answers late segments, and keeps the port.
 *
 * <p><b>Source:</b> RFC 9293, section 3.6.1; RFC 1337; RFC 6191; {@code net/ipv4/tcp_minisocks.c}:
 * {@code tcp_time_wait}, {@code tcp_timewait_state_process}; {@code net/ipv4/inet_timewait_sock.c}.
 */
public final class TcpTimeWait extends TcpEndpoint {
  /** {@code TCP_TIMEWAIT_LEN}, jiffies. */
  static final int LEN = 60 * TcpClock.HZ;

  private static final int KILL_SOON = 4 * TcpClock.HZ;

  /** A sock like the one that it was, which stands for it where ports are bound. */
  final Sk owner;

  final int rcvNxt;
  private int rcvNxtNow;
  final int sndNxt;
  private final int rcvWnd;
  private final int rcvWscale;
  private final int tsoffset;
  private final RxOpt opt = new RxOpt();
  private int substate;
  private int lastOowAckTime;

  /** {@code tw_entry_stamp}: when the connection came to its end, milliseconds. */
  private int entryStamp;

  /** {@code tw_usec_ts}. */
  private final boolean usecTs;

  private final KernelTimer timer =
      new KernelTimer() {
        @Override
        protected NetNs net() {
          return net;
        }

        @Override
        protected void end() {
          kill();
        }
      };

  private TcpTimeWait(TcpSock tp, int substate) {
    super(tp.net);
    copyFlow(tp);
    this.owner = tp.sk.cloneLock();
    owner.setState(TcpState.TIME_WAIT);
    owner.keepCookie(tp.sk);
    BindTable.inheritPort(owner, tp.sk);
    this.substate = substate;
    this.entryStamp = (int) (tp.tcpMstamp / 1000);
    this.rcvNxt = tp.rcvNxt;
    this.rcvNxtNow = tp.rcvNxt;
    this.sndNxt = tp.sndNxt;
    this.rcvWnd = tp.receiveWindow();
    this.rcvWscale = tp.rxOpt.rcvWscale;
    this.tsoffset = tp.tsoffset;
    this.usecTs = TcpOptions.of(tp.sk).usecTs;
    opt.tsRecent = tp.rxOpt.tsRecent;
    opt.tsRecentStamp = tp.rxOpt.tsRecentStamp;
  }

  @Override
  public int state() {
    return TcpState.TIME_WAIT;
  }

  @Override
  public int family() {
    return owner.family();
  }

  @Override
  public long cookie() {
    return owner.cookie();
  }

  /** {@code tw_substate}: FIN_WAIT2 as long as the other end has not closed. */
  public int substate() {
    return substate;
  }

  /** When it ends, virtual nanoseconds. */
  public long endNs() {
    return timer.endNs();
  }

  /** {@code tw_mark}: that of the sock that it was. */
  public int mark() {
    return owner.mark();
  }

  /** User of the sock that it was. */
  public int uid() {
    return owner.uid();
  }

  /**
   * {@code tcp_time_wait}: the connection gives way to this, or just ends if there are too many.
   */
  static void enter(TcpSock tp, int substate, int timeoutJiffies) {
    TcpHash hash = TcpHash.of(tp.net);
    if (hash.timeWaits >= TcpLife.maxTimeWaits(tp.net)) {
      tp.net.addMib(Mib.TCP_TIME_WAIT_OVERFLOW, 1);
      TcpMetrics.update(tp);
      TcpLife.done(tp);
      return;
    }
    TcpTimeWait wait = new TcpTimeWait(tp, substate);
    int rto = (tp.rtoJiffies << 2) - (tp.rtoJiffies >> 1);
    int timeout = substate == TcpState.TIME_WAIT ? LEN : Math.max(timeoutJiffies, rto);
    TcpLife.unhash(tp);
    hash.add(wait);
    hash.timeWaits++;
    wait.schedule(timeout, false);
    TcpMetrics.update(tp);
    TcpLife.done(tp);
  }

  private void schedule(int jiffies, boolean rearm) {
    if (!rearm) {
      net.addMib(jiffies <= KILL_SOON ? Mib.TCP_TIME_WAIT_KILLED : Mib.TCP_TIME_WAITED, 1);
    }
    timer.set(TcpClock.after(net, jiffies));
  }

  /** {@code inet_twsk_kill}. */
  void kill() {
    if (!hashed) {
      return;
    }
    timer.delete();
    TcpHash hash = TcpHash.of(net);
    hash.remove(this);
    hash.timeWaits--;
    BindTable.putPort(owner);
  }

  /** What to do with a segment. */
  enum Verdict {
    /** Nothing. */
    SUCCESS,
    /** Answer with a RST. */
    RST,
    /** Acknowledge. */
    ACK,
    /** Acknowledge what is out of the window, or is not answered for another reason. */
    ACK_OOW,
    /** It is the SYN of a new connection. */
    SYN
  }

  /** The first sequence number of a connection that takes its place. */
  int newIsn() {
    int isn = sndNxt + 65535 + 2;
    return isn == 0 ? 1 : isn;
  }

  /** {@code tcp_timewait_state_process}. */
  Verdict process(Packet packet) {
    int flags = TcpHeader.flags(packet);
    int seq = TcpHeader.seq(packet);
    int endSeq = TcpInput.endSeq(packet);
    boolean rst = (flags & TcpHeader.RST) != 0;
    boolean syn = (flags & TcpHeader.SYN) != 0;
    boolean ack = (flags & TcpHeader.ACK) != 0;
    boolean fin = (flags & TcpHeader.FIN) != 0;
    boolean paws = false;
    opt.sawTstamp = false;
    if (TcpHeader.headerBytes(packet) > TcpHeader.BYTES && opt.tsRecentStamp != 0) {
      opt.parse(net, packet, false);
      paws = opt.sawTstamp && TcpValidate.pawsReject(opt, TcpClock.seconds(net), rst);
    }
    if (substate == TcpState.FIN_WAIT2) {
      return finWait2(packet, seq, endSeq, rst, syn, ack, fin, paws);
    }
    if (!paws && seq == rcvNxtNow && (seq == endSeq || rst)) {
      if (rst) {
        if (net.sysctl(Sysctl.IPV4_TCP_RFC1337) == 0) {
          kill();
          return Verdict.SUCCESS;
        }
      } else {
        schedule(LEN, true);
      }
      store();
      return Verdict.SUCCESS;
    }
    boolean newer = Seq.after(seq, rcvNxtNow) || (opt.sawTstamp && opt.tsRecent - opt.rcvTsval < 0);
    if (syn && !rst && !ack && !paws && newer) {
      return Verdict.SYN;
    }
    if (paws) {
      net.addMib(Mib.TCP_PAWS_TW_REJECTED, 1);
    }
    if (!rst) {
      if (paws || ack) {
        schedule(LEN, true);
      }
      return limited(seq, endSeq, syn, Mib.TCP_ACK_SKIPPED_TIME_WAIT);
    }
    packet.drop(DropReason.TCP_RESET);
    return Verdict.SUCCESS;
  }

  private Verdict finWait2(
      Packet packet,
      int seq,
      int endSeq,
      boolean rst,
      boolean syn,
      boolean ack,
      boolean fin,
      boolean paws) {
    if (paws || !TcpCheckReq.inWindow(seq, endSeq, rcvNxtNow, rcvNxtNow + rcvWnd)) {
      return limited(seq, endSeq, syn, Mib.TCP_ACK_SKIPPED_FIN_WAIT2);
    }
    if (rst) {
      kill();
      return Verdict.SUCCESS;
    }
    if (syn && !Seq.before(seq, rcvNxtNow)) {
      return Verdict.RST;
    }
    if (!ack || !Seq.after(endSeq, rcvNxtNow) || endSeq == seq) {
      return Verdict.SUCCESS;
    }
    if (!fin || endSeq != rcvNxtNow + 1) {
      packet.drop(DropReason.TCP_ABORT_ON_DATA);
      return Verdict.RST;
    }
    substate = TcpState.TIME_WAIT;
    rcvNxtNow = endSeq;
    if (opt.sawTstamp) {
      entryStamp = clockMs();
    }
    store();
    schedule(LEN, true);
    return Verdict.ACK;
  }

  private void store() {
    if (opt.sawTstamp) {
      opt.tsRecent = opt.rcvTsval;
      opt.tsRecentStamp = TcpClock.seconds(net);
    }
  }

  private Verdict limited(int seq, int endSeq, boolean syn, Mib mib) {
    if (seq == endSeq || syn) {
      int now = (int) (net.machine().nowNs() / 1_000_000) + 1;
      int elapsed = now - lastOowAckTime;
      if (lastOowAckTime != 0
          && elapsed >= 0
          && elapsed < net.sysctl(Sysctl.IPV4_TCP_INVALID_RATELIMIT)) {
        net.addMib(mib, 1);
        return Verdict.SUCCESS;
      }
      lastOowAckTime = now;
    }
    return Verdict.ACK_OOW;
  }

  /**
   * Acknowledges a segment ({@code tcp_v4_timewait_ack}).
   *
   * @param oow whether it is out of the window: then the answer does not have the bits of ECN
   */
  void sendAck(Packet packet, boolean oow) {
    int tsval = (int) (TcpClock.nowNs(net) / (usecTs ? 1000 : 1_000_000)) + tsoffset;
    int wnd = rcvWnd >>> rcvWscale;
    int tos = isV6() ? Inet6Options.of(owner).tclass() : InetOptions.of(owner).tos();
    tos &= oow ? ~TcpEcn.MASK : -1;
    TcpReply.ack(owner, packet, sndNxt, rcvNxtNow, wnd, tsval, opt.tsRecent, tos);
  }

  /**
   * {@code tcp_twsk_unique}: whether a new connection may take its place now. Without time stamps
   * it may not, as nothing would tell old segments from new ones.
   *
   * @param bound whether the program has chosen the port, so that there is no other to be taken
   */
  boolean mayReuse(boolean bound) {
    if (opt.tsRecentStamp == 0 || bound) {
      return opt.tsRecentStamp != 0;
    }
    long mode = net.sysctl(Sysctl.IPV4_TCP_TW_REUSE);
    boolean reuse = mode == 1 || (mode == 2 && isLoopback());
    int delayMs = (int) net.sysctl(Sysctl.IPV4_TCP_TW_REUSE_DELAY);
    return reuse && substate != TcpState.FIN_WAIT2 && clockMs() - (entryStamp + delayMs) > 0;
  }

  private boolean isLoopback() {
    if (boundDevIf == NetDevice.LOOPBACK_IFINDEX) {
      return true;
    }
    return isV6()
        ? Ipv6Address.isLoopback(saddr6) || Ipv6Address.isLoopback(daddr6)
        : (saddr & 0xff) == 127 || (daddr & 0xff) == 127;
  }

  private int clockMs() {
    return (int) (TcpClock.nowNs(net) / 1_000_000);
  }

  int tsRecent() {
    return opt.tsRecent;
  }

  int tsRecentStamp() {
    return opt.tsRecentStamp;
  }
}
