package org.netshard.protocol.tcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.InetBinding;

/**
 * {@code struct tcp_info}.
 *
 * <p><b>Source:</b> {@code net/ipv4/tcp.c}, {@code tcp_get_info}; {@code include/uapi/linux/tcp.h}.
 */
public final class TcpInfo {
  /** Size of {@code struct tcp_info} in bytes. */
  public static final int BYTES = 280;

  private static final int OPT_TIMESTAMPS = 1;
  private static final int OPT_SACK = 2;
  private static final int OPT_WSCALE = 4;
  private static final int OPT_ECN = 8;
  private static final int OPT_ECN_SEEN = 16;
  private static final int OPT_SYN_DATA = 32;
  private static final int OPT_USEC_TS = 64;
  private static final int OPT_TFO_CHILD = 128;
  private static final long NS_PER_MS = 1_000_000;

  private TcpInfo() {}

  /** The structure. */
  public static byte[] of(Sk sk) {
    return of(sk, TcpOptions.of(sk));
  }

  /** The structure of a sock whose options of TCP are another's, as those of a subflow are. */
  public static byte[] of(Sk sk, TcpOptions options) {
    TcpSock known = TcpSock.of(sk);
    TcpSock tp = known != null ? known : new TcpSock(sk, TcpCongs.find(options.congestion));
    ByteBuffer info = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    info.put(0, (byte) sk.state());
    info.putLong(104, TcpPacing.rate(tp)).putLong(112, sk.rare().maxPacingRateBps());
    info.putInt(88, known != null ? tp.reordering : options.reordering);
    info.putInt(80, tp.sndCwnd);
    if (sk.state() == TcpState.LISTEN) {
      InetBinding binding = InetBinding.forWrite(sk);
      info.putInt(24, binding.ackBacklog()).putInt(28, binding.maxAckBacklog());
      return info.array();
    }
    bytes(info, tp, options);
    windows(info, tp);
    info.putInt(16, known != null ? tp.mssCache : options.mssCache);
    counts(info, tp);
    return info.array();
  }

  private static void bytes(ByteBuffer info, TcpSock tp, TcpOptions options) {
    info.put(1, tp.caState).put(2, tp.retransmits).put(3, tp.probesOut).put(4, tp.backoff);
    int bits = tp.rxOpt.tstampOk ? OPT_TIMESTAMPS : 0;
    bits |= tp.rxOpt.sackOk ? OPT_SACK : 0;
    if (tp.rxOpt.wscaleOk) {
      bits |= OPT_WSCALE;
      info.put(6, (byte) (tp.rxOpt.sndWscale | tp.rxOpt.rcvWscale << 4));
    }
    bits |= (tp.ecnFlags & TcpSock.ECN_OK) != 0 ? OPT_ECN : 0;
    bits |= (tp.ecnFlags & TcpSock.ECN_SEEN) != 0 ? OPT_ECN_SEEN : 0;
    bits |= tp.synDataAcked ? OPT_SYN_DATA : 0;
    bits |= tp.fastopenChild ? OPT_TFO_CHILD : 0;
    bits |= options.usecTs ? OPT_USEC_TS : 0;
    info.put(5, (byte) bits);
    info.put(7, (byte) ((tp.rateAppLimited ? 1 : 0) | tp.fastopenClientFail << 1));
    info.putInt(8, tp.rtoJiffies * TcpClock.US_PER_JIFFY);
    int ato = Math.min(tp.ackAto, TcpAcks.delackMax(tp, options));
    info.putInt(12, ato * TcpClock.US_PER_JIFFY);
  }

  private static void windows(ByteBuffer info, TcpSock tp) {
    info.putInt(20, tp.rcvMss);
    info.putInt(24, tp.packetsOut).putInt(28, tp.sackedOut);
    info.putInt(32, tp.lostOut).putInt(36, tp.retransOut);
    int now = tp.jiffies();
    info.putInt(44, (now - tp.lsndtime) * TcpClock.MS_PER_JIFFY);
    info.putInt(52, (now - tp.lrcvtime) * TcpClock.MS_PER_JIFFY);
    info.putInt(56, (now - tp.rcvTstamp) * TcpClock.MS_PER_JIFFY);
    info.putInt(60, tp.pmtu).putInt(64, tp.rcvSsthresh);
    info.putInt(68, tp.srttUs >>> 3).putInt(72, tp.mdevUs >>> 2);
    info.putInt(76, tp.sndSsthresh).putInt(84, tp.advmss);
    info.putInt(92, tp.rcvRttUs >>> 3).putInt(96, tp.rcvqSpace);
    info.putInt(100, tp.totalRetrans);
    info.putInt(144, Math.max(0, tp.writeSeq - tp.sndNxt)).putInt(148, TcpRtt.minRtt(tp));
    info.putInt(228, tp.sndWnd).putInt(232, tp.rcvWnd);
  }

  private static void counts(ByteBuffer info, TcpSock tp) {
    info.putLong(120, tp.bytesAcked).putLong(128, tp.bytesReceived);
    info.putInt(136, tp.segsOut).putInt(140, tp.segsIn);
    info.putInt(152, tp.dataSegsIn).putInt(156, tp.dataSegsOut);
    info.putLong(160, TcpRate.deliveryRate(tp));
    long rwnd = TcpChrono.us(tp, TcpChrono.RWND_LIMITED);
    long sndbuf = TcpChrono.us(tp, TcpChrono.SNDBUF_LIMITED);
    info.putLong(168, TcpChrono.us(tp, TcpChrono.BUSY) + rwnd + sndbuf);
    info.putLong(176, rwnd).putLong(184, sndbuf);
    info.putInt(192, tp.delivered).putInt(196, tp.deliveredCe);
    info.putLong(200, tp.bytesSent).putLong(208, tp.bytesRetrans);
    info.putInt(216, tp.dsackDups).putInt(220, tp.reordSeen).putInt(224, tp.rcvOoopack);
    info.putInt(236, tp.plbRehash + tp.timeoutRehash);
    info.putShort(240, (short) tp.totalRto).putShort(242, (short) tp.totalRtoRecoveries);
    int now = (int) (TcpClock.nowNs(tp.net) / NS_PER_MS) + 1;
    info.putInt(244, tp.totalRtoTimeMs + (tp.rtoStamp != 0 ? now - tp.rtoStamp : 0));
  }

  /** {@code tcp_clock_ts}: the clock of time stamps, in ms or µs. */
  static int clockTs(Sk sk, TcpOptions tcp) {
    return (int) (sk.net().machine().nowNs() / (tcp.usecTs ? 1000 : NS_PER_MS));
  }
}
