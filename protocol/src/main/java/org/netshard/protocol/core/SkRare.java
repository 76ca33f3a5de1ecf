package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.cred.Cred;

/**
 * The fields of a sock that nearly all socks leave at their defaults. A sock gets a block of its
 * own with its first write.
 *
 * <p><b>Source:</b> {@code include/net/sock.h}, {@code struct sock}; defaults of {@code
 * sock_init_data_uid}.
 */
public final class SkRare {
  /** {@code MAX_SCHEDULE_TIMEOUT}: no time limit, in jiffies. */
  public static final long MAX_SCHEDULE_TIMEOUT = Long.MAX_VALUE;

  /** The block of all socks that never wrote one; nobody may change it. */
  static final SkRare DEFAULTS = new SkRare();

  /** {@code SK_PACING_NONE}: no rate has to be kept. */
  public static final byte SK_PACING_NONE = 0;

  /** {@code SK_PACING_NEEDED}: the sock spaces what it sends. */
  public static final byte SK_PACING_NEEDED = 1;

  /** {@code SK_PACING_FQ}: the queueing discipline spaces it. */
  public static final byte SK_PACING_FQ = 2;

  /** {@code sk_rcvtimeo}, jiffies. */
  long rcvtimeoJiffies = MAX_SCHEDULE_TIMEOUT;

  /** {@code sk_sndtimeo}, jiffies. */
  long sndtimeoJiffies = MAX_SCHEDULE_TIMEOUT;

  /** {@code sk_lingertime}, jiffies. */
  long lingertimeJiffies;

  /** {@code sk_max_pacing_rate}, bytes a second, unsigned; all ones is unlimited. */
  long maxPacingRateBps = -1;

  /** {@code sk_pacing_rate} of a sock that has none of its own, bytes a second, unsigned. */
  long pacingRateBps = -1;

  /** {@code sk_pacing_status}: {@link #SK_PACING_NONE} and so on. */
  byte pacingStatus;

  /** {@code sk_rcvlowat}, bytes. */
  int rcvlowat = 1;

  /** {@code sk_peek_off}, bytes; -1 is off. */
  int peekOff = -1;

  /** {@code sk_incoming_cpu}; -1 before a packet came. */
  int incomingCpu = -1;

  /** {@code sk_err_soft}, positive. */
  int errSoft;

  /** {@code sk_tsflags}: the flags of {@code SO_TIMESTAMPING}. */
  int tsflags;

  /** {@code sk_bind_phc}. */
  int bindPhc;

  /** {@code sk_tskey}: the next id of {@code SOF_TIMESTAMPING_OPT_ID}. */
  int tskey;

  /** {@code sk_zckey}: the number of the next call that sends without a copy. */
  int zckey;

  /** {@code sk_stamp}: when the last packet came that was received, or {@link Packet#NO_TSTAMP}. */
  long stampNs = Packet.NO_TSTAMP;

  /** {@code sk_ll_usec}, microseconds. */
  int llUsec;

  /** {@code sk_busy_poll_budget}, packets. */
  int busyPollBudget;

  /** {@code sk_reserved_mem}, bytes, a multiple of the page. */
  int reservedMemBytes;

  /** {@code sk_omem_alloc}: memory of options, bytes. */
  int omemAlloc;

  /** The number of the socket's inode; 0 until somebody asks. */
  int inode;

  /** Permission bits of that inode ({@code i_mode}). */
  short inodeMode = SockInodes.MODE;

  /** {@code sk_drops}: packets that were dropped at the sock. */
  int drops;

  /** {@code sk_clockid} of {@code SO_TXTIME}. */
  int clockid;

  /** {@code sk_peer_pid}; 0 if there is none. */
  int peerPid;

  /** {@code sk_error_queue}. */
  @Nullable SkbQueue errorQueue;

  /** {@code sk_peer_cred}. */
  @Nullable Cred peerCred;

  /** {@code sk_filter}, as the program gave it: 8 bytes an instruction. */
  byte @Nullable [] filter;

  /** The program that chooses in a reuseport group, which this sock has brought. */
  byte @Nullable [] reuseportProgram;

  /** What a sock that is made after another one takes over ({@code sk_clone_lock}). */
  SkRare cloneLock() {
    SkRare copy = new SkRare();
    copy.rcvtimeoJiffies = rcvtimeoJiffies;
    copy.sndtimeoJiffies = sndtimeoJiffies;
    copy.lingertimeJiffies = lingertimeJiffies;
    copy.maxPacingRateBps = maxPacingRateBps;
    copy.pacingRateBps = pacingRateBps;
    copy.pacingStatus = pacingStatus;
    copy.rcvlowat = rcvlowat;
    copy.peekOff = peekOff;
    copy.tsflags = tsflags;
    copy.bindPhc = bindPhc;
    copy.llUsec = llUsec;
    copy.busyPollBudget = busyPollBudget;
    copy.clockid = clockid;
    copy.filter = filter;
    return copy;
  }

  /** {@code sk_error_queue}: errors and time stamps that wait to be read, or null. */
  public @Nullable SkbQueue errorQueue() {
    return errorQueue;
  }

  /** The same, made if there is none. */
  public SkbQueue errorQueueForWrite() {
    SkbQueue present = errorQueue;
    if (present == null) {
      present = new SkbQueue();
      errorQueue = present;
    }
    return present;
  }

  /** {@code sk_rcvtimeo}, jiffies. */
  public long rcvtimeoJiffies() {
    return rcvtimeoJiffies;
  }

  /** {@code sk_sndtimeo}, jiffies. */
  public long sndtimeoJiffies() {
    return sndtimeoJiffies;
  }

  /** Sets {@code sk_lingertime}, jiffies. */
  public void setLingertimeJiffies(long jiffies) {
    lingertimeJiffies = jiffies;
  }

  /** {@code sk_lingertime}, jiffies. */
  public long lingertimeJiffies() {
    return lingertimeJiffies;
  }

  /** {@code sk_max_pacing_rate}, bytes a second, unsigned. */
  public long maxPacingRateBps() {
    return maxPacingRateBps;
  }

  /** {@code sk_pacing_rate}: the least that was ever set, bytes a second, unsigned. */
  public long pacingRateBps() {
    return pacingRateBps;
  }

  /** {@code sk_pacing_status}: who sees to it that a rate is kept. */
  public int pacingStatus() {
    return pacingStatus;
  }

  /** Says who sees to it. */
  public void setPacingStatus(byte status) {
    pacingStatus = status;
  }

  /** The sock has to, if nobody else does. */
  public void needPacing() {
    if (pacingStatus == SK_PACING_NONE) {
      pacingStatus = SK_PACING_NEEDED;
    }
  }

  /** {@code sk_rcvlowat}, bytes. */
  public int rcvlowat() {
    return rcvlowat;
  }

  /** Sets {@code sk_rcvlowat}, bytes. */
  public void setRcvlowat(int bytes) {
    rcvlowat = bytes;
  }

  /** {@code sk_peek_off}, bytes. */
  public int peekOff() {
    return peekOff;
  }

  /** Sets {@code sk_peek_off}, bytes. */
  public void setPeekOff(int bytes) {
    peekOff = bytes;
  }

  /** {@code sk_err_soft}, a positive errno or 0. */
  public int errSoft() {
    return errSoft;
  }

  /** Sets {@code sk_err_soft}, a positive errno. */
  public void setErrSoft(int errno) {
    errSoft = errno;
  }

  /** {@code sk_incoming_cpu}. */
  public int incomingCpu() {
    return incomingCpu;
  }

  /** Sets {@code sk_incoming_cpu}. */
  public void setIncomingCpu(int cpu) {
    incomingCpu = cpu;
  }

  /** {@code sk_tsflags}. */
  public int tsflags() {
    return tsflags;
  }

  /** {@code sk_reserved_mem}, bytes, a multiple of the page. */
  public int reservedMemBytes() {
    return reservedMemBytes;
  }

  /** Sets {@code sk_reserved_mem}, bytes. */
  public void setReservedMemBytes(int bytes) {
    reservedMemBytes = bytes;
  }

  /** {@code sk_omem_alloc}, bytes. */
  public int omemAlloc() {
    return omemAlloc;
  }

  /** {@code sk_drops}. */
  public int drops() {
    return drops;
  }

  /** Counts a packet that was dropped at the sock ({@code sk_drops_inc}). */
  public void addDrop() {
    drops++;
  }

  /** Counts packets that were dropped as one ({@code sk_drops_skbadd}). */
  public void addDrops(int segs) {
    drops += segs;
  }

  /** {@code sk_peer_pid}; 0 if there is none. */
  public int peerPid() {
    return peerPid;
  }

  /** {@code sk_peer_cred}, or null. */
  public @Nullable Cred peerCred() {
    return peerCred;
  }

  /** Sets the credentials of the other end ({@code init_peercred}). */
  public void setPeer(int pid, Cred cred) {
    peerPid = pid;
    peerCred = cred;
  }
}
