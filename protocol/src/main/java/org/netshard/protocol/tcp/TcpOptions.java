package org.netshard.protocol.tcp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.OptionBlock;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.Sysctl;

/**
 * The options of a TCP sock. Where 0 stands for the namespace's sysctl, that is read when the value
 * is needed.
 *
 * <p><b>Source:</b> {@code include/linux/tcp.h}, {@code struct tcp_sock}; {@code
 * include/net/inet_connection_sock.h}; defaults of {@code tcp_init_sock}.
 */
public final class TcpOptions extends OptionBlock {
  /** {@code TCP_NO_QUEUE}. */
  static final byte TCP_NO_QUEUE = 0;

  /** {@code TCP_RECV_QUEUE}. */
  static final byte TCP_RECV_QUEUE = 1;

  /** {@code TCP_SEND_QUEUE}. */
  static final byte TCP_SEND_QUEUE = 2;

  /** {@code TCP_RTO_MIN}: jiffies. */
  static final int TCP_RTO_MIN_JIFFIES = SocketOptions.HZ / 5;

  /** {@code TCP_DELACK_MAX}: jiffies. */
  static final int TCP_DELACK_MAX_JIFFIES = SocketOptions.HZ / 5;

  /** The block that was shared last; socks made under the same sysctls share one. */
  private static volatile @Nullable TcpOptions lastShared;

  /** {@code icsk_ca_ops}: name of the congestion control. */
  String congestion;

  /** {@code icsk_ca_setsockopt}: whether a program has chosen it. */
  boolean congestionSet;

  /** {@code tp->reordering}, packets. */
  int reordering;

  /** {@code icsk_rto_max}, jiffies. */
  int rtoMaxJiffies;

  /** {@code icsk_rto_min}, jiffies. */
  int rtoMinJiffies;

  /** {@code icsk_delack_max}, jiffies. */
  int delackMaxJiffies = TCP_DELACK_MAX_JIFFIES;

  /** {@code nonagle & TCP_NAGLE_OFF}. */
  boolean nodelay;

  /** {@code nonagle & TCP_NAGLE_CORK}. */
  boolean cork;

  /** {@code rx_opt.user_mss}, bytes; 0 if not set. */
  char userMss;

  /** {@code mss_cache} of a sock that never was connected, bytes. */
  char mssCache = TcpSock.MSS_DEFAULT;

  /** {@code keepalive_time}, seconds; 0 is the sysctl. */
  char keepaliveTimeSec;

  /** {@code keepalive_intvl}, seconds; 0 is the sysctl. */
  char keepaliveIntvlSec;

  /** {@code keepalive_probes}; 0 is the sysctl. */
  byte keepaliveProbes;

  /** {@code icsk_syn_retries}; 0 is the sysctl. */
  byte synRetries;

  /** {@code linger2}, seconds; 0 is the sysctl, -1 not at all. */
  byte linger2Sec;

  /** {@code rskq_defer_accept}, retransmissions, 8 bits. */
  byte deferAccept;

  /** {@code window_clamp}, bytes; 0 if not set. */
  int windowClamp;

  /** {@code inet_csk_in_pingpong_mode}: acknowledgements are delayed. */
  boolean pingpong;

  /** {@code thin_lto}. */
  boolean thinLto;

  /** {@code icsk_user_timeout}, ms. */
  int userTimeoutMs;

  /** {@code repair}. */
  boolean repair;

  /** {@code repair_queue}. */
  byte repairQueue;

  /** {@code write_seq}. */
  int writeSeq;

  /** {@code rcv_nxt}. */
  int rcvNxt;

  /** {@code tsoffset}, ms or µs. */
  int tsoffset;

  /** {@code tcp_usec_ts}: time stamps count µs. */
  boolean usecTs;

  /** {@code struct tcp_repair_window}: snd_wl1, snd_wnd, max_window, rcv_wnd, rcv_wup. */
  int[] repairWindow = new int[5];

  /** {@code fastopenq.max_qlen}. */
  int fastopenQlen;

  /** {@code fastopenq.ctx}: one or two keys of 16 bytes, or null. */
  byte @Nullable [] fastopenKey;

  /** {@code fastopen_connect}. */
  boolean fastopenConnect;

  /** {@code fastopen_no_cookie}. */
  boolean fastopenNoCookie;

  /** {@code notsent_lowat}, bytes, unsigned; 0 is the sysctl. */
  int notsentLowat;

  /** {@code save_syn}. */
  byte saveSyn;

  /** {@code recvmsg_inq}. */
  boolean inq;

  /** {@code tcp_tx_delay}, µs. */
  int txDelayUs;

  /** {@code icsk_ulp_ops}: name of the upper layer protocol, or null. */
  @Nullable String ulp;

  /** {@code md5sig_info}: the keys that peers have. */
  List<Md5Key> md5Keys = List.of();

  /**
   * For whom a key of {@code TCP_MD5SIG} is.
   *
   * @param address 4 or 16 bytes
   * @param prefixLen bits of the address that count
   * @param key the secret, at most 80 bytes
   */
  record Md5Key(byte[] address, int prefixLen, byte[] key) {
    /** Whether it is for this address, of 4 or 16 bytes. */
    boolean fits(byte[] other) {
      if (other.length != address.length) {
        return false;
      }
      int whole = prefixLen / Byte.SIZE;
      int rest = prefixLen % Byte.SIZE;
      return Arrays.equals(other, 0, whole, address, 0, whole)
          && (rest == 0 || (other[whole] ^ address[whole]) >> (Byte.SIZE - rest) == 0);
    }

    boolean same(Md5Key other) {
      return prefixLen == other.prefixLen && Arrays.equals(address, other.address);
    }
  }

  private TcpOptions(String congestion) {
    this.congestion = congestion;
  }

  /** The shared block of socks that are made now in this namespace. */
  public static TcpOptions shared(NetNs net) {
    String congestion = net.sysctlText(Sysctl.IPV4_TCP_CONGESTION_CONTROL);
    int reordering = (int) net.sysctl(Sysctl.IPV4_TCP_REORDERING);
    int rtoMax = msToJiffies((int) net.sysctl(Sysctl.IPV4_TCP_RTO_MAX_MS));
    int rtoMin = usToJiffies((int) net.sysctl(Sysctl.IPV4_TCP_RTO_MIN_US));
    TcpOptions last = lastShared;
    if (last != null
        && last.congestion.equals(congestion)
        && last.reordering == reordering
        && last.rtoMaxJiffies == rtoMax
        && last.rtoMinJiffies == rtoMin) {
      return last;
    }
    TcpOptions block = new TcpOptions(congestion);
    block.reordering = reordering;
    block.rtoMaxJiffies = rtoMax;
    block.rtoMinJiffies = rtoMin;
    block.freeze();
    lastShared = block;
    return block;
  }

  /** A copy for a subflow of MPTCP, whose upper layer protocol that is. */
  public TcpOptions ofSubflow() {
    TcpOptions copy = (TcpOptions) thaw();
    copy.ulp = "mptcp";
    return copy;
  }

  /** The block of a sock, for reading. */
  public static TcpOptions of(Sk sk) {
    return (TcpOptions) Objects.requireNonNull(sk.transport());
  }

  /** The block of a sock, for writing: its own from now on. */
  static TcpOptions forWrite(Sk sk) {
    TcpOptions block = of(sk);
    if (block.isFrozen()) {
      block = (TcpOptions) block.thaw();
      sk.setTransport(block);
    }
    return block;
  }

  /** {@code tcp_disconnect}: not all that a program has set is kept. */
  static void disconnect(Sk sk) {
    TcpOptions now = of(sk);
    boolean kept =
        now.userMss == 0
            && now.windowClamp == 0
            && !now.pingpong
            && now.rtoMinJiffies == TCP_RTO_MIN_JIFFIES
            && now.delackMaxJiffies == TCP_DELACK_MAX_JIFFIES;
    if (!kept) {
      TcpOptions block = forWrite(sk);
      block.userMss = 0;
      block.windowClamp = 0;
      block.pingpong = false;
      block.rtoMinJiffies = TCP_RTO_MIN_JIFFIES;
      block.delackMaxJiffies = TCP_DELACK_MAX_JIFFIES;
    }
    if (sk.rare().peekOff() >= 0) {
      sk.rareForWrite().setPeekOff(-1);
    }
  }

  @Override
  public OptionBlock thaw() {
    TcpOptions copy = (TcpOptions) super.thaw();
    copy.repairWindow = repairWindow.clone();
    return copy;
  }

  /** Adds a key, or replaces that of the same peer. */
  void addMd5Key(Md5Key key) {
    List<Md5Key> keys = new ArrayList<>(md5Keys);
    keys.removeIf(key::same);
    keys.add(key);
    md5Keys = List.copyOf(keys);
  }

  /** Removes the key of a peer; false if there is none. */
  boolean removeMd5Key(Md5Key key) {
    List<Md5Key> keys = new ArrayList<>(md5Keys);
    boolean removed = keys.removeIf(key::same);
    md5Keys = List.copyOf(keys);
    return removed;
  }

  /** Milliseconds in jiffies, rounded up ({@code msecs_to_jiffies}). */
  static int msToJiffies(int ms) {
    int msPerJiffy = 1000 / SocketOptions.HZ;
    return (ms + msPerJiffy - 1) / msPerJiffy;
  }

  /** Microseconds, unsigned, in jiffies, rounded up ({@code usecs_to_jiffies}). */
  static int usToJiffies(int us) {
    int usPerJiffy = 1_000_000 / SocketOptions.HZ;
    return (int) ((Integer.toUnsignedLong(us) + usPerJiffy - 1) / usPerJiffy);
  }

  /** Name of the congestion control. */
  public String congestion() {
    return congestion;
  }

  /** {@code TCP_NODELAY}. */
  public boolean nodelay() {
    return nodelay;
  }

  /** {@code TCP_CORK}. */
  public boolean cork() {
    return cork;
  }

  /** {@code TCP_MAXSEG} as set, bytes, or 0. */
  public int userMss() {
    return userMss;
  }

  /** {@code TCP_WINDOW_CLAMP}, bytes, or 0. */
  public int windowClamp() {
    return windowClamp;
  }

  /** {@code TCP_SYNCNT}: retransmissions of a SYN. */
  public int synRetries(NetNs net) {
    return synRetries != 0 ? synRetries : (int) net.sysctl(Sysctl.IPV4_TCP_SYN_RETRIES);
  }

  /** {@code TCP_KEEPIDLE}, seconds. */
  public int keepaliveTimeSec(NetNs net) {
    return keepaliveTimeSec != 0
        ? keepaliveTimeSec
        : (int) net.sysctl(Sysctl.IPV4_TCP_KEEPALIVE_TIME);
  }

  /** {@code TCP_KEEPINTVL}, seconds. */
  public int keepaliveIntvlSec(NetNs net) {
    return keepaliveIntvlSec != 0
        ? keepaliveIntvlSec
        : (int) net.sysctl(Sysctl.IPV4_TCP_KEEPALIVE_INTVL);
  }

  /** {@code TCP_KEEPCNT}. */
  public int keepaliveProbes(NetNs net) {
    return keepaliveProbes != 0
        ? keepaliveProbes
        : (int) net.sysctl(Sysctl.IPV4_TCP_KEEPALIVE_PROBES);
  }

  /** {@code TCP_LINGER2}, seconds, or -1. */
  public int linger2Sec(NetNs net) {
    return linger2Sec != 0 ? linger2Sec : (int) net.sysctl(Sysctl.IPV4_TCP_FIN_TIMEOUT);
  }
}
