package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.SockMemcg;

/**
 * A sock: the part of a socket that its protocol works on.
 *
 * <p>It is owned by one {@code Sock} actor and changed only while that actor holds the baton.
 * Fields are primitive and compact since a simulation has millions of these; what few socks ever
 * change (options of IP, IPv6, TCP, …) stands in blocks that all socks of a kind share until one
 * writes.
 *
 * <p><b>Source:</b> {@code include/net/sock.h}, {@code struct sock}.
 */
public final class Sk {
  /** {@code TCP_ESTABLISHED}: connected. */
  public static final byte TCP_ESTABLISHED = 1;

  /** {@code TCP_SYN_SENT}: asks for a connection. */
  public static final byte TCP_SYN_SENT = 2;

  /** {@code TCP_LISTEN}: takes connections. */
  public static final byte TCP_LISTEN = 10;

  /** {@code TCP_CLOSE}: the state of every new sock. */
  public static final byte TCP_CLOSE = 7;

  /** {@code SOCK_SNDBUF_LOCK}: the program has fixed the send buffer. */
  public static final byte SOCK_SNDBUF_LOCK = 1;

  /** {@code SOCK_RCVBUF_LOCK}: the program has fixed the receive buffer. */
  public static final byte SOCK_RCVBUF_LOCK = 2;

  /** {@code SOCK_BINDADDR_LOCK}: the program has fixed the address. */
  public static final byte SOCK_BINDADDR_LOCK = 4;

  /** {@code SOCK_BINDPORT_LOCK}: the program has fixed the port. */
  public static final byte SOCK_BINDPORT_LOCK = 8;

  /** {@code RCV_SHUTDOWN}: nothing more is received. */
  public static final byte RCV_SHUTDOWN = 1;

  /** {@code SEND_SHUTDOWN}: nothing more is sent. */
  public static final byte SEND_SHUTDOWN = 2;

  /** {@code SK_NO_REUSE}. */
  public static final byte SK_NO_REUSE = 0;

  /** {@code SK_CAN_REUSE}: {@code SO_REUSEADDR} is on. */
  public static final byte SK_CAN_REUSE = 1;

  /** {@code SK_FORCE_REUSE}: {@code TCP_REPAIR} is on. */
  public static final byte SK_FORCE_REUSE = 2;

  private final NetNs net;
  private final Proto proto;
  private final SockOps ops;

  /** {@code sk_family}, in memory as small as its range. */
  final byte family;

  /** {@code sk_type}. */
  final byte type;

  /** {@code sk_protocol}. */
  final short protocol;

  /** {@code sk_state}. */
  byte state = TCP_CLOSE;

  /** {@code sk_userlocks}. */
  byte userlocks;

  /** {@code sk_shutdown}. */
  byte shutdown;

  /** {@code sk_reuse}. */
  byte reuse;

  /** {@code sk_err}, positive. */
  short err;

  /** User of the socket's inode ({@code sk_uid}), in the initial user namespace. */
  int uid;

  /** Group of the socket's inode. */
  int gid;

  /** {@code sk_rcvbuf}, bytes. */
  int rcvbuf;

  /** {@code sk_sndbuf}, bytes. */
  int sndbuf;

  /** {@code sk_forward_alloc}, bytes. */
  private int forwardAlloc;

  /** {@code sk_rmem_alloc}, bytes. */
  private int rmemAlloc;

  /** {@code sk_wmem_alloc}: bytes, and one for the sock itself. */
  private int wmemAlloc = 1;

  /** {@code sk_wmem_queued}, bytes. */
  private int wmemQueued;

  private @Nullable SockMemcg memcg;
  private @Nullable ObjCgroup objcg;

  /** The number that names the sock in its protocol; see {@link #num}. */
  char num;

  /** {@code inet_sport}: the local port as names show it; 0 while there is none. */
  char sport;

  /** {@code inet_dport}: the port of the other end; 0 while there is none. */
  char dport;

  /** {@code sk_bound_dev_if}. */
  int boundDevIf;

  /** {@code sk_priority}. */
  int priority;

  /** {@code sk_mark}. */
  int mark;

  /** {@code sk_flags} and the bit fields of {@code struct sock}, by {@link SockFlag}. */
  long flags;

  private @Nullable SkRare rare;
  private @Nullable OptionBlock inet;
  private @Nullable OptionBlock inet6;
  private @Nullable OptionBlock transport;
  private @Nullable SkBinding binding;
  private @Nullable SkbQueue receiveQueue;
  private @Nullable WaitQueue waitQueue;

  /** {@code sk_cookie}; 0 until somebody asks. */
  long cookie;

  /**
   * A sock as {@code sk_alloc} and {@code sock_init_data} leave it; {@link SockOps#init} comes
   * next.
   *
   * @param protocol the protocol that {@code SO_PROTOCOL} reports
   */
  public Sk(NetNs net, Proto proto, SockOps ops, int family, int type, int protocol, Cred cred) {
    this.net = net;
    this.proto = proto;
    this.ops = ops;
    this.family = (byte) family;
    this.type = (byte) type;
    this.protocol = (short) protocol;
    this.uid = cred.euid();
    this.gid = cred.egid();
    this.rcvbuf = (int) net.sysctl(Sysctl.CORE_RMEM_DEFAULT);
    this.sndbuf = (int) net.sysctl(Sysctl.CORE_WMEM_DEFAULT);
  }

  /** {@code sk_clone_lock}: another sock with the same settings, and with nothing in it. */
  public Sk cloneLock() {
    return new Sk(this);
  }

  private Sk(Sk parent) {
    this.net = parent.net;
    this.proto = parent.proto;
    this.ops = parent.ops;
    this.family = parent.family;
    this.type = parent.type;
    this.protocol = parent.protocol;
    this.uid = parent.uid;
    this.gid = parent.gid;
    this.rcvbuf = parent.rcvbuf;
    this.sndbuf = parent.sndbuf;
    this.userlocks = (byte) (parent.userlocks & ~SOCK_BINDPORT_LOCK);
    this.reuse = parent.reuse;
    this.boundDevIf = parent.boundDevIf;
    this.mark = parent.mark;
    this.flags = parent.flags & ~(SockFlag.SOCK_DONE.bit() | SockFlag.SK_REUSEPORT_CB.bit());
    this.rare = parent.rare == null ? new SkRare() : parent.rare.cloneLock();
    this.rare.incomingCpu = net.machine().cpu();
    this.inet = parent.inet == null ? null : parent.inet.cloned();
    this.inet6 = parent.inet6 == null ? null : parent.inet6.cloned();
    this.transport = parent.transport == null ? null : parent.transport.cloned();
  }

  /** Says whose the socket is: who has accepted it ({@code sock_graft}), or a new owner. */
  public void setOwner(int newUid, int newGid) {
    uid = newUid;
    gid = newGid;
  }

  /** The namespace of the task that made it, for ever. */
  public NetNs net() {
    return net;
  }

  /** The kind of sock. */
  public Proto proto() {
    return proto;
  }

  /** The calls of this kind. */
  public SockOps ops() {
    return ops;
  }

  /** {@code sk_family}. */
  public int family() {
    return family;
  }

  /** {@code sk_type}. */
  public int type() {
    return type;
  }

  /** {@code sk_protocol}. */
  public int protocol() {
    return protocol;
  }

  /** {@code sk_state}, by the numbers of TCP's states. */
  public int state() {
    return state;
  }

  /** Sets {@code sk_state}. */
  public void setState(int newState) {
    state = (byte) newState;
  }

  /** User of the socket's inode. */
  public int uid() {
    return uid;
  }

  /** Group of the socket's inode. */
  public int gid() {
    return gid;
  }

  /** {@code sk_rcvbuf}, bytes. */
  public int rcvbuf() {
    return rcvbuf;
  }

  /** Sets {@code sk_rcvbuf}, bytes; {@link #setUserlocks} is a step of its own. */
  public void setRcvbuf(int bytes) {
    rcvbuf = bytes;
  }

  /** {@code sk_sndbuf}, bytes. */
  public int sndbuf() {
    return sndbuf;
  }

  /** Sets {@code sk_sndbuf}, bytes. */
  public void setSndbuf(int bytes) {
    sndbuf = bytes;
  }

  /** {@code sk_forward_alloc}: bytes of buffers that it may hold without asking for a page. */
  public int forwardAlloc() {
    return forwardAlloc;
  }

  /** Adds to {@code sk_forward_alloc}, bytes. */
  public void addForwardAlloc(int bytes) {
    forwardAlloc += bytes;
  }

  /** {@code sk_rmem_alloc}: truesize of what waits to be received, bytes. */
  public int rmemAlloc() {
    return rmemAlloc;
  }

  /** Adds to {@code sk_rmem_alloc}, bytes. */
  public void addRmemAlloc(int bytes) {
    rmemAlloc = counted("sk_rmem_alloc", rmemAlloc, bytes);
  }

  /** {@code sk_wmem_alloc}: truesize of what was sent and not yet freed, bytes, and 1. */
  public int wmemAlloc() {
    return wmemAlloc;
  }

  /** Adds to {@code sk_wmem_alloc}, bytes. */
  public void addWmemAlloc(int bytes) {
    wmemAlloc = counted("sk_wmem_alloc", wmemAlloc, bytes);
  }

  /** {@code sk_wmem_queued}: truesize of a stream's write queue, bytes. */
  public int wmemQueued() {
    return wmemQueued;
  }

  /** Adds to {@code sk_wmem_queued}, bytes. */
  public void addWmemQueued(int bytes) {
    wmemQueued = counted("sk_wmem_queued", wmemQueued, bytes);
  }

  private int counted(String what, int now, int delta) {
    int sum = now + delta;
    if (sum < 0) {
      throw new IllegalStateException(what + " of a " + proto + " sock: " + now + " + " + delta);
    }
    return sum;
  }

  /** {@code sk_memcg}: the cgroup that pays for its buffers, or null. */
  public @Nullable SockMemcg memcg() {
    return memcg;
  }

  /** Binds it to a cgroup, for life. */
  public void setMemcg(@Nullable SockMemcg newMemcg) {
    memcg = newMemcg;
  }

  /** Who pays for the sock itself and the inode of its socket, or null. */
  public @Nullable ObjCgroup objcg() {
    return objcg;
  }

  /** Says who pays for it. */
  public void setObjcg(@Nullable ObjCgroup newObjcg) {
    objcg = newObjcg;
  }

  /** {@code sk_userlocks}: {@code SOCK_SNDBUF_LOCK} and so on. */
  public int userlocks() {
    return userlocks;
  }

  /** Sets {@code sk_userlocks}. */
  public void setUserlocks(int locks) {
    userlocks = (byte) locks;
  }

  /** Sets one or more of {@code sk_userlocks}. */
  public void addUserlocks(int locks) {
    userlocks |= (byte) locks;
  }

  /** Whether all of these locks are set. */
  public boolean locked(int locks) {
    return (userlocks & locks) == locks;
  }

  /** {@code sk_shutdown}: {@code RCV_SHUTDOWN}, {@code SEND_SHUTDOWN}. */
  public int shutdown() {
    return shutdown;
  }

  /** Sets {@code sk_shutdown}. */
  public void setShutdown(int how) {
    shutdown = (byte) how;
  }

  /** {@code sk_reuse}: {@code SK_NO_REUSE} and so on. */
  public int reuse() {
    return reuse;
  }

  /** Sets {@code sk_reuse}. */
  public void setReuse(int newReuse) {
    reuse = (byte) newReuse;
  }

  /** {@code sk_err}: the positive errno that the next call will report, or 0. */
  public int err() {
    return err;
  }

  /** Sets {@code sk_err}, a positive errno. */
  public void setErr(int errno) {
    err = (short) errno;
  }

  /** Takes {@code sk_err} away and returns it, positive ({@code sock_error}). */
  public int takeErr() {
    int errno = err;
    err = 0;
    return errno;
  }

  /**
   * The number that names the sock in its protocol, 16 bits: {@code inet_num}, the local port or
   * the protocol of a raw socket; {@code po->num} of a packet socket, an Ethernet protocol, in the
   * byte order in which the program gave it.
   */
  public int num() {
    return num;
  }

  /** Sets {@link #num}, of which 16 bits are kept. */
  public void setNum(int number) {
    num = (char) number;
  }

  /** {@code inet_sport}: the local port as names show it; of a raw socket, its protocol. */
  public int sport() {
    return sport;
  }

  /** Sets {@code inet_sport}, of which 16 bits are kept. */
  public void setSport(int port) {
    sport = (char) port;
  }

  /** {@code inet_dport}: the port of the other end, or 0. */
  public int dport() {
    return dport;
  }

  /** Sets {@code inet_dport}, of which 16 bits are kept. */
  public void setDport(int port) {
    dport = (char) port;
  }

  /** {@code sk_bound_dev_if}: index of the device to which the sock is bound, or 0. */
  public int boundDevIf() {
    return boundDevIf;
  }

  /** Sets {@code sk_bound_dev_if}. */
  public void setBoundDevIf(int ifindex) {
    boundDevIf = ifindex;
  }

  /** {@code sk_priority}. */
  public int priority() {
    return priority;
  }

  /** Sets {@code sk_priority}. */
  public void setPriority(int newPriority) {
    priority = newPriority;
  }

  /** {@code sk_mark}. */
  public int mark() {
    return mark;
  }

  /** Sets {@code sk_mark}. */
  public void setMark(int newMark) {
    mark = newMark;
  }

  /** Whether a flag or one-bit field is set ({@code sock_flag}). */
  public boolean flag(SockFlag flag) {
    return (flags & flag.bit()) != 0;
  }

  /** Sets or clears a flag ({@code sock_valbool_flag}). */
  public void setFlag(SockFlag flag, boolean on) {
    flags = on ? flags | flag.bit() : flags & ~flag.bit();
  }

  /** What few socks have another value for than the default; not to be changed. */
  public SkRare rare() {
    return rare == null ? SkRare.DEFAULTS : rare;
  }

  /** The same for writing: allocated at the first call. */
  public SkRare rareForWrite() {
    if (rare == null) {
      rare = new SkRare();
    }
    return rare;
  }

  /** {@code sk_is_inet}: AF_INET or AF_INET6. */
  public boolean isInet() {
    return family == Abi.AF_INET || family == Abi.AF_INET6;
  }

  /** Whether it is of AF_INET6. */
  public boolean isInet6() {
    return family == Abi.AF_INET6;
  }

  /** {@code sk_is_tcp}: a stream of TCP. */
  public boolean isTcp() {
    return isInet() && type == Abi.SOCK_STREAM && protocol == Abi.IPPROTO_TCP;
  }

  /** {@code sk_is_unix}. */
  public boolean isUnix() {
    return family == Abi.AF_UNIX;
  }

  /** {@code SO_COOKIE}: given out at the first question ({@code sock_gen_cookie}). */
  public long cookie() {
    if (cookie == 0) {
      cookie = net.machine().nextSockCookie();
    }
    return cookie;
  }

  /** The cookie of a request, which its connection keeps; 0 if nobody has asked for it. */
  public void setCookie(long newCookie) {
    cookie = newCookie;
  }

  /** Takes over the cookie of another, if that has one already. */
  public void keepCookie(Sk other) {
    cookie = other.cookie;
  }

  /** {@code sk_receive_queue}: what waits to be read. */
  public SkbQueue receiveQueue() {
    if (receiveQueue == null) {
      receiveQueue = new SkbQueue();
    }
    return receiveQueue;
  }

  /** Whether something waits to be read. */
  public boolean isReadable() {
    return receiveQueue != null && !receiveQueue.isEmpty();
  }

  /** Those who wait for something to happen to the sock ({@code sk_sleep}). */
  public WaitQueue waitQueue() {
    if (waitQueue == null) {
      waitQueue = new WaitQueue();
    }
    return waitQueue;
  }

  /** Has those wake who wait for another sock, whose socket it shares ({@code sk_wq}). */
  public void shareWaitQueue(@Nullable WaitQueue other) {
    waitQueue = other;
  }

  /** Something can be read ({@code sock_def_readable}). */
  public void dataReady() {
    HopTrace.note(net, "Sock", type == Abi.SOCK_STREAM ? "data" : "message", "sock_def_readable");
    ops.dataReady(this);
  }

  /** Its state has changed ({@code sock_def_wakeup}). */
  public void stateChange() {
    ops.stateChange(this);
  }

  /** Wakes all who wait. */
  public void wakeAll() {
    if (waitQueue != null) {
      waitQueue.wakeAll();
    }
  }

  /** There is an error to be reported ({@code sock_def_error_report}). */
  public void errorReport() {
    ops.errorReport(this);
  }

  /** Tells those who wait that something has happened, {@link Poll} bits. */
  public void wake(int key) {
    if (waitQueue != null) {
      waitQueue.wake(key);
    }
  }

  /** Bytes that a call wants at least ({@code sock_rcvlowat}). */
  public int target(boolean waitAll, int size) {
    int least = waitAll ? size : Math.min(rare().rcvlowat(), size);
    return least == 0 ? 1 : least;
  }

  /** Options of the IPv4 layer ({@code struct inet_sock}), frozen while they are the defaults. */
  public @Nullable OptionBlock inet() {
    return inet;
  }

  /** Replaces the options of the IPv4 layer. */
  public void setInet(OptionBlock block) {
    inet = block;
  }

  /** Options of the IPv6 layer ({@code struct ipv6_pinfo}). */
  public @Nullable OptionBlock inet6() {
    return inet6;
  }

  /** Replaces the options of the IPv6 layer. */
  public void setInet6(OptionBlock block) {
    inet6 = block;
  }

  /** Options of the transport ({@code tcp_sock}, {@code udp_sock}, {@code raw_sock}, …). */
  public @Nullable OptionBlock transport() {
    return transport;
  }

  /** Replaces the options of the transport. */
  public void setTransport(OptionBlock block) {
    transport = block;
  }

  /** Where it is bound or connected, or null. */
  public @Nullable SkBinding binding() {
    return binding;
  }

  /** Sets where it is bound or connected. */
  public void setBinding(@Nullable SkBinding newBinding) {
    binding = newBinding;
  }
}
