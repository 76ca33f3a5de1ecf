package org.netshard.protocol.memcg;

import org.jspecify.annotations.Nullable;

/** Is told, one by one, of all that memory cgroups pay for: the ledger. */
public interface Charged {
  /** There is an object that somebody pays for, or nobody with null. */
  void object(@Nullable ObjCgroup payer, int objectBytes, ObjCgroup.Slab slab);

  /** There are pages that somebody pays for. */
  void pages(ObjCgroup payer, int pages, ObjCgroup.Pages use);
}
