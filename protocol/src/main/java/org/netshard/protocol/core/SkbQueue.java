package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;

/** Buffers in a row ({@code struct sk_buff_head}). */
public final class SkbQueue {
  private @Nullable Skb first;
  private @Nullable Skb last;
  private int size;

  /** The first one, which stays; null if there is none ({@code skb_peek}). */
  public @Nullable Skb peek() {
    return first;
  }

  /** The last one, which stays; null if there is none. */
  public @Nullable Skb peekLast() {
    return last;
  }

  /** How many there are. */
  public int size() {
    return size;
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** Adds one at the end. */
  public void add(Skb skb) {
    Skb before = last;
    skb.previous = before;
    skb.next = null;
    if (before == null) {
      first = skb;
    } else {
      before.next = skb;
    }
    last = skb;
    size++;
  }

  /** Adds one behind another, or before all if that is null ({@code __skb_queue_after}). */
  public void addAfter(@Nullable Skb before, Skb skb) {
    Skb after = before == null ? first : before.next;
    skb.previous = before;
    skb.next = after;
    if (before == null) {
      first = skb;
    } else {
      before.next = skb;
    }
    if (after == null) {
      last = skb;
    } else {
      after.previous = skb;
    }
    size++;
  }

  /** Takes one out ({@code __skb_unlink}). */
  public void unlink(Skb skb) {
    Skb before = skb.previous;
    Skb after = skb.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    skb.next = null;
    skb.previous = null;
    size--;
  }

  /** Takes the first one out; null if there is none. */
  public @Nullable Skb poll() {
    Skb head = first;
    if (head != null) {
      unlink(head);
    }
    return head;
  }
}
