package org.netshard.protocol.tcp;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SkRare;
import org.netshard.protocol.inet.AbstractInetOps;

/**
 * What streams of the Internet families have in common, whatever carries them: connecting and
 * shutting down, around the state of their socket.
 *
 * <p><b>Source:</b> {@code net/ipv4/af_inet.c}: {@code inet_stream_ops}, {@code
 * __inet_stream_connect}, {@code inet_shutdown}.
 */
public abstract class InetStreamOps extends AbstractInetOps {
  /** {@code SS_UNCONNECTED}. */
  public static final byte SS_UNCONNECTED = 1;

  /** {@code SS_CONNECTING}. */
  public static final byte SS_CONNECTING = 2;

  /** {@code SS_CONNECTED}. */
  public static final byte SS_CONNECTED = 3;

  /** {@code SS_DISCONNECTING}. */
  public static final byte SS_DISCONNECTING = 4;

  private static final int SHUTDOWN_MASK = Sk.RCV_SHUTDOWN | Sk.SEND_SHUTDOWN;

  private static final int NOT_CONNECTED =
      TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV, TcpState.CLOSE);

  /** For subclasses. */
  protected InetStreamOps() {}

  /** {@code sock->state}: how far {@code connect} is. */
  protected abstract int socketState(Sk sk);

  /** Sets {@code sock->state}. */
  protected abstract void setSocketState(Sk sk, byte state);

  /** {@code sk_prot->connect}: 0 or {@code -errno}. */
  protected abstract int beginConnect(Sk sk, Caller caller, SockAddr address);

  /** {@code DEFER_CONNECT}: the SYN waits for the first data. */
  protected boolean deferConnect(Sk sk) {
    return false;
  }

  /** {@code sk_prot->disconnect}. */
  protected abstract void disconnect(Sk sk);

  /** {@code sk_prot->shutdown} of the sending side. */
  protected abstract void shutdownSend(Sk sk);

  /**
   * {@code connect(2)}; AF_UNSPEC disconnects.
   *
   * <p><b>Errors</b>, in order: EINVAL for no family; EISCONN for a sock that is connected, or
   * listens; EALREADY for one that connects; those of the address and its route, EADDRNOTAVAIL
   * without a free port; EINPROGRESS if it must not wait, or had no time left; EINTR; those that
   * the other end or ICMP have told, ECONNABORTED.
   */
  @Override
  public final int connect(Sk sk, Caller caller, SockAddr address) {
    boolean mayWait = (caller.fileFlags() & Abi.O_NONBLOCK) == 0;
    return stream(sk, caller, address, null, mayWait);
  }

  /**
   * {@code __inet_stream_connect}.
   *
   * @param address where to; null if the connection waits for its data only
   * @param request the data that go with the SYN, or null for {@code connect}
   */
  final int stream(
      Sk sk,
      Caller caller,
      @Nullable SockAddr address,
      TcpFastOpenClient.@Nullable Request request,
      boolean mayWait) {
    Progress progress = caller.progress();
    Errno begun = progress.state() instanceof Errno kept ? kept : Errno.EINPROGRESS;
    if (request != null && request.waiting != null) {
      begun = request.waiting;
    }
    if (progress.slept()) {
      return await(sk, caller, begun.negated(), mayWait);
    }
    if (address != null && address.length() < SockAddr.FAMILY_BYTES) {
      return Errno.EINVAL.negated();
    }
    if (address != null && address.family() == Abi.AF_UNSPEC) {
      disconnect(sk);
      setSocketState(sk, SS_UNCONNECTED);
      return 0;
    }
    switch (socketState(sk)) {
      case SS_CONNECTED -> {
        return Errno.EISCONN.negated();
      }
      case SS_DISCONNECTING -> {
        return Errno.EINVAL.negated();
      }
      case SS_CONNECTING -> {
        begun = Errno.EALREADY;
        if (deferConnect(sk)) {
          begun = request != null ? Errno.EINPROGRESS : Errno.EISCONN;
        }
        if (request != null) {
          request.waiting = begun;
        } else {
          progress.setState(begun);
        }
      }
      default -> {
        if (sk.state() != TcpState.CLOSE) {
          return Errno.EISCONN.negated();
        }
        if (address == null) {
          return Errno.EINVAL.negated();
        }
        int error = beginWithData(sk, caller, address, request);
        if (error < 0) {
          return error;
        }
        setSocketState(sk, SS_CONNECTING);
        if (deferConnect(sk)) {
          return 0;
        }
      }
    }
    return await(sk, caller, begun.negated(), mayWait);
  }

  /** {@code sk_prot->connect}, with data in the SYN where the protocol can. */
  int beginWithData(
      Sk sk, Caller caller, SockAddr address, TcpFastOpenClient.@Nullable Request request) {
    return beginConnect(sk, caller, address);
  }

  /** {@code inet_wait_for_connect}, and what comes of it. */
  private int await(Sk sk, Caller caller, int error, boolean mayWait) {
    if (TcpState.in(sk.state(), TcpState.set(TcpState.SYN_SENT, TcpState.SYN_RECV))) {
      Progress progress = caller.progress();
      long timeout = mayWait ? sk.rare().sndtimeoJiffies() : 0;
      long now = sk.net().machine().nowNs();
      if (!progress.mayWait(timeout, now)) {
        return error;
      }
      if (progress.interrupted()) {
        return timeout == SkRare.MAX_SCHEDULE_TIMEOUT
            ? Progress.ERESTARTSYS
            : Errno.EINTR.negated();
      }
      return progress.sleep(sk.waitQueue(), false, timeout, now);
    }
    if (sk.state() == TcpState.CLOSE) {
      int errno = sk.err() != 0 ? sk.takeErr() : Errno.ECONNABORTED.number();
      disconnect(sk);
      setSocketState(sk, SS_UNCONNECTED);
      sk.takeErr();
      return -errno;
    }
    setSocketState(sk, SS_CONNECTED);
    return 0;
  }

  /** {@code inet_shutdown}. <b>Errors</b>, in order: EINVAL, ENOTCONN. */
  @Override
  public final int shutdown(Sk sk, int how) {
    int mode = how + 1;
    if (mode < 1 || mode > SHUTDOWN_MASK) {
      return Errno.EINVAL.negated();
    }
    if (socketState(sk) == SS_CONNECTING) {
      boolean open = !TcpState.in(sk.state(), NOT_CONNECTED);
      setSocketState(sk, open ? SS_CONNECTED : SS_DISCONNECTING);
    }
    switch (sk.state()) {
      case TcpState.CLOSE -> {
        // Those who wait learn of it all the same.
        sk.setShutdown(sk.shutdown() | mode);
        sk.stateChange();
        return Errno.ENOTCONN.negated();
      }
      case TcpState.LISTEN -> {
        if ((mode & Sk.RCV_SHUTDOWN) != 0) {
          disconnect(sk);
          setSocketState(sk, SS_UNCONNECTED);
        }
      }
      case TcpState.SYN_SENT -> {
        disconnect(sk);
        setSocketState(sk, SS_UNCONNECTED);
      }
      default -> {
        sk.setShutdown(sk.shutdown() | mode);
        if ((mode & Sk.SEND_SHUTDOWN) != 0) {
          shutdownSend(sk);
        }
      }
    }
    sk.stateChange();
    return 0;
  }
}
