package org.netshard.node.run;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import org.netshard.namespace.actor.KernelProtocol;
import org.netshard.protocol.actor.KernelMessage;

/** A kernel that never boots. */
final class BrokenKernel {
  private BrokenKernel() {}

  static Behavior<KernelMessage> create(String name, ActorRef<KernelProtocol.Reply> clock) {
    return Behaviors.receive(KernelMessage.class)
        .onMessage(
            KernelProtocol.Boot.class,
            boot -> {
              clock.tell(
                  new KernelProtocol.Booted(name, Long.MAX_VALUE, name + ": it cannot boot"));
              return Behaviors.same();
            })
        .onMessage(KernelProtocol.Halt.class, halt -> Behaviors.stopped())
        .build();
  }
}
