package org.netshard.protocol.core;

/**
 * Memory of a sock's options, which {@code net.core.optmem_max} limits.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}: {@code sock_kmalloc}, {@code sock_kfree_s}.
 */
public final class SkOmem {
  private SkOmem() {}

  /** Takes so many bytes; false if the limit is in the way. */
  public static boolean alloc(Sk sk, int bytes) {
    long max = sk.net().sysctl(Sysctl.CORE_OPTMEM_MAX);
    int now = sk.rare().omemAlloc();
    if (bytes > max || (long) now + bytes >= max) {
      return false;
    }
    sk.rareForWrite().omemAlloc = now + bytes;
    return true;
  }

  /** Takes what an empty buffer needs; false if the limit is in the way ({@code sock_omalloc}). */
  static boolean omalloc(Sk sk) {
    int now = sk.rare().omemAlloc();
    if (now + Skb.LEAST_TRUESIZE > sk.net().sysctl(Sysctl.CORE_OPTMEM_MAX)) {
      return false;
    }
    sk.rareForWrite().omemAlloc = now + Skb.unaccountedTruesize(0);
    return true;
  }

  /** Takes as much for what is there already, whatever the limit. */
  static void keep(Sk sk) {
    sk.rareForWrite().omemAlloc += Skb.unaccountedTruesize(0);
  }

  /** Gives that back ({@code sock_ofree}). */
  static void ofree(Sk sk) {
    free(sk, Skb.unaccountedTruesize(0));
  }

  /** Gives so many bytes back. */
  public static void free(Sk sk, int bytes) {
    int left = sk.rare().omemAlloc() - bytes;
    if (left < 0) {
      throw new IllegalStateException("sk_omem_alloc of a " + sk.proto() + " sock: " + left);
    }
    sk.rareForWrite().omemAlloc = left;
  }
}
