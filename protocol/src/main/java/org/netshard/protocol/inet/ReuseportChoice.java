package org.netshard.protocol.inet;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Sk;

/**
 * Knows which of several socks that share a port a flow is for, where Linux hashes with a secret
 * that nobody sees: what was recorded on a real machine tells it. Without one, the hash has its
 * secret from the seed.
 */
@FunctionalInterface
public interface ReuseportChoice {
  /**
   * The sock for a flow that begins, or for a datagram; null to leave it to the hash.
   *
   * @param socks the group
   * @param sport the port from which it comes
   */
  @Nullable Sk of(List<Sk> socks, int sport);
}
