package org.netshard.protocol.tcp;

import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.NetNs;

/**
 * When a timer is seen that ends in the present jiffy: at the next tick. The acknowledgement of a
 * FIN that is the first thing to come waits so long.
 *
 * <p><b>Source:</b> {@code kernel/time/timer.c}, {@code calc_index}.
 */
public final class TcpTicks {
  private static final NetGeneric<TcpTicks> KEY = new NetGeneric<>(TcpTicks::new);

  private boolean atOnce;

  private TcpTicks() {}

  /**
   * Lets a machine tick whenever such a timer is set: a script that tells times does not know when
   * a kernel ticks.
   */
  public static void atOnce(Machine machine) {
    machine.generic(KEY).atOnce = true;
  }

  /** When the next tick comes, virtual nanoseconds. */
  static long next(NetNs net) {
    long now = net.machine().nowNs();
    boolean atOnce = net.machine().generic(KEY).atOnce;
    return atOnce ? now : (now / TcpClock.NS_PER_JIFFY + 1) * TcpClock.NS_PER_JIFFY;
  }
}
