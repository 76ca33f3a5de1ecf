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

  private final Sk sk;
  private final boolean software;
  private final boolean sched;
  private final boolean hardware;
  private final boolean hasGivenKey;
  private boolean drawn;
  private int key;

  private TxStamp(Sk sk, SockcmCookie cookie) {
    this.sk = sk;
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
    TxStamp stamp = new TxStamp(sk, cookie);
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
    if (!only && sk.net().sysctl(Sysctl.CORE_TSTAMP_ALLOW_DATA) == 0) {
      return;
    }
    boolean id = (tsflags & SockTimestamping.SOF_TIMESTAMPING_OPT_ID) != 0;
    ErrSkb.queue(sk, ErrSkb.ofStamp(only ? null : packet.copy(), tstype, id ? key : 0, nowNs));
  }
}
