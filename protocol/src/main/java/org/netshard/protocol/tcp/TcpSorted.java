package org.netshard.protocol.tcp;

/**
 * The pieces that were sent, in the order of the time when each was sent last ({@code
 * tsorted_sent_queue}).
 */
final class TcpSorted {
  private TcpSorted() {}

  /** A piece was sent just now. */
  static void moveToEnd(TcpSock tp, TcpSkb skb) {
    remove(tp, skb);
    insertAfter(tp, tp.tsortedLast, skb);
  }

  /** Adds a piece behind another, which it was cut off from. */
  static void insertAfter(
      TcpSock tp, @org.jspecify.annotations.Nullable TcpSkb before, TcpSkb skb) {
    TcpSkb after = before == null ? tp.tsortedFirst : before.later;
    skb.tsorted = true;
    skb.earlier = before;
    skb.later = after;
    if (before == null) {
      tp.tsortedFirst = skb;
    } else {
      before.later = skb;
    }
    if (after == null) {
      tp.tsortedLast = skb;
    } else {
      after.earlier = skb;
    }
  }

  /** Takes a piece out; nothing if it is not there. */
  static void remove(TcpSock tp, TcpSkb skb) {
    if (!skb.tsorted) {
      return;
    }
    TcpSkb before = skb.earlier;
    TcpSkb after = skb.later;
    if (before == null) {
      tp.tsortedFirst = after;
    } else {
      before.later = after;
    }
    if (after == null) {
      tp.tsortedLast = before;
    } else {
      after.earlier = before;
    }
    skb.tsorted = false;
    skb.earlier = null;
    skb.later = null;
  }
}
