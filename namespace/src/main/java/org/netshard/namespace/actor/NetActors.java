package org.netshard.namespace.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.NetState;
import org.netshard.protocol.actor.KernelMessage;
import org.netshard.protocol.actor.Lane;
import org.netshard.protocol.actor.NetMessage;

/** Spawns the actors of a kernel's namespaces. */
final class NetActors implements KernelModel.NetSpawner {
  private final ActorContext<KernelMessage> context;
  private @Nullable NetContext shared;

  NetActors(ActorContext<KernelMessage> context) {
    this.context = context;
  }

  @Override
  public ActorRef<NetMessage> spawn(KernelModel model, NetState net) {
    if (shared == null) {
      shared = new NetContext(model);
    }
    return context.<NetMessage>spawn(Net.create(net, shared), "net-" + net.cookie(), Lane.SAME);
  }

  /** Stops the actor of a namespace that has ended, with all below it. */
  void stop(NetState net) {
    if (net.attachment() instanceof ActorRef<?> actor) {
      context.stop(actor);
      net.setAttachment(null);
    }
  }
}
