package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.core.KernelTimer;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Qdisc;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.ReuseportGroup;
import org.netshard.protocol.inet6.Inet6Options;
import org.netshard.protocol.ip.IpHeader;
import org.netshard.protocol.ip.IpOutput;
import org.netshard.protocol.ip6.Ip6Header;
import org.netshard.protocol.ip6.Ip6Output;

/**
 * A request for a connection: a SYN has come, and a SYN-ACK was sent.
 *
 * <p><b>Source:</b> {@code include/linux/tcp.h}, {@code struct tcp_request_sock}; {@code
 * net/ipv4/tcp_output.c}, {@code tcp_make_synack}; {@code net/ipv4/inet_connection_sock.c}, {@code
 * reqsk_timer_handler}.
 */
public final class TcpRequest extends TcpEndpoint {
  /** {@code rsk_listener}: the one that the SYN came to, or that has taken its place. */
  Sk listener;

  int rcvIsn;
  int sntIsn;
  int rcvNxt;
  int mss;
  int advmss;

  /** {@code req_usec_ts}: whether its time stamps count microseconds. */
  boolean usecTs;

  int rcvWnd;
  int windowClamp;
  byte sndWscale;
  byte rcvWscale;
  boolean tstampOk;
  boolean sackOk;
  boolean wscaleOk;
  boolean ecnOk;

  /** {@code ir_mark}: the connection will have it. */
  int mark;

  /** {@code syn_tos}: type of service or traffic class of the SYN. */
  int synTos;

  int tsRecent;
  int tsoffset;

  /** {@code snt_tsval_first}: time stamp of the first SYN-ACK; 0 if there was none. */
  int sntTsvalFirst;

  /** {@code snt_tsval_last}: that of the last one. */
  int sntTsvalLast;

  int window;

  /** {@code num_timeout}: how often the SYN-ACK was sent again for want of an answer. */
  int numTimeout;

  /** {@code num_retrans}. */
  int numRetrans;

  /** {@code acked}: the ACK has come, but the connection has to wait. */
  boolean acked;

  /** {@code snt_synack}, microseconds. */
  long sntSynackUs;

  /** {@code ir_cookie}; 0 until somebody asks. */
  long cookie;

  int lastOowAckTime;
  byte @Nullable [] savedSyn;

  /** The cookie that the first SYN-ACK carries; null for no option. */
  @Nullable TcpFastOpenCookie fastopenCookie;

  /** The connection of Fast Open for which it answers; or null. */
  @Nullable TcpSock fastopenChild;

  /** What it asks of an upper layer protocol, or null. */
  TcpUlp.@Nullable Request upper;

  private final KernelTimer timer =
      new KernelTimer() {
        @Override
        protected NetNs net() {
          return net;
        }

        @Override
        protected void end() {
          timeout();
        }
      };

  TcpRequest(Sk listener) {
    super(listener.net());
    this.listener = listener;
  }

  @Override
  public int state() {
    return TcpState.NEW_SYN_RECV;
  }

  /** {@code ir_mark}: that of the listener when the SYN came. */
  public int mark() {
    return mark;
  }

  @Override
  public int family() {
    return listener.family();
  }

  @Override
  public long cookie() {
    if (cookie == 0) {
      cookie = net.machine().nextSockCookie();
    }
    return cookie;
  }

  /** The listener. */
  public Sk listener() {
    return listener;
  }

  /** {@code num_timeout}. */
  public int numTimeout() {
    return numTimeout;
  }

  /** When the SYN-ACK is sent again, virtual nanoseconds. */
  public long endNs() {
    return timer.endNs();
  }

  /** {@code tcp_reqsk_timeout}, jiffies. */
  long timeoutJiffies() {
    long jiffies = (long) TcpSock.TIMEOUT_INIT << Math.min(numTimeout, 30);
    return Math.min(jiffies, TcpOptions.of(listener).rtoMaxJiffies);
  }

  /** {@code inet_csk_reqsk_queue_hash_add}. */
  void add(TcpListener queue) {
    TcpHash.of(net).add(this);
    queue.qlen++;
    queue.young++;
    arm();
  }

  void arm() {
    timer.set(net.machine().nowNs() + timeoutJiffies() * TcpClock.NS_PER_JIFFY);
  }

  /** {@code inet_csk_reqsk_queue_drop}: takes it out; whether it was there. */
  boolean remove() {
    if (!hashed) {
      return false;
    }
    timer.delete();
    TcpHash.of(net).remove(this);
    TcpListener queue = TcpListener.of(listener);
    if (queue != null) {
      queue.qlen--;
      if (numTimeout == 0) {
        queue.young--;
      }
    }
    return true;
  }

  /** Goes to another listener, if there is one ({@code inet_reqsk_clone}). */
  private void migrate() {
    Sk other = ReuseportGroup.migrate(listener, hash(), dport);
    TcpListener queue = other == null ? null : TcpListener.of(other);
    if (other != null && queue != null) {
      listener = other;
      queue.qlen++;
      queue.young += numTimeout == 0 ? 1 : 0;
    }
  }

  /** {@code reqsk_timer_handler}. */
  private void timeout() {
    boolean moves = hashed && listener.state() != TcpState.LISTEN;
    if (moves) {
      migrate();
    }
    TcpListener queue = TcpListener.of(listener);
    if (!hashed || queue == null || listener.state() != TcpState.LISTEN) {
      boolean unused = remove();
      return;
    }
    TcpOptions options = TcpOptions.of(listener);
    int most =
        options.synRetries != 0
            ? options.synRetries
            : (int) net.sysctl(Sysctl.IPV4_TCP_SYNACK_RETRIES);
    int backlog = InetBinding.forWrite(listener).maxAckBacklog();
    if (queue.qlen << 1 > Math.max(8, backlog)) {
      int young = queue.young << 1;
      while (most > 2) {
        if (queue.qlen < young) {
          break;
        }
        most--;
        young <<= 1;
      }
    }
    int defer = options.deferAccept & 0xff;
    // syn_ack_recalc: while data are waited for, nothing is sent again until the last time.
    boolean expire = numTimeout >= most && (!acked || numTimeout >= defer);
    boolean resend = !acked || numTimeout >= defer - 1;
    net.addMib(Mib.TCP_TIMEOUTS, 1);
    if (moves) {
      net.addMib(expire ? Mib.TCP_MIGRATE_REQ_FAILURE : Mib.TCP_MIGRATE_REQ_SUCCESS, 1);
    }
    if (expire) {
      boolean unused = remove();
      return;
    }
    if (resend && !resendSynack(listener) && !acked) {
      boolean unused = remove();
      return;
    }
    if (numTimeout++ == 0) {
      queue.young--;
    }
    arm();
  }

  /**
   * {@code tcp_rtx_synack}; false if it could not be sent.
   *
   * @param sk who sends it: the listener, or the connection of Fast Open
   */
  boolean resendSynack(Sk sk) {
    boolean sent = sendSynack(sk);
    if (sent) {
      numRetrans++;
      net.addMib(Mib.TCP_RETRANS_SEGS, 1);
      net.addMib(Mib.TCP_SYN_RETRANS, 1);
      if (fastopenChild != null) {
        fastopenChild.totalRetrans++;
      }
    }
    return sent;
  }

  /** {@code tcp_synack_window}: what the SYN-ACK offers, which is not scaled. */
  int synackWindow() {
    return Math.min(rcvWnd, 0xffff);
  }

  /** What its clock of time stamps says. */
  int tsval() {
    return (int) (TcpClock.nowNs(net) / (usecTs ? 1000 : 1_000_000)) + tsoffset;
  }

  /** What the SYN-ACK says of it, which is remembered ({@code tcp_synack_options}). */
  private int synackTsval() {
    int stamp = tsval();
    if (sntTsvalFirst == 0) {
      stamp = stamp == 0 ? -1 : stamp;
      sntTsvalFirst = stamp;
    }
    sntTsvalLast = stamp;
    return stamp;
  }

  /**
   * {@code tcp_v4_send_synack}, {@code tcp_v6_send_synack}; false if there is no way.
   *
   * @param sk who sends it: the listener, or the connection of Fast Open
   */
  boolean sendSynack(Sk sk) {
    TcpDst dst = TcpDst.find(this);
    if (dst == null) {
      return false;
    }
    byte[] options = new byte[40];
    if (sntSynackUs == 0) {
      sntSynackUs = TcpClock.nowNs(net) / 1000;
    }
    TcpOptions.Md5Key key = TcpMd5.of(sk, this);
    // Not all of it fits.
    tstampOk &= key == null || !sackOk;
    int optionBytes =
        TcpOptionBytes.writeSyn(
            options,
            key != null,
            advmss,
            sackOk,
            tstampOk,
            tstampOk ? synackTsval() : 0,
            tsRecent,
            wscaleOk ? rcvWscale : -1);
    optionBytes = TcpOptionBytes.appendFastopen(options, optionBytes, fastopenCookie);
    // What is sent again has no cookie.
    fastopenCookie = null;
    if (upper != null) {
      optionBytes = upper.synackOptions(options, optionBytes);
    }
    int headerBytes = TcpHeader.BYTES + optionBytes;
    Packet packet = TcpReply.prepare(this, dst, headerBytes);
    if (packet == null) {
      return false;
    }
    byte[] bytes = packet.bytes();
    int at = packet.transport();
    System.arraycopy(options, 0, bytes, at + TcpHeader.BYTES, optionBytes);
    int flags = TcpHeader.SYN | TcpHeader.ACK | (ecnOk ? TcpHeader.ECE : 0);
    TcpHeader.write(bytes, at, headerBytes, sport, dport, sntIsn, rcvNxt, flags, synackWindow(), 0);
    if (key != null) {
      TcpMd5.sign(key, this, packet, headerBytes, 0);
    }
    packet.setMarkAndPriority(mark != 0 ? mark : sk.mark(), sk.priority());
    net.addMib(Mib.TCP_OUT_SEGS, 1);
    if (isV6()) {
      Inet6Options inet6 = Inet6Options.of(sk);
      int hops = inet6.hopLimit() >= 0 ? inet6.hopLimit() : dst.hops6(net);
      Ip6Header.write(
          bytes,
          packet.network(),
          tos(inet6.tclass()),
          Ip6Output.autoFlowlabel(net, null, saddr6, daddr6),
          Abi.IPPROTO_TCP,
          hops,
          saddr6,
          daddr6);
      TcpXmit.checksum(
          packet, Ip6Header.pseudo(bytes, packet.network(), headerBytes, Abi.IPPROTO_TCP));
      return Qdisc.eval(Ip6Output.localOut(net, packet)) == 0;
    }
    InetOptions inet = InetOptions.of(sk);
    int ttl = inet.ucTtl() >= 0 ? inet.ucTtl() : dst.ttl(net);
    IpHeader.write(
        bytes,
        packet.network(),
        0,
        tos(inet.tos()),
        0,
        TcpDst.dontFragment(inet, dst.metrics()) ? IpHeader.IP_DF : 0,
        ttl,
        Abi.IPPROTO_TCP,
        saddr,
        daddr);
    TcpXmit.checksum(
        packet, IpHeader.pseudo(bytes, packet.network(), headerBytes, Abi.IPPROTO_TCP));
    return Qdisc.eval(IpOutput.localOut(net, packet)) == 0;
  }

  /** The type of service of a SYN-ACK: that of the SYN, if it is to be reflected. */
  private int tos(int own) {
    return net.sysctl(Sysctl.IPV4_TCP_REFLECT_TOS) == 0
        ? own
        : (synTos & ~TcpEcn.MASK) | (own & TcpEcn.MASK);
  }

  /** {@code tcp_v4_reqsk_send_ack}: acknowledges a segment that is out of the window. */
  void sendAck(Sk sk, Packet packet) {
    int seq = fastopenChild == null ? sntIsn + 1 : fastopenChild.sndNxt;
    int wnd = synackWindow() >>> rcvWscale;
    TcpReply.ack(sk, packet, seq, rcvNxt, wnd, tsval(), tsRecent, TcpReply.tos(packet));
  }
}
