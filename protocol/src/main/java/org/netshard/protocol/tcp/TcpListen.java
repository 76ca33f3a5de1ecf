package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.Mib;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.SendBuffer;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockFlag;
import org.netshard.protocol.inet.BindTable;
import org.netshard.protocol.inet.InetBind;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.InetPorts;
import org.netshard.protocol.inet.ReuseportGroup;

/**
 * Listening, and taking connections.
 *
 * <p><b>Source:</b> {@code net/ipv4/af_inet.c}, {@code inet_listen}; {@code
 * net/ipv4/inet_connection_sock.c}: {@code inet_csk_listen_start}, {@code inet_csk_accept}, {@code
 * inet_csk_listen_stop}; {@code net/ipv4/tcp.c}, {@code tcp_disconnect}.
 */
public final class TcpListen {
  private TcpListen() {}

  /**
   * {@code listen(2)}; a sock that listens gets another backlog.
   *
   * <p><b>Errors</b>, in order: EINVAL for a sock that is or was about to be connected, EINVAL for
   * one with an upper layer protocol, EADDRINUSE if another listens, or if no port is left for one
   * that has none.
   */
  public static int listen(Sk sk, InetPorts ports, int backlog) {
    TcpSock tp = TcpSock.of(sk);
    if (tp != null && tp.socketState != InetStreamOps.SS_UNCONNECTED) {
      return Errno.EINVAL.negated();
    }
    if (sk.state() != Sk.TCP_CLOSE && sk.state() != Sk.TCP_LISTEN) {
      return Errno.EINVAL.negated();
    }
    InetBinding binding = InetBinding.forWrite(sk);
    binding.setMaxAckBacklog(backlog);
    if (sk.state() == Sk.TCP_LISTEN) {
      return 0;
    }
    if (sk.isTcp()) {
      TcpFastOpen.listen(sk, backlog);
    }
    return start(sk, ports, binding);
  }

  private static int start(Sk sk, InetPorts ports, InetBinding binding) {
    binding.setAckBacklog(0);
    if (sk.isTcp() && TcpOptions.of(sk).pingpong) {
      // inet_csk_delack_init
      TcpOptions.forWrite(sk).pingpong = false;
    }
    // Others see it listen while it is still being checked whether it may.
    sk.setState(Sk.TCP_LISTEN);
    int error = ports.getPort(sk, sk.num());
    if (error != 0) {
      sk.setState(Sk.TCP_CLOSE);
      return error;
    }
    sk.setSport(sk.num());
    binding.setConnection(new TcpListener());
    hash(sk);
    return 0;
  }

  /** {@code inet_hash} of a listener. */
  private static void hash(Sk sk) {
    TcpHash table = TcpHash.of(sk.net());
    BindTable.hash(sk);
    if (sk.flag(SockFlag.SK_REUSEPORT)) {
      Sk other = table.reuseportPeer(sk);
      ReuseportGroup.add(sk, other);
    }
    if (sk.isTcp()) {
      table.addListener(sk);
    }
  }

  /** {@code inet_unhash} of a listener. */
  private static void unhash(Sk sk) {
    if (sk.isTcp()) {
      TcpHash.of(sk.net()).removeListener(sk);
    }
    ReuseportGroup.stopListen(sk);
    BindTable.unhash(sk);
  }

  /**
   * {@code inet_csk_listen_stop}: it listens no more; whoever has not been accepted goes to another
   * listener, or is reset.
   */
  public static void stop(Sk sk) {
    TcpListener queue = TcpListener.of(sk);
    unhash(sk);
    InetBinding binding = InetBinding.forWrite(sk);
    binding.setAckBacklog(0);
    if (queue != null) {
      for (TcpSock child = queue.accept.pollFirst();
          child != null;
          child = queue.accept.pollFirst()) {
        if (!migrate(sk, child)) {
          forget(child);
        }
      }
      binding.setConnection(null);
    }
  }

  /**
   * Gives a connection to another listener of the group, if there is one; those of MPTCP have ended
   * with their own sock before.
   */
  private static boolean migrate(Sk sk, TcpSock child) {
    Sk other = child.ulp == null ? ReuseportGroup.migrate(sk, child.hash(), child.dport) : null;
    if (other == null) {
      return false;
    }
    if (child.fastopenRsk != null) {
      child.fastopenRsk.listener = other;
    }
    TcpCheckReq.enqueue(other, child);
    child.net.addMib(Mib.TCP_MIGRATE_REQ_SUCCESS, 1);
    other.dataReady();
    return true;
  }

  /** {@code inet_child_forget}. */
  static void forget(TcpSock child) {
    child.listener = null;
    child.sk.setFlag(SockFlag.SOCK_DEAD, true);
    child.orphan = true;
    child.net.machine().addOrphans(1);
    TcpLife.disconnect(child.sk, child);
    TcpLife.destroy(child);
  }

  /**
   * {@code inet_csk_accept}.
   *
   * <p><b>Errors</b>, in order: EINVAL for a sock that does not listen, EAGAIN, EINTR.
   */
  public static int accept(Sk sk, Caller caller, int flags) {
    TcpListener queue = TcpListener.of(sk);
    if (queue == null || sk.state() != TcpState.LISTEN) {
      return Errno.EINVAL.negated();
    }
    TcpSock child = queue.accept.pollFirst();
    if (child == null) {
      long timeout = (flags & Abi.MSG_DONTWAIT) != 0 ? 0 : sk.rare().rcvtimeoJiffies();
      return SendBuffer.waitIn(sk.waitQueue(), sk, caller, timeout, true);
    }
    InetBinding binding = InetBinding.forWrite(sk);
    binding.setAckBacklog(binding.ackBacklog() - 1);
    child.listener = null;
    child.socketState = InetStreamOps.SS_CONNECTED;
    caller.acceptedSk(child.socketSk());
    if (child.ulp != null) {
      child.ulp.accepted();
    }
    return 0;
  }

  /**
   * {@code tcp_disconnect}: takes back what {@code connect} and {@code listen} did; a port that the
   * program did not ask for is free then, though the name still shows it.
   */
  public static void disconnect(Sk sk) {
    TcpSock tp = TcpSock.of(sk);
    if (tp != null) {
      TcpLife.disconnect(sk, tp);
      return;
    }
    if (sk.state() == Sk.TCP_LISTEN) {
      sk.setState(Sk.TCP_CLOSE);
      stop(sk);
      if (sk.isTcp()) {
        InetBinding.forWrite(sk).setConnection(TcpSock.afterListen(sk));
      }
      if (!sk.locked(Sk.SOCK_BINDPORT_LOCK)) {
        BindTable.putPort(sk);
      }
      sk.stateChange();
    }
    sk.setDport(0);
    if (!sk.locked(Sk.SOCK_BINDADDR_LOCK)) {
      InetBind.resetSaddr(sk);
    }
    InetOptions.forWrite(sk).setDaddr(0);
    sk.setShutdown(0);
    if (sk.isTcp()) {
      TcpOptions.disconnect(sk);
    }
    sk.errorReport();
  }

  /** Those who wait to be accepted, for {@link Progress}. */
  public static int waiting(Sk sk) {
    TcpListener queue = TcpListener.of(sk);
    return queue == null ? 0 : queue.accept.size();
  }
}
