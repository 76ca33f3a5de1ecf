package org.netshard.namespace.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.protocol.actor.KernelMessage;
import org.netshard.protocol.actor.Lane;
import org.netshard.protocol.actor.NetMessage;

/** The actors of a kernel's namespaces; each is made when its namespace is first used. */
final class NetActors {
  private final ActorContext<KernelMessage> context;
  private final NetContext shared;

  NetActors(ActorContext<KernelMessage> context, KernelModel model) {
    this.context = context;
    this.shared = new NetContext(model);
  }

  /** The actor that stands for a namespace. */
  ActorRef<NetMessage> of(NetState net) {
    @SuppressWarnings("unchecked")
    ActorRef<NetMessage> actor = (ActorRef<NetMessage>) net.attachment();
    if (actor == null) {
      actor = context.spawn(Net.create(net, shared), "net-" + net.cookie(), Lane.SAME);
      net.setAttachment(actor);
    }
    return actor;
  }

  /** Stops the actor of a namespace that has ended, with all below it. */
  void stop(NetState net) {
    if (net.attachment() instanceof ActorRef<?> actor) {
      context.stop(actor);
      net.setAttachment(null);
    }
  }
}
