package org.netshard.node.run;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.protocol.actor.KernelMessage;

/** Makes the actor of a kernel that has not been booted. */
@FunctionalInterface
public interface KernelFactory {
  /**
   * Makes it.
   *
   * @param name its stable name
   * @param clock who takes its replies
   * @param capturesWithin folder of the node in which clients may have captures written, or empty
   */
  Behavior<KernelMessage> create(
      String name, ActorRef<KernelProtocol.Reply> clock, String capturesWithin);
}
