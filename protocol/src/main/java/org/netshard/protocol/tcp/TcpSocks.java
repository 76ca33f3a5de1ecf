package org.netshard.protocol.tcp;

import java.util.function.Consumer;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Sk;

/** The socks of TCP that no file refers to: those not accepted yet, and orphans. */
public final class TcpSocks {
  private TcpSocks() {}

  /** Shows them all. */
  public static void withoutFile(NetNs net, Consumer<Sk> action) {
    TcpHash hash = TcpHash.of(net);
    hash.forEach(
        end -> {
          if (end instanceof TcpSock tp && tp.orphan) {
            action.accept(tp.sk);
          }
        });
    hash.forEachListener(
        sk -> {
          TcpListener queue = TcpListener.of(sk);
          if (queue != null) {
            queue.waiting().forEach(child -> waiting(child.sk, action));
          }
        });
  }

  /** One that waits to be accepted, and the connection whose subflow it is. */
  private static void waiting(Sk sk, Consumer<Sk> action) {
    action.accept(sk);
    TcpUlp ulp = TcpUlp.of(sk);
    if (ulp != null) {
      action.accept(ulp.parent());
    }
  }
}
