package org.netshard.protocol.core;

import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.ObjCgroup.Slab;
import org.netshard.protocol.memcg.SockMemcg;

/**
 * The end of a sock of a user: what it held of its namespace and of its cgroups goes back.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}: {@code __sk_free}, {@code __sk_destruct}, {@code
 * sk_prot_free}.
 */
public final class SkDestruct {
  private SkDestruct() {}

  /** The last reference of a sock is gone. */
  public static void free(Sk sk) {
    uncount(sk);
    destruct(sk);
  }

  /** {@code __sk_free}: it does not count as used any more. */
  static void uncount(Sk sk) {
    sk.net().addSocketsUsed(-1);
  }

  /** {@code __sk_destruct}: what it holds goes back. */
  static void destruct(Sk sk) {
    SkMem.reclaimFinal(sk);
    SockMemcg memcg = sk.memcg();
    if (memcg != null) {
      memcg.put();
    }
    ObjCgroup objcg = sk.objcg();
    int bytes = sk.proto().chargedBytes();
    if (objcg != null && bytes > 0) {
      objcg.uncharge(bytes, Slab.UNRECLAIMABLE);
    }
    sk.net().put();
  }
}
