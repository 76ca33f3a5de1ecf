package org.netshard.protocol.tcp;

import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.BindTable;
import org.netshard.protocol.inet.InetBind;
import org.netshard.protocol.inet.InetBinding;
import org.netshard.protocol.inet.InetOptions;
import org.netshard.protocol.inet.InetPorts;

/**
 * TCP socks that take connections.
 *
 * <p><b>Source:</b> {@code net/ipv4/af_inet.c}, {@code __inet_listen_sk}; {@code
 * net/ipv4/inet_connection_sock.c}, {@code inet_csk_listen_start}; {@code net/ipv4/tcp.c}, {@code
 * tcp_disconnect}.
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
    if (sk.state() != Sk.TCP_CLOSE && sk.state() != Sk.TCP_LISTEN) {
      return Errno.EINVAL.negated();
    }
    InetBinding binding = InetBinding.forWrite(sk);
    binding.setMaxAckBacklog(backlog);
    return sk.state() == Sk.TCP_LISTEN ? 0 : start(sk, ports, binding);
  }

  private static int start(Sk sk, InetPorts ports, InetBinding binding) {
    binding.setAckBacklog(0);
    // Others see it listen while it is still being checked whether it may.
    sk.setState(Sk.TCP_LISTEN);
    int error = ports.getPort(sk, sk.num());
    if (error != 0) {
      sk.setState(Sk.TCP_CLOSE);
      return error;
    }
    sk.setSport(sk.num());
    BindTable.hash(sk);
    return 0;
  }

  /**
   * Takes back what {@code connect} and {@code listen} did, in a state without connections; a port
   * that the program did not ask for is free then, though the name still shows it.
   */
  public static void disconnect(Sk sk) {
    if (sk.state() == Sk.TCP_LISTEN) {
      sk.setState(Sk.TCP_CLOSE);
      BindTable.unhash(sk);
      if (!sk.locked(Sk.SOCK_BINDPORT_LOCK)) {
        BindTable.putPort(sk);
      }
    }
    sk.setDport(0);
    if (!sk.locked(Sk.SOCK_BINDADDR_LOCK)) {
      InetBind.resetSaddr(sk);
    }
    InetOptions.forWrite(sk).setDaddr(0);
    sk.setShutdown(0);
  }
}
