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

  /** Gives so many bytes back. */
  public static void free(Sk sk, int bytes) {
    int left = sk.rare().omemAlloc() - bytes;
    if (left < 0) {
      throw new IllegalStateException("sk_omem_alloc of a " + sk.proto() + " sock: " + left);
    }
    sk.rareForWrite().omemAlloc = left;
  }
}
