package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.UserMem;

/**
 * Data Center TCP: the window is reduced by how many of the segments were marked, which the
 * receiver tells exactly.
 *
 * <p><b>Source:</b> RFC 8257; {@code net/ipv4/tcp_dctcp.c}, {@code net/ipv4/tcp_dctcp.h}.
 *
 * <p><b>Differs from Linux:</b> the parameters of the module have their defaults.
 */
final class TcpDctcp implements CongestionControl {
  /** {@code dctcp-reno}: what a connection uses that has not agreed on ECN. */
  static final CongestionControl RENO = new Fallback();

  /** The name of {@link #RENO}, which no program can choose. */
  static final String FALLBACK = "dctcp-reno";

  /** {@code DCTCP_MAX_ALPHA}: all segments were marked. */
  private static final int MAX_ALPHA = 1024;

  /** {@code dctcp_shift_g}: a round trip counts for 1/16. */
  private static final int SHIFT_G = 4;

  /** {@code dctcp_alpha_on_init}. */
  private static final int ALPHA_ON_INIT = MAX_ALPHA;

  /** {@code INET_DIAG_DCTCPINFO}. */
  private static final int DIAG_ATTR = 9;

  /** {@code struct tcp_dctcp_info}. */
  private static final int INFO_BYTES = 16;

  /** {@code struct dctcp}. */
  private static final class State {
    int oldDelivered;
    int oldDeliveredCe;
    int priorRcvNxt;
    int alpha;
    int nextSeq;
    boolean ce;
    int lossCwnd;
    TcpPlb plb = new TcpPlb();
  }

  /** Reno that tells nothing of DCTCP. */
  private static final class Fallback extends TcpReno {
    Fallback() {
      super(FALLBACK);
    }

    @Override
    public int diagAttr() {
      return DIAG_ATTR;
    }

    @Override
    public byte[] info(@Nullable TcpSock tp) {
      return new byte[INFO_BYTES];
    }
  }

  @Override
  public String name() {
    return "dctcp";
  }

  @Override
  public int diagAttr() {
    return DIAG_ATTR;
  }

  @Override
  public boolean needsEcn() {
    return true;
  }

  private static State of(TcpSock tp) {
    if (tp.caPriv instanceof State state) {
      return state;
    }
    State state = new State();
    tp.caPriv = state;
    return state;
  }

  @Override
  public void init(TcpSock tp) {
    if ((tp.ecnFlags & TcpSock.ECN_OK) == 0) {
      tp.ca = RENO;
      TcpOptions.forWrite(tp.sk).congestion = FALLBACK;
      return;
    }
    State state = of(tp);
    state.priorRcvNxt = tp.rcvNxt;
    state.alpha = ALPHA_ON_INIT;
    state.lossCwnd = 0;
    state.ce = false;
    state.plb = new TcpPlb();
    reset(tp, state);
  }

  private static void reset(TcpSock tp, State state) {
    state.nextSeq = tp.sndNxt;
    state.oldDelivered = tp.delivered;
    state.oldDeliveredCe = tp.deliveredCe;
  }

  @Override
  public int ssthresh(TcpSock tp) {
    State state = of(tp);
    state.lossCwnd = tp.sndCwnd;
    return Math.max(tp.sndCwnd - ((tp.sndCwnd * state.alpha) >>> 11), 2);
  }

  @Override
  public void congAvoid(TcpSock tp, int ack, int acked) {
    RENO.congAvoid(tp, ack, acked);
  }

  /** {@code dctcp_update_alpha}: the share of marked segments, once for each round trip. */
  @Override
  public void inAck(TcpSock tp) {
    State state = of(tp);
    if (Seq.before(tp.sndUna, state.nextSeq)) {
      return;
    }
    updatePlb(tp, state);
    int alpha = state.alpha;
    int decay = alpha >>> SHIFT_G;
    alpha -= decay == 0 ? alpha : decay;
    int ce = tp.deliveredCe - state.oldDeliveredCe;
    if (ce != 0) {
      int delivered = Math.max(1, tp.delivered - state.oldDelivered);
      alpha = Math.min(alpha + Integer.divideUnsigned(ce << (10 - SHIFT_G), delivered), MAX_ALPHA);
    }
    state.alpha = alpha;
    reset(tp, state);
  }

  private static void updatePlb(TcpSock tp, State state) {
    int delivered = tp.delivered - state.oldDelivered;
    if (delivered > 0) {
      int ce = tp.deliveredCe - state.oldDeliveredCe;
      state.plb.updateState(tp, ce > 0 ? (ce << TcpPlb.SCALE) / delivered : 0);
      state.plb.checkRehash(tp);
    }
  }

  @Override
  public void txStart(TcpSock tp) {
    of(tp).plb.checkRehash(tp);
  }

  /**
   * {@code dctcp_ece_ack_update}: whether segments are marked has changed. It is told at once, and
   * if an acknowledgement of what came before was put off, that goes out first.
   */
  @Override
  public void ecnEvent(TcpSock tp, boolean ce) {
    State state = of(tp);
    if (state.ce != ce) {
      if ((tp.ackPending & TcpSock.ACK_TIMER) != 0) {
        demandCwr(tp, state.ce);
        TcpAcks.send(tp, state.priorRcvNxt);
      }
      tp.ackPending |= TcpSock.ACK_NOW;
    }
    state.priorRcvNxt = tp.rcvNxt;
    state.ce = ce;
    demandCwr(tp, ce);
  }

  /** {@code dctcp_ece_ack_cwr}. */
  private static void demandCwr(TcpSock tp, boolean ce) {
    if (ce) {
      tp.ecnFlags |= TcpSock.ECN_DEMAND_CWR;
    } else {
      tp.ecnFlags &= (byte) ~TcpSock.ECN_DEMAND_CWR;
    }
  }

  /** {@code dctcp_react_to_loss}: as Reno, as a loss says more than a mark. */
  private static void reactToLoss(TcpSock tp) {
    of(tp).lossCwnd = tp.sndCwnd;
    tp.sndSsthresh = Math.max(tp.sndCwnd >>> 1, 2);
  }

  @Override
  public void setState(TcpSock tp, int caState) {
    if (caState == TcpSock.CA_RECOVERY && tp.caState != caState) {
      reactToLoss(tp);
    }
  }

  @Override
  public void lossEvent(TcpSock tp) {
    of(tp).plb.updateUponRto(tp);
    reactToLoss(tp);
  }

  @Override
  public int undoCwnd(TcpSock tp) {
    return Math.max(tp.sndCwnd, of(tp).lossCwnd);
  }

  @Override
  public byte[] info(@Nullable TcpSock tp) {
    UserMem info = UserMem.zeroed(INFO_BYTES);
    info.putShort(0, 1);
    if (tp != null && tp.caPriv instanceof State state) {
      info.putShort(2, state.ce ? 1 : 0);
      info.putInt(4, state.alpha);
      info.putInt(8, tp.mssCache * (tp.deliveredCe - state.oldDeliveredCe));
      info.putInt(12, tp.mssCache * (tp.delivered - state.oldDelivered));
    }
    return info.content();
  }
}
