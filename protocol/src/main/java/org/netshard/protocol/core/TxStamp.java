package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/**
 * What the sender of a packet wants to be told when it leaves: time stamps, which come by the error
 * queue.
 *
 * <p><b>Source:</b> {@code include/net/sock.h}: {@code sock_tx_timestamp}, {@code
 * skb_setup_tx_timestamp}; {@code net/core/skbuff.c}: {@code __skb_tstamp_tx}, {@code
 * __skb_complete_tx_timestamp}, {@code skb_may_tx_timestamp}; {@code net/ipv4/ip_output.c}, the
 * {@code tskey} of {@code __ip_append_data}.
 *
 * <p><b>Differs from Linux:</b> no device stamps in hardware; with {@code
 * net.core.tstamp_allow_data} 0 nobody is told with the data of the packet, whoever opened the
 * file.
 */
public final class TxStamp {
  /** {@code SCM_TSTAMP_SND}: the driver hands it to the device. */
  static final int SCM_TSTAMP_SND = 0;

  /** {@code SCM_TSTAMP_SCHED}: it enters the queue of the device. */
  static final int SCM_TSTAMP_SCHED = 1;

  /** {@code SCM_TSTAMP_ACK}: the other end has it. */
  static final int SCM_TSTAMP_ACK = 2;

  private final Sk sk;
  private boolean software;
  private boolean sched;
  private boolean ack;
  private final boolean hardware;
  private final boolean isStream;
  private long sentNs;
  private final boolean hasGivenKey;
  private boolean drawn;
  private int key;

  private TxStamp(Sk sk, SockcmCookie cookie, boolean isStream) {
    this.sk = sk;
    this.isStream = isStream;
    int flags = cookie.tsflags;
    this.software = (flags & SockTimestamping.SOF_TIMESTAMPING_TX_SOFTWARE) != 0;
    this.sched = (flags & SockTimestamping.SOF_TIMESTAMPING_TX_SCHED) != 0;
    this.hardware =
        (flags
                & (SockTimestamping.SOF_TIMESTAMPING_TX_HARDWARE
                    | SockTimestamping.SOF_TIMESTAMPING_TX_COMPLETION))
            != 0;
    this.hasGivenKey = cookie.hasTsOptId;
    this.key = cookie.tsOptId;
  }

  /**
   * What is wanted of a packet that is put together, perhaps from several calls; its id is drawn by
   * {@link #drawKey} when data are there.
   *
   * @return null if nothing is wanted ({@code tx_flags} is 0)
   */
  public static @Nullable TxStamp of(@Nullable Sk sk, SockcmCookie cookie) {
    if (sk == null || (cookie.tsflags & SockTimestamping.TX_RECORD_MASK) == 0) {
      return null;
    }
    TxStamp stamp = new TxStamp(sk, cookie, false);
    return stamp.software || stamp.sched || stamp.hardware ? stamp : null;
  }

  /** What is wanted of a packet that is complete, with its id ({@code skb_setup_tx_timestamp}). */
  public static @Nullable TxStamp ofWhole(Sk sk, SockcmCookie cookie) {
    TxStamp stamp = of(sk, cookie);
    boolean id = (cookie.tsflags & SockTimestamping.SOF_TIMESTAMPING_OPT_ID) != 0;
    boolean records = (cookie.tsflags & SockTimestamping.TX_RECORD_MASK) != 0;
    int key = id && records && !cookie.hasTsOptId ? sk.rareForWrite().tskey++ : cookie.tsOptId;
    if (stamp != null) {
      stamp.key = key;
    }
    return stamp;
  }

  /**
   * What is wanted of a byte of a stream.
   *
   * @param key its sequence number
   * @param before what was wanted of another byte of the same buffer, or null
   * @return null if nothing is wanted
   */
  public static @Nullable TxStamp ofStream(
      Sk sk, SockcmCookie cookie, int key, @Nullable TxStamp before) {
    if ((cookie.tsflags & SockTimestamping.TX_RECORD_MASK) == 0) {
      return before;
    }
    TxStamp stamp = new TxStamp(sk, cookie, true);
    stamp.ack = (cookie.tsflags & SockTimestamping.SOF_TIMESTAMPING_TX_ACK) != 0;
    stamp.key = key;
    return stamp.with(before);
  }

  /** The same, and what was wanted of another byte of the same buffer. */
  public TxStamp with(@Nullable TxStamp other) {
    if (other != null) {
      software |= other.software;
      sched |= other.sched;
      ack |= other.ack;
    }
    return this;
  }

  /** Sequence number of the byte of a stream. */
  public int key() {
    return key;
  }

  /** Whether it is wanted when the other end has the byte ({@code txstamp_ack}). */
  public boolean ofAck() {
    return ack;
  }

  /** When the buffer is sent, virtual nanoseconds ({@code skb_mstamp_ns}). */
  public void setSentNs(long timeNs) {
    sentNs = timeNs;
  }

  /** With the first data, gives the packet its id: the program's, or the next one of the sock. */
  public void drawKey() {
    if (drawn) {
      return;
    }
    drawn = true;
    boolean id = (sk.rare().tsflags() & SockTimestamping.SOF_TIMESTAMPING_OPT_ID) != 0;
    if (id && !hasGivenKey) {
      key = sk.rareForWrite().tskey++;
    }
  }

  /** A driver hands a packet to its device ({@code skb_tx_timestamp}). */
  public static void sent(Packet packet, long nowNs) {
    TxStamp stamp = packet.txStamp();
    if (stamp != null) {
      stamp.report(packet, SCM_TSTAMP_SND, nowNs);
      packet.setTxStamp(null);
    }
  }

  /** A packet has come so far; its sender is told if that was wanted ({@code __skb_tstamp_tx}). */
  void report(Packet packet, int tstype, long nowNs) {
    if (tstype == SCM_TSTAMP_SCHED ? !sched : !software) {
      return;
    }
    int tsflags = sk.rare().tsflags();
    boolean only = (tsflags & SockTimestamping.SOF_TIMESTAMPING_OPT_TSONLY) != 0;
    if (only && isStream && wantsStats(tsflags)) {
      stats(sk.ops().timestampingStats(sk, sentNs), tstype, nowNs);
    } else if (only) {
      ErrSkb.queue(sk, ErrSkb.ofStamp(null, tstype, id(tsflags), nowNs));
    } else if (mayHaveData()) {
      ErrSkb.queue(sk, ErrSkb.ofStamp(packet.copy(), tstype, id(tsflags), nowNs));
    }
  }

  /**
   * The other end has the byte of a stream.
   *
   * @param data of the buffer
   * @param truesize of the buffer
   * @param stats what is known of the connection, for who has asked for it
   */
  public void acked(byte[] data, int truesize, byte[] stats, long nowNs) {
    int tsflags = sk.rare().tsflags();
    boolean only = (tsflags & SockTimestamping.SOF_TIMESTAMPING_OPT_TSONLY) != 0;
    if (only && wantsStats(tsflags)) {
      stats(stats, SCM_TSTAMP_ACK, nowNs);
    } else if (only) {
      ErrSkb.queue(sk, ErrSkb.ofStamp(null, SCM_TSTAMP_ACK, id(tsflags), nowNs));
    } else if (mayHaveData()) {
      int key = id(tsflags);
      ErrSkb.queue(sk, ErrSkb.ofStamp(data, truesize, SCM_TSTAMP_ACK, key, nowNs, false));
    }
  }

  private void stats(byte[] stats, int tstype, long nowNs) {
    int truesize = Skb.unaccountedTruesize(stats.length);
    int key = id(sk.rare().tsflags());
    ErrSkb.queue(sk, ErrSkb.ofStamp(stats, truesize, tstype, key, nowNs, true));
  }

  private static boolean wantsStats(int tsflags) {
    return (tsflags & SockTimestamping.SOF_TIMESTAMPING_OPT_STATS) != 0;
  }

  /** {@code skb_may_tx_timestamp}. */
  private boolean mayHaveData() {
    return sk.net().sysctl(Sysctl.CORE_TSTAMP_ALLOW_DATA) != 0;
  }

  /** What the program is told of it; of a stream, the byte's number since it has asked. */
  private int id(int tsflags) {
    if ((tsflags & SockTimestamping.SOF_TIMESTAMPING_OPT_ID) == 0) {
      return 0;
    }
    return isStream ? key - sk.rare().tskey : key;
  }
}
