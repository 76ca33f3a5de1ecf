package org.netshard.protocol.inet;

import org.netshard.protocol.core.Sk;

/**
 * The table of local ports of a kind of Internet sock.
 *
 * <p><b>Source:</b> {@code include/net/sock.h}, {@code struct proto}.
 */
public interface InetPorts {
  /**
   * Gives a sock a port ({@code get_port}); {@link Sk#num} is it then.
   *
   * @param port the port, or 0 for any
   * @return 0, or {@code -errno}: EADDRINUSE
   */
  int getPort(Sk sk, int port);

  /** Takes the sock out of the table ({@code unhash}); its port is free then. */
  void unhash(Sk sk);

  /** The address of a sock in the table has changed ({@code rehash}). */
  default void rehash(Sk sk) {}

  /** Gives a sock without port one, before it sends or connects ({@code inet_autobind}). */
  default boolean autobind(Sk sk) {
    if (sk.num() != 0) {
      return true;
    }
    if (getPort(sk, 0) != 0) {
      return false;
    }
    sk.setSport(sk.num());
    return true;
  }

  /**
   * A sock is about to connect: of UDP, the flow that it keeps is written over, so that a datagram
   * which waits for more data goes to the new peer ({@code inet->cork.fl}).
   *
   * @param saddr source address, or 0 if no route was found
   */
  default void redirect(Sk sk, int saddr, int daddr, int dport) {}
}
