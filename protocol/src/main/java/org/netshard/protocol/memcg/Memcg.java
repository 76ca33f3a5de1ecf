package org.netshard.protocol.memcg;

import org.jspecify.annotations.Nullable;

/**
 * A memory cgroup as the code that allocates for a task sees it. The root is never charged and has
 * none of these: where a task may be in the root, the reference is null.
 *
 * <p><b>Source:</b> {@code include/linux/memcontrol.h}, {@code struct mem_cgroup}.
 */
public interface Memcg {
  /** Who is charged for objects from slabs that a task of this cgroup allocates now. */
  ObjCgroup objcg();

  /**
   * What a new sock is bound to, for life ({@code mem_cgroup_sk_alloc}); takes a reference.
   *
   * @return null if this cgroup does not account sockets, as one of version 1 without a limit for
   *     TCP
   */
  @Nullable SockMemcg skAlloc();
}
