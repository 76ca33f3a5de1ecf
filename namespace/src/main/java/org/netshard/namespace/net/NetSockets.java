package org.netshard.namespace.net;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;

/**
 * The sockets of a namespace, found from the descriptors of tasks: those that have them, those that
 * wait to be accepted, and those that are in flight.
 *
 * <p>No list of all sockets is kept, as a million would pay for it and few ever ask.
 */
public final class NetSockets {
  private final NetState net;
  private final Set<Sk> seen = new LinkedHashSet<>();
  private final Set<Sk> waiting = new LinkedHashSet<>();

  /** Those of a namespace; none so far. */
  public NetSockets(NetState net) {
    this.net = net;
  }

  /** Adds what a file leads to. */
  public void add(PassedFile file) {
    Sk sk = file.sk();
    if (sk == null || !seen.add(sk)) {
      return;
    }
    if (!sk.isUnix() || !sk.isReadable()) {
      return;
    }
    for (Skb skb = sk.receiveQueue().peek(); skb != null; skb = skb.next()) {
      skb.files().forEach(this::add);
      PassedFile connection = skb.connection();
      if (connection != null) {
        Sk end = connection.sk();
        if (end != null) {
          waiting.add(end);
        }
        add(connection);
      }
    }
  }

  /** All sockets of the namespace. */
  List<Sk> all() {
    return seen.stream().filter(sk -> sk.net() == net).toList();
  }

  /** The sockets of a family. */
  public List<Sk> of(int family) {
    List<Sk> found = new ArrayList<>();
    for (Sk sk : seen) {
      if (sk.family() == family && sk.net() == net) {
        found.add(sk);
      }
    }
    return found;
  }

  /** Those that nobody has accepted yet. */
  public Set<Sk> waiting() {
    return waiting;
  }
}
