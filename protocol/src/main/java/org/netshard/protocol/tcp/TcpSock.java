package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.KernelTimer;
import org.netshard.protocol.core.NetDevice;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkbQueue;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.inet.InetConnection;

/**
 * A connection, from its SYN to its end: what is known of the sequence numbers, windows, times and
 * losses. Names are the kernel's.
 *
 * <p>Fields are bytes, sequence numbers or packets where nothing else is said; times are virtual
 * microseconds ({@code Us}, {@code Mstamp}), nanoseconds ({@code Ns}) or jiffies.
 *
 * <p><b>Source:</b> {@code include/linux/tcp.h}, {@code struct tcp_sock}; {@code
 * include/net/inet_connection_sock.h}, {@code struct inet_connection_sock}.
 */
public final class TcpSock extends TcpEndpoint implements InetConnection {
  /** {@code TCP_INIT_CWND}. */
  static final int INIT_CWND = 10;

  private static final int[] NO_BLOCKS = {};

  /** {@code TCP_INFINITE_SSTHRESH}. */
  static final int INFINITE_SSTHRESH = 0x7fffffff;

  /** {@code TCP_RTO_MAX}, jiffies. */
  static final int RTO_MAX = 120 * SocketOptions.HZ;

  /** {@code TCP_TIMEOUT_INIT}, jiffies. */
  static final int TIMEOUT_INIT = SocketOptions.HZ;

  /** {@code TCP_MSS_DEFAULT}. */
  static final int MSS_DEFAULT = 536;

  /** {@code TCP_DEFAULT_SCALING_RATIO}. */
  static final int DEFAULT_SCALING_RATIO = 128;

  /** {@code enum tcp_ca_state}. */
  static final int CA_OPEN = 0;

  static final int CA_DISORDER = 1;
  static final int CA_CWR = 2;
  static final int CA_RECOVERY = 3;
  static final int CA_LOSS = 4;

  /** {@code icsk_pending}. */
  static final int PENDING_NONE = 0;

  static final int PENDING_RETRANS = 1;
  static final int PENDING_PROBE0 = 3;
  static final int PENDING_LOSS_PROBE = 5;
  static final int PENDING_REO_TIMEOUT = 6;

  /** {@code icsk_ack.pending}. */
  static final int ACK_SCHED = 1;

  static final int ACK_TIMER = 2;
  static final int ACK_PUSHED = 4;
  static final int ACK_PUSHED2 = 8;
  static final int ACK_NOW = 16;
  static final int ACK_NOMEM = 32;

  /** {@code ecn_flags}. */
  static final int ECN_OK = 1;

  static final int ECN_QUEUE_CWR = 2;
  static final int ECN_DEMAND_CWR = 4;
  static final int ECN_SEEN = 8;

  /** The sock. */
  public final Sk sk;

  /** The device by which its packets leave, as found at the last look-up. */
  @Nullable NetDevice dev;

  /** Whether they come back here. */
  boolean dstLocal;

  /** The metrics of its route, {@code RTAX_…} by number less 1, or null. */
  int @Nullable [] metrics;

  /** MTU of the way, bytes ({@code icsk_pmtu_cookie}). */
  int pmtu;

  /** {@link TcpDst#generation} when the way was found. */
  int routeGeneration;

  /** The way has been found anew, and its MTU is another one. */
  boolean newMtu;

  // Timers and acknowledgements.
  final KernelTimer retransmitTimer = new Retransmit();
  final KernelTimer delackTimer = new Delack();
  @Nullable KernelTimer keepaliveTimer;
  @Nullable KernelTimer pacingTimer;
  @Nullable KernelTimer compressedAckTimer;
  byte pending;
  int rtoJiffies = TIMEOUT_INIT;
  byte retransmits;
  byte backoff;
  byte probesOut;
  int probesTstamp;
  byte ackPending;
  byte ackQuick;
  int ackPingpong;
  byte ackRetry;
  int ackAto;
  int lrcvtime;
  int lastSegSize;
  int rcvMss;

  // Receiving.
  int rcvNxt;
  int copiedSeq;
  int rcvWup;
  int rcvWnd;
  int rcvTstamp;
  int rcvSsthresh;
  int windowClamp;
  int advmss;
  short scalingRatio = DEFAULT_SCALING_RATIO;
  int rcvRttUs;
  int rcvRttSeq;
  long rcvRttTime;
  int rcvRttLastTsecr;
  int rcvqSpace;
  int rcvqSeq;
  long rcvqTime;
  byte compressedAck;
  int compressedAckRcvNxt;
  int dupAckCounter;
  @Nullable TcpOfoTree outOfOrder;

  /** {@code pred_flags} is set: the next segment is expected to be one of the usual. */
  boolean predFlags;

  /** The window that such a segment must have, as it stands in its header. */
  int predWindow;

  /** {@code sk_backlog}, while a call owns the sock that lets others run; else null. */
  @Nullable TcpBacklog backlog;

  /** {@code __release_sock} is under way: what has waited is looked at. */
  boolean releasing;

  /** {@code TCP_ACK_DEFERRED}: an acknowledgement is due when all of it was looked at. */
  boolean ackDeferred;

  final RxOpt rxOpt = new RxOpt();
  int @Nullable [] sacks;
  int dsackStart;
  int dsackEnd;
  int urgSeq;

  /** {@code urg_data}: the byte, or {@link #TCP_URG_NOTYET} and so on; 0 if there is none. */
  short urgData;

  static final short TCP_URG_VALID = 0x0100;
  static final short TCP_URG_NOTYET = 0x0200;
  static final short TCP_URG_READ = 0x0400;

  // Sending.
  int writeSeq;
  int sndNxt;
  int sndUna;
  int sndSml;
  int sndWl1;
  int sndWnd;
  int maxWindow;
  int pushedSeq;
  int sndUp;
  int mssCache = MSS_DEFAULT;

  /** {@code icsk_mtup}, or null if {@code tcp_mtu_probing} was never set. */
  @Nullable TcpMtup mtup;

  int tcpHeaderLen = TcpHeader.BYTES;

  /**
   * {@code inet_daddr} of a sock of IPv6 that has been connected to a mapped address, or 0: its
   * {@code icsk_af_ops} stay those of IPv4, whatever it is connected to later.
   */
  int mappedDaddr;

  int gsoMaxSize = Integer.MAX_VALUE;

  /** {@code sk_gso_max_segs}: segments in one send. */
  char gsoMaxSegs = NetDevice.GSO_MAX_SEGS;

  /** {@code sk_gso_disabled}: one segment at a time, as each has a signature. */
  boolean gsoDisabled;

  int lsndtime;
  final SkbQueue writeQueue = new SkbQueue();
  final SkbQueue rtxQueue = new SkbQueue();
  byte ecnFlags;

  /** {@code SOCK_NOSPACE}: somebody waits for room in the send buffer. */
  boolean nospace;

  /** {@code TCP_NAGLE_PUSH}: what waits goes out, this once. */
  boolean naglePush;

  // Fast Open.

  /** {@code syn_data}: the SYN had data. */
  boolean synData;

  /** {@code syn_data_acked}: the data of the SYN were taken, or some came with it. */
  boolean synDataAcked;

  /** {@code syn_fastopen}: the SYN had the option. */
  boolean synFastopen;

  /** {@code syn_fastopen_exp}: it was the experimental one. */
  boolean synFastopenExp;

  /** {@code syn_fastopen_ch}: if all goes well, nothing swallows SYNs with data any more. */
  boolean synFastopenCh;

  /** {@code syn_fastopen_child}: a listener has made it of a SYN. */
  boolean fastopenChild;

  /** {@code fastopen_client_fail}. */
  byte fastopenClientFail;

  /** {@code fastopen_req}: data that go with the SYN, or null. */
  TcpFastOpenClient.@Nullable Request fastopenReq;

  /** {@code fastopen_rsk}: its request, as long as the handshake is not complete; or null. */
  @Nullable TcpRequest fastopenRsk;

  int tsoffset;

  // Round trips.
  int srttUs;
  int mdevUs = 1_000_000;
  int mdevMaxUs;
  int rttvarUs = 1_000_000 / 4;
  int rttSeq;
  final Minmax rttMin = new Minmax();

  // Congestion and losses.
  CongestionControl ca;
  @Nullable Object caPriv;

  /** {@code icsk_ca_dst_locked}: whether its route says which it is to be. */
  boolean caDstLocked;

  byte caState;
  int sndCwnd = INIT_CWND;
  int sndCwndCnt;
  int sndCwndClamp = ~0;
  int sndCwndUsed;
  int sndCwndStamp;
  int sndSsthresh = INFINITE_SSTHRESH;
  int priorCwnd;
  int priorSsthresh;
  int prrDelivered;
  int prrOut;
  int highSeq;
  int packetsOut;
  int retransOut;
  int sackedOut;
  int lostOut;
  int maxPacketsOut;
  int cwndUsageSeq;
  boolean cwndLimited;
  int reordering;
  int reordSeen;
  int retransStamp;
  int undoMarker;

  /** Whether {@code undo_marker} is set, which in Linux is a number other than 0. */
  boolean hasUndoMarker;

  int undoRetrans = -1;
  int totalRto;

  /** {@code timeout_rehash}: how often another way was tried after a timeout. */
  short timeoutRehash;

  /** {@code plb_rehash}: how often as this one was congested. */
  int plbRehash;

  /** {@code sk_txhash}: changes with the way. */
  int txhash;

  /** {@code lrcv_flowlabel}: that of the data that came last. */
  int lrcvFlowlabel;

  int totalRtoRecoveries;
  int totalRtoTimeMs;
  int rtoStamp;
  boolean frto;
  int tlpHighSeq;
  boolean tlpRetrans;
  int fackSeq;

  /** {@code recv_sack_cache}: starts and ends of the blocks that came last, behind zeros. */
  int[] sackCache = NO_BLOCKS;

  boolean sackReneg;
  @Nullable TcpSkb retransmitHint;
  @Nullable TcpSkb tsortedFirst;
  @Nullable TcpSkb tsortedLast;
  long rackMstamp;
  int rackRttUs;
  int rackEndSeq;
  int rackLastDelivered;
  byte rackReoWndSteps = 1;
  byte rackReoWndPersist = 16;
  boolean rackDsackSeen;
  boolean rackAdvanced;

  // Rate of delivery, and pacing.
  long tcpMstamp;
  int delivered;
  int deliveredCe;
  int lost;
  int appLimited;
  long firstTxMstamp;
  long deliveredMstamp;
  int rateDelivered;
  int rateIntervalUs;
  boolean rateAppLimited = true;
  long pacingRate = -1;
  long wstampNs;
  long clockCacheNs;

  /** {@code TSQ_THROTTLED}: it goes on when one of its packets has left. */
  boolean tsqThrottled;

  /** {@code TSQ_QUEUED}: it is about to go on. */
  boolean tsqQueued;

  // Counts of tcp_info.
  int totalRetrans;
  long bytesReceived;
  long bytesAcked;
  long bytesSent;
  long bytesRetrans;
  int segsIn;
  int segsOut;
  int dataSegsIn;
  int dataSegsOut;
  int dsackDups;
  int rcvOoopack;
  int lastOowAckTime;
  int chronoStart;
  byte chronoType;
  final int[] chronoStat = new int[3];
  int sndWndChanges;

  // Life.

  /** {@code SS_UNCONNECTED} and so on: how far {@code connect} is. */
  byte socketState = InetStreamOps.SS_UNCONNECTED;

  /** What an upper layer protocol does with it, or null. */
  @Nullable TcpUlp ulp;

  /** {@code DEFER_CONNECT}: the SYN waits for the first data. */
  boolean deferConnect;

  /** {@code close} has begun; it waits until what was sent is acknowledged. */
  boolean lingering;

  boolean orphan;
  boolean freed;
  int linger2;

  /** {@code sk_write_pending}: tasks that wait to send. */
  int writePending;

  /** When the SYN-ACK was sent, microseconds; 0 if none was. */
  long synackSentUs;

  byte @Nullable [] savedSyn;

  /** The listener that has not given it to a task yet, or null. */
  @Nullable Sk listener;

  /** A connection that begins. */
  TcpSock(Sk sk, CongestionControl ca) {
    super(sk.net());
    this.sk = sk;
    this.ca = ca;
    this.ulp = TcpUlp.of(sk);
    rttMin.reset(0, ~0);
  }

  /** What a listener leaves that listens no more. */
  static TcpSock afterListen(Sk sk) {
    TcpSock idle = new TcpSock(sk, TcpCongs.find(TcpOptions.of(sk).congestion));
    idle.writeSeq = 2;
    idle.sndNxt = idle.writeSeq;
    idle.mssCache = TcpOptions.of(sk).mssCache;
    idle.reordering = TcpOptions.of(sk).reordering;
    return idle;
  }

  /** What a connection leaves when it is taken back: a sequence number that it has not used. */
  TcpSock afterDisconnect() {
    TcpSock idle = new TcpSock(sk, TcpCongs.find(TcpOptions.of(sk).congestion));
    int seq = writeSeq + maxWindow + 2;
    idle.writeSeq = seq == 0 ? 1 : seq;
    idle.sndUna = sndUna;
    idle.sndNxt = sndNxt;
    idle.sndWnd = sndWnd;
    idle.maxWindow = maxWindow;
    idle.rcvNxt = rcvNxt;
    idle.copiedSeq = rcvNxt;
    idle.rcvWup = rcvWup;
    idle.rcvWnd = rcvWnd;
    idle.rcvSsthresh = rcvSsthresh;
    idle.rcvMss = TcpAcks.MIN_MSS;
    idle.advmss = advmss;
    idle.pmtu = pmtu;
    idle.mssCache = mssCache;
    idle.tcpHeaderLen = tcpHeaderLen;
    idle.mappedDaddr = mappedDaddr;
    idle.lsndtime = lsndtime;
    idle.rcvTstamp = rcvTstamp;
    idle.rcvqSpace = rcvqSpace;
    idle.keep(this);
    return idle;
  }

  /** Takes over what neither {@code tcp_disconnect} nor {@code tcp_connect_init} sets anew. */
  void keep(TcpSock before) {
    reordering = before.reordering;
    rttMin.set(before.rttMin);
    rcvRttUs = before.rcvRttUs;
    scalingRatio = before.scalingRatio;
    pacingRate = before.pacingRate;
    rateDelivered = before.rateDelivered;
    rateIntervalUs = before.rateIntervalUs;
    lost = before.lost;
    System.arraycopy(before.chronoStat, 0, chronoStat, 0, chronoStat.length);
  }

  /** Whether its segments go out by IPv6. */
  boolean sendsV6() {
    return isV6() && mappedDaddr == 0;
  }

  /** Takes over what {@code TCP_QUICKACK} has said before there was a connection. */
  void initPingpong() {
    ackPingpong = TcpOptions.of(sk).pingpong ? TcpAcks.pingpongThresh(this) : 0;
  }

  /** That of a sock, or null if it has none. */
  public static @Nullable TcpSock of(Sk sk) {
    InetBinding binding = InetBinding.of(sk);
    return binding != null && binding.connection() instanceof TcpSock tcp ? tcp : null;
  }

  @Override
  public int state() {
    return sk.state();
  }

  @Override
  public int family() {
    return sk.family();
  }

  @Override
  public long cookie() {
    return sk.cookie();
  }

  /** Whether there is a file of it; else it has no inode. */
  public boolean hasFile() {
    return ulp == null ? !orphan && listener == null : ulp.hasFile();
  }

  /** The sock of the socket that it belongs to: of a subflow, that of its connection. */
  public Sk socketSk() {
    return ulp == null ? sk : ulp.parent();
  }

  /** {@code tcp_set_state}: the one way to another state. */
  void setState(int state) {
    TcpLife.setState(this, state);
  }

  /** {@code tcp_packets_in_flight}. */
  int inFlight() {
    return packetsOut - (sackedOut + lostOut) + retransOut;
  }

  /** {@code tcp_wnd_end}. */
  int wndEnd() {
    return sndUna + sndWnd;
  }

  /** {@code tcp_receive_window}. */
  int receiveWindow() {
    return Math.max(0, rcvWup + rcvWnd - rcvNxt);
  }

  /** {@code tcp_full_space}. */
  int fullSpace() {
    return winFromSpace(sk.rcvbuf());
  }

  /** {@code tcp_space}. */
  int space() {
    return ulp == null ? winFromSpace(sk.rcvbuf() - sk.rmemAlloc()) : ulp.space();
  }

  /** {@code tcp_win_from_space}: the window that a buffer allows. */
  int winFromSpace(int space) {
    return (int) (((long) space * scalingRatio) >> 8);
  }

  /** {@code tcp_space_from_win}. */
  long spaceFromWin(long win) {
    return (win << 8) / scalingRatio;
  }

  /** {@code tcp_in_initial_slowstart}. */
  boolean inInitialSlowstart() {
    return sndSsthresh >= INFINITE_SSTHRESH;
  }

  /** {@code tcp_in_slow_start}. */
  boolean inSlowStart() {
    return Integer.compareUnsigned(sndCwnd, sndSsthresh) < 0;
  }

  /** {@code tcp_in_cwnd_reduction}. */
  boolean inCwndReduction() {
    return caState == CA_CWR || caState == CA_RECOVERY;
  }

  /** {@code inet_csk_in_pingpong_mode}. */
  boolean inPingpong() {
    return ackPingpong >= TcpAcks.pingpongThresh(this);
  }

  /** {@code tcp_skb_timestamp_ts}: what its clock of time stamps says. */
  int tsval(long us) {
    return (int) (TcpOptions.of(sk).usecTs ? us : us / 1000) + tsoffset;
  }

  /** {@code tcp_mstamp_refresh}. */
  void refresh() {
    clockCacheNs = TcpClock.nowNs(net);
    tcpMstamp = clockCacheNs / 1000;
  }

  /** {@code tcp_jiffies32}. */
  int jiffies() {
    return TcpClock.jiffies(net);
  }

  /** The first piece to be sent, or null ({@code tcp_send_head}). */
  @Nullable TcpSkb sendHead() {
    return (TcpSkb) writeQueue.peek();
  }

  /** The first piece that is not acknowledged, or null ({@code tcp_rtx_queue_head}). */
  @Nullable TcpSkb rtxHead() {
    return (TcpSkb) rtxQueue.peek();
  }

  /** The last one that was sent, or null ({@code tcp_rtx_queue_tail}). */
  @Nullable TcpSkb rtxTail() {
    return (TcpSkb) rtxQueue.peekLast();
  }

  /** {@code tcp_rtx_and_write_queues_empty}. */
  boolean queuesEmpty() {
    return writeQueue.isEmpty() && rtxQueue.isEmpty();
  }

  private final class Retransmit extends KernelTimer {
    @Override
    protected NetNs net() {
      return net;
    }

    @Override
    protected void end() {
      TcpTimers.writeTimer(TcpSock.this);
    }
  }

  private final class Delack extends KernelTimer {
    @Override
    protected NetNs net() {
      return net;
    }

    @Override
    protected void end() {
      TcpTimers.delackTimer(TcpSock.this);
    }
  }
}
