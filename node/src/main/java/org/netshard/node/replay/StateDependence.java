package org.netshard.node.replay;

import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.IpOption;
import org.netshard.protocol.abi.Ipv6Option;
import org.netshard.protocol.abi.PacketOption;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.TcpOption;

/**
 * Which calls on a socket answer by its state and not only by its options, so that they are not
 * simulated on a socket of which a call that is not simulated has changed the state.
 */
final class StateDependence {
  private StateDependence() {}

  static boolean of(Syscall call) {
    return switch (call.name()) {
      case BIND, LISTEN, CONNECT, GETSOCKNAME, GETPEERNAME -> true;
      case GETSOCKOPT, SETSOCKOPT -> ofOption(call.intArg(1), call.intArg(2));
      default -> false;
    };
  }

  private static boolean ofOption(int level, int option) {
    return switch (level) {
      case Abi.SOL_SOCKET ->
          option == SoOption.SO_ERROR
              || option == SoOption.SO_PEERCRED
              || option == SoOption.SO_ACCEPTCONN
              || option == SoOption.SO_SNDBUF;
      case Abi.IPPROTO_IP -> option == IpOption.IP_MTU;
      case Abi.IPPROTO_IPV6 ->
          option == Ipv6Option.IPV6_MTU
              || option == Ipv6Option.IPV6_V6ONLY
              || option == Ipv6Option.IPV6_ADDRFORM;
      case Abi.IPPROTO_TCP ->
          option == TcpOption.TCP_FASTOPEN
              || option == TcpOption.TCP_FASTOPEN_CONNECT
              || option == TcpOption.TCP_WINDOW_CLAMP
              || option == TcpOption.TCP_QUEUE_SEQ
              || option == TcpOption.TCP_QUICKACK;
      case Abi.SOL_PACKET ->
          option == PacketOption.PACKET_RX_RING
              || option == PacketOption.PACKET_TX_RING
              || option == PacketOption.PACKET_STATISTICS
              || option == PacketOption.PACKET_ROLLOVER_STATS;
      default -> false;
    };
  }

  /** Whether a call tells what became of packets that a socket has sent. */
  static boolean ofPackets(Syscall call) {
    return call.name() == SyscallName.GETSOCKOPT
        && call.intArg(1) == Abi.SOL_SOCKET
        && call.intArg(2) == SoOption.SO_ERROR;
  }
}
