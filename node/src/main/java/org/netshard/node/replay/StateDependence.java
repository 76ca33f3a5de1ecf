package org.netshard.node.replay;

import org.netshard.protocol.abi.Syscall;

/**
 * Which calls on a socket answer by its state and not only by its options, so that they are not
 * simulated on a socket that is no longer new.
 */
final class StateDependence {
  private StateDependence() {}

  static boolean of(Syscall call) {
    return switch (call.name()) {
      case BIND, LISTEN, CONNECT, GETSOCKNAME, GETPEERNAME -> true;
      default -> false;
    };
  }
}
