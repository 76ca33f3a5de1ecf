package org.netshard.protocol.unix;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Skb;

/**
 * Finds UNIX sockets that only messages hold which nobody can ever receive: a socket that was sent
 * through itself, say, and closed.
 *
 * <p>A socket is a candidate if every reference of its file is in flight, that is in a message that
 * waits. A candidate is alive if one of these messages waits at a socket that is none, or at a
 * candidate that is alive. The messages at all others are dropped, whereby they are closed.
 *
 * <p><b>Source:</b> {@code net/unix/garbage.c}.
 *
 * <p><b>Differs from Linux:</b> it is done as soon as a socket is closed, not by a work item.
 */
public final class UnixGc {
  private static final NetGeneric<UnixGc> KEY = new NetGeneric<>(UnixGc::new);

  private final Map<Sk, InFlight> inFlight = new LinkedHashMap<>();

  /** A socket that is in flight: its file, and in how many messages. */
  private static final class InFlight {
    final PassedFile file;
    int messages;

    InFlight(PassedFile file) {
      this.file = file;
    }
  }

  private UnixGc() {}

  /**
   * The files of UNIX sockets that are in flight. What nobody can ever receive stays there until
   * the next UNIX socket is closed, as in Linux, and no descriptor leads to it.
   */
  public static List<PassedFile> filesInFlight(Machine machine) {
    List<PassedFile> files = new ArrayList<>();
    of(machine).inFlight.values().forEach(entry -> files.add(entry.file));
    return files;
  }

  /** That of a machine. */
  static UnixGc of(Machine machine) {
    return machine.generic(KEY);
  }

  /** How many of some files are UNIX sockets ({@code fpl->count_unix}). */
  static int sockets(List<PassedFile> files) {
    int count = 0;
    for (int i = 0; i < files.size(); i++) {
      Sk sk = files.get(i).sk();
      count += sk != null && sk.isUnix() ? 1 : 0;
    }
    return count;
  }

  /** Files are in a message from now on ({@code unix_add_edges}). */
  void add(List<PassedFile> files) {
    for (PassedFile file : files) {
      Sk sk = file.sk();
      if (sk != null && sk.isUnix()) {
        inFlight.computeIfAbsent(sk, key -> new InFlight(file)).messages++;
      }
    }
  }

  /** They no longer are ({@code unix_del_edges}). */
  void remove(List<PassedFile> files) {
    for (PassedFile file : files) {
      Sk sk = file.sk();
      InFlight entry = sk == null ? null : inFlight.get(sk);
      if (sk != null && entry != null && --entry.messages == 0) {
        inFlight.remove(sk);
      }
    }
  }

  /** Drops what nobody can ever receive. */
  void collect() {
    if (inFlight.isEmpty()) {
      return;
    }
    Map<Sk, Integer> fromCandidates = new LinkedHashMap<>();
    inFlight.forEach(
        (sk, entry) -> {
          if (entry.file.references() == entry.messages) {
            fromCandidates.put(sk, 0);
          }
        });
    for (Sk candidate : fromCandidates.keySet()) {
      forEachHeld(candidate, held -> fromCandidates.computeIfPresent(held, (sk, n) -> n + 1));
    }
    Set<Sk> garbage = new LinkedHashSet<>(fromCandidates.keySet());
    ArrayDeque<Sk> alive = new ArrayDeque<>();
    fromCandidates.forEach(
        (sk, count) -> {
          InFlight entry = inFlight.get(sk);
          if (entry != null && entry.messages > count) {
            alive.add(sk);
          }
        });
    for (Sk sk = alive.poll(); sk != null; sk = alive.poll()) {
      if (garbage.remove(sk)) {
        forEachHeld(sk, alive::add);
      }
    }
    garbage.forEach(UnixOps::purge);
  }

  /**
   * Sockets in messages that wait at a sock, or at a connection that waits to be accepted from it
   * ({@code unix_edge_successor}).
   */
  private static void forEachHeld(Sk sk, Consumer<Sk> action) {
    if (!sk.isReadable()) {
      return;
    }
    for (Skb skb = sk.receiveQueue().peek(); skb != null; skb = skb.next()) {
      for (PassedFile file : skb.files()) {
        Sk held = file.sk();
        if (held != null) {
          action.accept(held);
        }
      }
      PassedFile connection = skb.connection();
      Sk end = connection == null ? null : connection.sk();
      if (end != null) {
        forEachHeld(end, action);
      }
    }
  }
}
