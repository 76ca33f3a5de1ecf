package org.netshard.protocol.mptcp;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.ObjCgroup.Slab;
import org.netshard.protocol.memcg.SockMemcg;
import org.netshard.protocol.tcp.DataMap;
import org.netshard.protocol.tcp.TcpHeader;
import org.netshard.protocol.tcp.TcpOptions;
import org.netshard.protocol.tcp.TcpSkb;
import org.netshard.protocol.tcp.TcpSock;
import org.netshard.protocol.tcp.TcpState;
import org.netshard.protocol.tcp.TcpSubflow;
import org.netshard.protocol.tcp.TcpUlp;

/**
 * What MPTCP keeps of a subflow, and its handshake.
 *
 * <p><b>Source:</b> {@code net/mptcp/protocol.h}, {@code struct mptcp_subflow_context}; {@code
 * net/mptcp/subflow.c}; {@code net/mptcp/protocol.c}: {@code __mptcp_socket_create}, {@code
 * __mptcp_nmpc_sk}, {@code mptcp_sk_clone_init}.
 *
 * <p><b>Differs from Linux:</b> there is one subflow only: no MP_JOIN is asked for or taken, and no
 * addresses are told.
 */
final class MptcpSubflow implements TcpUlp {
  private static final MptcpSubflowOps OPS = new MptcpSubflowOps();
  private static final int TOKEN_TRIES = 4;

  /** {@code conn}: the connection; of a listener, the sock that listens. */
  final Sk conn;

  /** {@code tcp_sock}. */
  final Sk ssk;

  boolean requestMptcp = true;
  boolean mpCapable;
  boolean fullyEstablished;
  boolean connFinished;
  boolean remoteKeyValid;
  boolean closing;
  boolean sendFastclose;
  boolean closeEventDone;
  boolean mpcDrop;
  long localKey;
  long remoteKey;
  int token;
  long idsn;
  long iasn;

  /** {@code snd_isn}: the number of the first segment after the SYN. */
  int sndIsn;

  /** {@code ssn_offset}: the number of the SYN of the other end. */
  int ssnOffset;

  int relWriteSeq = 1;

  // The map of what is received now.
  boolean mapValid;
  long mapSeq;
  int mapSubflowSeq;
  int mapDataLen;
  boolean dataAvail;

  boolean resetTransient;
  int resetReason;

  MptcpSubflow(Sk conn, Sk ssk) {
    this.conn = conn;
    this.ssk = ssk;
  }

  /** That of a sock of TCP, or null if it is plain. */
  static @Nullable MptcpSubflow of(Sk ssk) {
    return (MptcpSubflow) TcpUlp.of(ssk);
  }

  MptcpSock msk() {
    return MptcpSock.known(conn);
  }

  // The first subflow.

  /**
   * {@code __mptcp_nmpc_sk}: makes sure that a sock has its first subflow.
   *
   * <p><b>Errors</b>, in order: EINVAL for a sock that is connected or about to be, ENOMEM.
   */
  static int ensure(Sk sk, Cred cred) {
    if (sk.state() != TcpState.CLOSE && sk.state() != TcpState.LISTEN) {
      return Errno.EINVAL.negated();
    }
    MptcpSock msk = MptcpSock.forWrite(sk);
    return msk.first != null ? 0 : create(msk, cred);
  }

  /** {@code __mptcp_socket_create}, {@code mptcp_subflow_create_socket}. */
  private static int create(MptcpSock msk, Cred cred) {
    Sk sk = msk.sk;
    NetNs net = sk.net();
    boolean v6 = sk.isInet6();
    Sk ssk =
        new Sk(
            net,
            net.machine().proto(v6 ? "TCPv6" : "TCP"),
            OPS,
            sk.family(),
            Abi.SOCK_STREAM,
            Abi.IPPROTO_TCP,
            cred);
    ObjCgroup objcg = sk.objcg();
    int bytes = ssk.proto().chargedBytes();
    if (objcg != null && bytes > 0) {
      if (!objcg.charge(bytes, Slab.UNRECLAIMABLE, Gfp.KERNEL)) {
        return Errno.ENOMEM.negated();
      }
      ssk.setObjcg(objcg);
    }
    SockMemcg memcg = sk.memcg();
    ssk.setMemcg(memcg == null ? null : memcg.get());
    ssk.setOwner(sk.uid(), sk.gid());
    net.get();
    net.addSocketsUsed(1);
    int unused = OPS.init(ssk, cred);
    ssk.setTransport(TcpOptions.shared(net).ofSubflow());
    ssk.setInet(Objects.requireNonNull(sk.inet()).cloned());
    if (v6) {
      ssk.setInet6(Objects.requireNonNull(sk.inet6()).cloned());
    }
    TcpSubflow.attach(ssk, new MptcpSubflow(sk, ssk));
    MptcpSync.all(sk, ssk, cred);
    msk.scalingRatio = TcpSubflow.scalingRatio(ssk);
    ssk.shareWaitQueue(sk.waitQueue());
    msk.first = ssk;
    return 0;
  }

  /** {@code mptcp_subflow_ctx_reset}: it can be connected once more. */
  void reset() {
    requestMptcp = true;
    mpCapable = false;
    fullyEstablished = false;
    connFinished = false;
    remoteKeyValid = false;
    closing = false;
    sendFastclose = false;
    closeEventDone = false;
    mapValid = false;
    dataAvail = false;
    resetTransient = false;
    resetReason = 0;
    relWriteSeq = 1;
  }

  @Override
  public Sk parent() {
    return conn;
  }

  @Override
  public boolean hasFile() {
    return msk().hasFile;
  }

  // The handshake, of who connects.

  /** {@code mptcp_token_new_connect}: a key and a token; false if none is left. */
  boolean newKey() {
    MptcpKeys keys = freeKeys(conn.net());
    if (keys == null) {
      return false;
    }
    localKey = keys.key();
    token = keys.token();
    idsn = keys.idsn();
    MptcpSock msk = msk();
    msk.token = token;
    msk.hasToken = true;
    MptcpSocks.of(conn.net()).add(token, conn);
    return true;
  }

  private static @Nullable MptcpKeys freeKeys(NetNs net) {
    Machine machine = net.machine();
    for (int i = 0; i < TOKEN_TRIES; i++) {
      MptcpKeys keys = MptcpKeys.random(machine);
      if (!MptcpSocks.of(net).has(keys.token())) {
        return keys;
      }
    }
    return null;
  }

  @Override
  public int synOptions(byte[] options, int at) {
    if (!requestMptcp || at + MptcpHeader.MPC_SYN_BYTES > options.length) {
      return at;
    }
    return MptcpHeader.putCapable(options, at);
  }

  @Override
  public void synTimeout(int retransmits, boolean expired) {
    if (!requestMptcp) {
      mpcDrop = false;
      return;
    }
    int most = (int) conn.net().sysctl(Sysctl.MPTCP_SYN_RETRANS_BEFORE_TCP_FALLBACK);
    if (retransmits == most || (retransmits < most && expired)) {
      mpcDrop = true;
      earlyFallback(Mib.MPTCP_MP_CAPABLE_SYN_TX_DROP);
    }
  }

  /** {@code mptcp_early_fallback}. */
  void earlyFallback(Mib mib) {
    requestMptcp = false;
    boolean unused = msk().tryFallback(mib);
  }

  /** {@code subflow_finish_connect}. */
  @Override
  public void finishConnect(Packet packet) {
    if (connFinished) {
      return;
    }
    MptcpSock msk = msk();
    msk.writeSeq = idsn + 1;
    msk.sndNxt = idsn + 1;
    relWriteSeq = 1;
    connFinished = true;
    ssnOffset = TcpHeader.seq(packet);
    sndIsn = TcpHeader.ackSeq(packet);
    if (requestMptcp) {
      MptcpHeader header = MptcpHeader.of(packet);
      if (!header.has(MptcpHeader.MPC_SYNACK)) {
        boolean unused = msk.tryFallback(Mib.MPTCP_MP_CAPABLE_FALLBACK_SYNACK);
        MptcpLife.propagateState(msk);
        return;
      }
      mpCapable = true;
      msk.sndUna = idsn + 1;
      msk.wndEnd = msk.sndUna + TcpSubflow.sndWnd(ssk);
      setRemoteKey(msk, header.sndrKey);
      msk.addMib(Mib.MPTCP_MP_CAPABLE_SYNACK_RX);
      mapSeq = iasn;
      mapSubflowSeq = 1;
      msk.localKey = localKey;
      msk.rcvqTimeUs = nowUs();
      MptcpLife.propagateState(msk);
    } else if (msk.fallback) {
      MptcpLife.propagateState(msk);
    }
  }

  private long nowUs() {
    return conn.net().machine().nowNs() / 1000;
  }

  /** {@code subflow_set_remote_key}. */
  private void setRemoteKey(MptcpSock msk, long key) {
    if (remoteKeyValid) {
      return;
    }
    remoteKeyValid = true;
    remoteKey = key;
    iasn = MptcpKeys.of(key).idsn() + 1;
    msk.remoteKey = key;
    msk.ackSeq = iasn;
    msk.canAck = true;
    msk.rcvWndSent = iasn;
  }

  /** {@code __mptcp_subflow_fully_established}. */
  void setFullyEstablished(MptcpHeader header) {
    MptcpSock msk = msk();
    setRemoteKey(msk, header.sndrKey);
    fullyEstablished = true;
    msk.fullyEstablished = true;
  }

  // The handshake, of who is asked.

  /** {@code struct mptcp_subflow_request_sock}. */
  private record Asked(MptcpKeys keys, int ssnOffset) implements Request {
    @Override
    public int synackOptions(byte[] options, int at) {
      return at + MptcpHeader.MPC_SYNACK_BYTES > options.length
          ? at
          : MptcpHeader.putCapable(options, at, keys.key());
    }
  }

  @Override
  public @Nullable Request request(Packet syn) {
    if (!MptcpHeader.of(syn).has(MptcpHeader.MPC_SYN)) {
      return null;
    }
    conn.net().addMib(Mib.MPTCP_MP_CAPABLE_SYN_RX, 1);
    MptcpKeys keys = freeKeys(conn.net());
    if (keys == null) {
      conn.net().addMib(Mib.MPTCP_MP_FALLBACK_TOKEN_INIT, 1);
      return null;
    }
    return new Asked(keys, TcpHeader.seq(syn));
  }

  @Override
  public @Nullable Request cookieRequest(Packet ack) {
    MptcpHeader header = MptcpHeader.of(ack);
    if (!header.has(MptcpHeader.MPC_ACK) || header.sndrKey == 0) {
      return null;
    }
    MptcpKeys keys = MptcpKeys.of(header.rcvrKey);
    return MptcpSocks.of(conn.net()).has(keys.token())
        ? null
        : new Asked(keys, TcpHeader.seq(ack) - 1);
  }

  @Override
  public void child(@Nullable Request request, Packet packet, Sk child, TcpSock tp) {
    MptcpHeader header = request == null ? null : MptcpHeader.of(packet);
    boolean agreed =
        header != null && (header.suboptions & (MptcpHeader.MPC_SYN | MptcpHeader.MPC_ACK)) != 0;
    if (!agreed || !(request instanceof Asked asked) || header == null) {
      if (request != null) {
        conn.net().addMib(Mib.MPTCP_MP_CAPABLE_FALLBACK_ACK, 1);
      }
      TcpSubflow.attach(child, null);
      return;
    }
    Sk nsk = conn.cloneLock();
    MptcpSubflow ctx = new MptcpSubflow(nsk, child);
    MptcpSock msk = MptcpSock.forWrite(nsk);
    ctx.connFinished = true;
    ctx.mpCapable = true;
    ctx.localKey = asked.keys().key();
    ctx.token = asked.keys().token();
    ctx.ssnOffset = asked.ssnOffset();
    ctx.idsn = asked.keys().idsn();
    TcpSubflow.attach(child, ctx);
    cloneInit(msk, ctx, child);
    if (header.has(MptcpHeader.MPC_ACK)) {
      ctx.setFullyEstablished(header);
    }
  }

  /** {@code mptcp_sk_clone_init}. */
  private static void cloneInit(MptcpSock msk, MptcpSubflow ctx, Sk child) {
    Sk nsk = msk.sk;
    NetNs net = nsk.net();
    net.get();
    net.addSocketsUsed(1);
    net.machine().addSocketsAllocated(nsk.proto(), 1);
    nsk.setFlag(SockFlag.SOCK_RCU_FREE, false);
    msk.hasFile = false;
    msk.inAcceptQueue = true;
    msk.localKey = ctx.localKey;
    msk.token = ctx.token;
    msk.hasToken = true;
    msk.writeSeq = ctx.idsn + 1;
    msk.sndNxt = msk.writeSeq;
    msk.sndUna = msk.writeSeq;
    msk.wndEnd = msk.sndNxt + TcpSubflow.sndWnd(child);
    msk.setState(TcpState.ESTABLISHED);
    msk.socketState = MptcpOps.SS_CONNECTED;
    msk.first = child;
    MptcpSocks.of(net).add(msk.token, nsk);
    msk.copyInaddrs(child);
    MptcpLife.syncSndbuf(msk);
    MptcpRecv.spaceInit(msk);
    msk.rcvqTimeUs = ctx.nowUs();
    child.shareWaitQueue(nsk.waitQueue());
  }

  /** {@code mptcp_stream_accept}: a task has taken it. */
  @Override
  public void accepted() {
    MptcpSock msk = msk();
    msk.addMib(Mib.MPTCP_MP_CAPABLE_ACK_RX);
    msk.inAcceptQueue = false;
    msk.hasFile = true;
    if (ssk.state() == TcpState.CLOSE) {
      msk.setState(TcpState.CLOSE);
      MptcpClose.closeSubflow(msk, this);
    }
  }

  // Segments.

  @Override
  public int establishedOptions(
      @Nullable DataMap map, int seq, int dataLen, int flags, byte[] options, int room) {
    return MptcpOutput.establishedOptions(this, map, seq, dataLen, flags, options, room);
  }

  @Override
  public int establishedBytes() {
    MptcpSock msk = msk();
    if (msk.fallback) {
      return 0;
    }
    return MptcpHeader.dssBytes(MptcpOutput.ackBytes(msk));
  }

  @Override
  public boolean incoming(Packet packet, @Nullable TcpSkb skb) {
    return MptcpInput.incoming(this, packet, skb);
  }

  @Override
  public int space() {
    return msk().space();
  }

  @Override
  public int fullSpace() {
    MptcpSock msk = msk();
    return msk.winFromSpace(msk.sk.rcvbuf());
  }

  /** What was offered stays offered, whatever waits in the subflow. */
  @Override
  public int sharedWindow(int window) {
    MptcpSock msk = msk();
    long now = msk.ackSeq + window;
    if (now - msk.rcvWndSent > 0) {
      msk.rcvWndSent = now;
      return window;
    }
    if (now == msk.rcvWndSent) {
      return window;
    }
    msk.addMib(Mib.MPTCP_RCV_WND_SHARED);
    return (int) Math.min(msk.rcvWndSent - msk.ackSeq, Integer.MAX_VALUE);
  }

  @Override
  public void released() {
    MptcpSock msk = msk();
    if (msk.inAcceptQueue && !msk.workCloseSubflow) {
      msk.workCloseSubflow = true;
      MptcpLife.scheduleWork(msk);
    }
  }
}
