package org.netshard.protocol.actor;

import akka.actor.typed.ActorRef;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.memcg.Memcg;

/** What a {@code MemCgroup} understands from those that allocate. */
public interface MemCgroupMessage extends BatonMessage {
  /**
   * Bind a new sock to the caller's cgroup ({@code mem_cgroup_sk_alloc}), and let it begin.
   *
   * @param call the baton
   * @param memcg the caller's cgroup
   * @param sock the new sock
   * @param net its namespace
   * @param slab where it was allocated
   */
  record SkAlloc(
      Call call, Memcg memcg, ActorRef<SockMessage> sock, NetNs net, ActorRef<ProtoSwMessage> slab)
      implements MemCgroupMessage {}
}
