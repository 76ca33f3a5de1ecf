package org.netshard.protocol.actor;

import akka.actor.typed.Behavior;
import akka.actor.typed.ExtensibleBehavior;
import akka.actor.typed.Signal;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;

/**
 * An actor that handles the baton: it dispatches directly, and a bug in it reaches the kernel
 * together with the message that caused it.
 */
public abstract class BatonBehavior<M extends BatonMessage> extends ExtensibleBehavior<M> {
  /** Handles a message and hands the baton on. */
  protected abstract Behavior<M> onMessage(TypedActorContext<M> context, M message);

  @Override
  @SuppressWarnings("CatchAndPrintStackTrace")
  public final Behavior<M> receive(TypedActorContext<M> context, M message) {
    try {
      return onMessage(context, message);
    } catch (RuntimeException | AssertionError bug) {
      String where = context.asJava().getSelf().path().toStringWithoutAddress();
      message.call().kernel().tell(new KernelMessage.Crashed(where, message.toString(), bug));
      return Behaviors.stopped();
    }
  }

  @Override
  public final Behavior<M> receiveSignal(TypedActorContext<M> context, Signal signal) {
    return Behaviors.same();
  }
}
