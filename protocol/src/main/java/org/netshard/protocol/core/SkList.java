package org.netshard.protocol.core;

import java.util.ArrayList;
import java.util.List;

/**
 * A chain of socks, the newest first, as {@code hlist_add_head} makes it.
 *
 * <p><b>Source:</b> {@code include/linux/list.h}, {@code struct hlist_head}.
 */
public final class SkList {
  /** The oldest first, so that adding and removing the newest are cheap. */
  private final List<Sk> socks = new ArrayList<>(1);

  /** An empty chain. */
  public SkList() {}

  /** Adds a sock at the head. */
  public void addHead(Sk sk) {
    socks.add(sk);
  }

  /** Adds a sock at the tail ({@code hlist_add_tail}). */
  public void addTail(Sk sk) {
    socks.add(0, sk);
  }

  /**
   * Takes a sock out.
   *
   * @throws IllegalStateException if it is not in
   */
  public void remove(Sk sk) {
    for (int i = socks.size() - 1; i >= 0; i--) {
      if (socks.get(i) == sk) {
        socks.remove(i);
        return;
      }
    }
    throw new IllegalStateException("a " + sk.proto() + " sock is in no chain of " + socks.size());
  }

  /** How many there are. */
  public int size() {
    return socks.size();
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return socks.isEmpty();
  }

  /** A sock by its place, 0 is the head. */
  public Sk get(int index) {
    return socks.get(socks.size() - 1 - index);
  }
}
