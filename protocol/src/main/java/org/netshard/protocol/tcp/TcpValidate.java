package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.DropReason;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Packet;

/**
 * Whether a segment is acceptable.
 *
 * <p><b>Source:</b> RFC 9293, section 3.10.7.4; RFC 5961; RFC 7323, section 5; {@code
 * net/ipv4/tcp_input.c}: {@code tcp_validate_incoming}, {@code tcp_sequence}, {@code
 * tcp_disordered_ack}.
 */
final class TcpValidate {
  private TcpValidate() {}

  /** {@code TCP_PAWS_WRAP}, seconds: half a round of a clock of microseconds. */
  static final int PAWS_WRAP = Integer.MAX_VALUE / 1_000_000;

  private static final int PAWS_WINDOW = 1;

  private static boolean paws(TcpSock tp) {
    return pawsOk(tp.rxOpt, TcpClock.seconds(tp.net), PAWS_WINDOW);
  }

  /** {@code tcp_paws_check}: whether a time stamp is not older than what came before. */
  static boolean pawsOk(RxOpt opt, int seconds, int window) {
    if (opt.tsRecent - opt.rcvTsval <= window) {
      return true;
    }
    return seconds - (opt.tsRecentStamp + PAWS_WRAP) >= 0 || opt.tsRecent == 0;
  }

  /** {@code tcp_paws_reject}. */
  static boolean pawsReject(RxOpt opt, int seconds, boolean rst) {
    if (pawsOk(opt, seconds, 0)) {
      return false;
    }
    return !rst || seconds - opt.tsRecentStamp < 60;
  }

  /**
   * {@code tcp_disordered_ack_check}: why a segment is dropped whose time stamp is older than what
   * came before; null if it is an acknowledgement that was overtaken and does no harm.
   */
  private static @Nullable DropReason disorderedAck(TcpSock tp, Packet packet) {
    int seq = TcpHeader.seq(packet);
    int ack = TcpHeader.ackSeq(packet);
    boolean pure = (TcpHeader.flags(packet) & TcpHeader.ACK) != 0 && seq == TcpInput.endSeq(packet);
    if (!pure || Seq.after(seq, tp.rcvNxt)) {
      return DropReason.TCP_RFC7323_PAWS;
    }
    if (seq != tp.rcvNxt) {
      return DropReason.TCP_RFC7323_PAWS_ACK;
    }
    int window = TcpHeader.window(packet) << tp.rxOpt.sndWscale;
    boolean updates =
        Seq.after(ack, tp.sndUna)
            || Seq.after(seq, tp.sndWl1)
            || (seq == tp.sndWl1 && (window > tp.sndWnd || window == 0));
    int replay = tp.rtoJiffies * TcpClock.MS_PER_JIFFY * 12 / 10;
    boolean harmless =
        ack == tp.sndUna && !updates && tp.rxOpt.tsRecent - tp.rxOpt.rcvTsval <= replay;
    return harmless ? null : DropReason.TCP_RFC7323_PAWS;
  }

  /** {@code tcp_sequence}; null if the segment is acceptable. */
  private static @Nullable DropReason sequence(TcpSock tp, int seq, int endSeq) {
    if (Seq.before(endSeq, tp.rcvWup)) {
      return DropReason.TCP_OLD_SEQUENCE;
    }
    int edge = tp.rcvNxt + tp.receiveWindow();
    if (Seq.after(endSeq, edge)) {
      if (Seq.after(seq, edge)) {
        return DropReason.TCP_INVALID_SEQUENCE;
      }
      if (tp.sk.isReadable()) {
        return DropReason.TCP_INVALID_END_SEQUENCE;
      }
    }
    return null;
  }

  private static boolean resetCheck(TcpSock tp, int seq) {
    return seq == tp.rcvNxt - 1
        && TcpState.in(
            tp.state(), TcpState.set(TcpState.CLOSE_WAIT, TcpState.LAST_ACK, TcpState.CLOSING));
  }

  /** {@code tcp_validate_incoming}: whether the segment is to be looked at further. */
  static boolean validate(TcpSock tp, Packet packet, boolean synInErr) {
    int flags = TcpHeader.flags(packet);
    int seq = TcpHeader.seq(packet);
    int endSeq = TcpInput.endSeq(packet);
    boolean rst = (flags & TcpHeader.RST) != 0;
    boolean syn = (flags & TcpHeader.SYN) != 0;
    boolean data = seq != endSeq && !syn;
    if (TcpHeader.headerBytes(packet) > TcpHeader.BYTES) {
      tp.rxOpt.parse(tp.net, packet, true);
    } else {
      tp.rxOpt.sackBytes = 0;
      tp.rxOpt.sawTstamp = false;
    }
    DropReason old = tp.rxOpt.sawTstamp && !paws(tp) ? disorderedAck(tp, packet) : null;
    if (old != null && !rst) {
      if (syn) {
        synChallenge(tp, packet, synInErr);
        return false;
      }
      if (old == DropReason.TCP_RFC7323_PAWS_ACK) {
        tp.net.addMib(Mib.TCP_PAWS_OLD_ACK, 1);
        TcpRcvQueue.drop(tp, packet, old);
        return false;
      }
      tp.net.addMib(Mib.TCP_PAWS_ESTAB_REJECTED, 1);
      if (!TcpAcks.oowLimited(tp, data, Mib.TCP_ACK_SKIPPED_PAWS)) {
        TcpAcks.sendDup(tp, packet);
      }
      TcpRcvQueue.drop(tp, packet, DropReason.TCP_RFC7323_PAWS);
      return false;
    }
    DropReason bad = sequence(tp, seq, endSeq);
    if (bad != null) {
      if (!rst) {
        if (syn) {
          synChallenge(tp, packet, synInErr);
          return false;
        }
        if (bad != DropReason.TCP_OLD_SEQUENCE) {
          tp.net.addMib(Mib.TCP_BEYOND_WINDOW, 1);
        }
        if (!TcpAcks.oowLimited(tp, data, Mib.TCP_ACK_SKIPPED_SEQ)) {
          TcpAcks.sendDup(tp, packet);
        }
      } else if (resetCheck(tp, seq)) {
        TcpInput.reset(tp, packet);
        return false;
      }
      TcpRcvQueue.drop(tp, packet, bad);
      return false;
    }
    if (rst) {
      boolean exact = seq == tp.rcvNxt || resetCheck(tp, seq);
      if (!exact && tp.rxOpt.sackOk && tp.rxOpt.numSacks > 0) {
        exact = seq == TcpOfo.rightmost(tp);
      }
      if (exact) {
        TcpInput.reset(tp, packet);
      } else {
        if (tp.synFastopen && tp.dataSegsIn == 0 && tp.state() == TcpState.ESTABLISHED) {
          TcpFastOpenBlackhole.disable(tp);
        }
        TcpChallenge.send(tp);
        TcpRcvQueue.drop(tp, packet, DropReason.TCP_RESET);
      }
      return false;
    }
    if (syn) {
      boolean crossed =
          tp.state() == TcpState.SYN_RECV
              && tp.hasFile()
              && (flags & TcpHeader.ACK) != 0
              && seq + 1 == endSeq
              && seq + 1 == tp.rcvNxt
              && TcpHeader.ackSeq(packet) == tp.sndNxt;
      if (!crossed) {
        synChallenge(tp, packet, synInErr);
        return false;
      }
    }
    return true;
  }

  private static void synChallenge(TcpSock tp, Packet packet, boolean inErr) {
    if (inErr) {
      tp.net.addMib(Mib.TCP_IN_ERRS, 1);
    }
    tp.net.addMib(Mib.TCP_SYN_CHALLENGE, 1);
    TcpChallenge.send(tp);
    TcpRcvQueue.drop(tp, packet, DropReason.TCP_INVALID_SYN);
  }
}
