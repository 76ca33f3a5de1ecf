package org.netshard.protocol.inet;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Sk;

/**
 * The socks that have a port, the latest first. Each keeps its place in its own {@link
 * InetBinding}, so that thousands can come and go.
 *
 * <p><b>Source:</b> {@code include/net/inet_hashtables.h}, {@code inet_bind2_bucket.owners}.
 */
final class BindOwners {
  private @Nullable Sk first;
  private int size;

  /** The latest; null if there is none. */
  @Nullable Sk first() {
    return first;
  }

  /** The one that came before this one; null if it is the earliest. */
  @Nullable Sk next(Sk sk) {
    return InetBinding.forWrite(sk).nextOwner;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void addHead(Sk sk) {
    InetBinding binding = InetBinding.forWrite(sk);
    Sk old = first;
    binding.nextOwner = old;
    binding.previousOwner = null;
    if (old != null) {
      InetBinding.forWrite(old).previousOwner = sk;
    }
    first = sk;
    size++;
  }

  void remove(Sk sk) {
    InetBinding binding = InetBinding.forWrite(sk);
    Sk before = binding.previousOwner;
    Sk after = binding.nextOwner;
    if (before == null) {
      first = after;
    } else {
      InetBinding.forWrite(before).nextOwner = after;
    }
    if (after != null) {
      InetBinding.forWrite(after).previousOwner = before;
    }
    binding.previousOwner = null;
    binding.nextOwner = null;
    size--;
  }
}
