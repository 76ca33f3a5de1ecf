package org.netshard.protocol.core;

import java.util.ArrayDeque;

/**
 * Socks that are freed when a grace period of RCU is over: who looks a sock up without a lock may
 * have found it just before it was closed.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}, {@code sk_destruct} for {@code SOCK_RCU_FREE}; {@code
 * net/netlink/af_netlink.c}, {@code deferred_put_nlk_sk}.
 */
public final class RcuFree {
  private static final NetGeneric<RcuFree> KEY = new NetGeneric<>(RcuFree::new);

  /** A grace period, virtual nanoseconds: some 20 ms on an idle Linux 6.18. */
  public static final long GRACE_NS = 20_000_000;

  /** A sock, when its grace period is over, and whether it counts as used until then. */
  private record Waiting(Sk sk, long atNs, boolean isUsed) {}

  /** Who is told of socks that wait to be freed. */
  public interface Visitor {
    /** One of them. */
    void visit(Sk sk, boolean isUsed);
  }

  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

  private RcuFree() {}

  /** The last reference of a sock is gone; nobody finds it any more. */
  public static void free(Sk sk) {
    boolean isUsed = sk.ops().isUsedUntilFreed();
    if (!isUsed) {
      SkDestruct.uncount(sk);
    }
    Machine machine = sk.net().machine();
    RcuFree rcu = machine.generic(KEY);
    boolean first = rcu.waiting.isEmpty();
    rcu.waiting.add(new Waiting(sk, machine.nowNs() + GRACE_NS, isUsed));
    if (first) {
      machine.softirqs().timer(machine.nowNs() + GRACE_NS, () -> rcu.callbacks(machine));
    }
  }

  /** Tells of all that wait. */
  public static void forEach(Machine machine, Visitor visitor) {
    machine.generic(KEY).waiting.forEach(one -> visitor.visit(one.sk(), one.isUsed()));
  }

  /** {@code rcu_do_batch}. */
  private void callbacks(Machine machine) {
    long nowNs = machine.nowNs();
    Waiting next = waiting.peek();
    while (next != null && next.atNs() <= nowNs) {
      waiting.remove();
      if (next.isUsed()) {
        SkDestruct.uncount(next.sk());
      }
      next.sk().ops().destruct(next.sk());
      SkDestruct.destruct(next.sk());
      next = waiting.peek();
    }
    if (next != null) {
      machine.softirqs().timer(next.atNs(), () -> callbacks(machine));
    }
  }
}
