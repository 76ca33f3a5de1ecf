package org.netshard.protocol.actor;

import akka.actor.typed.ActorRef;

/** What a {@code MemCgroup} understands from those that allocate. */
public interface MemCgroupMessage extends BatonMessage {
  /**
   * Charge an object to the caller's cgroup, and hand the baton on.
   *
   * @param call the baton
   * @param bytes size of the object
   * @param to who gets the baton if there was room
   * @param granted with this message
   * @param back who gets it if there was none
   * @param refused with this message
   */
  record Charge<M, N>(Call call, int bytes, ActorRef<M> to, M granted, ActorRef<N> back, N refused)
      implements MemCgroupMessage {}

  /**
   * Give back what an object held, and hand the baton on.
   *
   * @param call the baton
   * @param cgroup the cgroup that was charged
   * @param bytes how much
   * @param to who gets the baton
   * @param message with this message
   */
  record Uncharge<M>(Call call, int cgroup, int bytes, ActorRef<M> to, M message)
      implements MemCgroupMessage {}
}
