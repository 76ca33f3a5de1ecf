package org.netshard.cluster.serialization;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;

/** How references to actors become strings and come back. */
interface ActorRefs {
  /** For use without an actor system: references cannot travel. */
  ActorRefs NONE =
      new ActorRefs() {
        @Override
        public String format(ActorRef<?> ref) {
          throw new WireFormatException("an ActorRef needs an actor system to be written");
        }

        @Override
        public ActorRef<?> resolve(String text) {
          throw new WireFormatException("an ActorRef needs an actor system to be read");
        }
      };

  String format(ActorRef<?> ref);

  /** The reference that a text stands for; for a text that is no path, dead letters. */
  ActorRef<?> resolve(String text);

  /** References of an actor system; looks it up on first use, as it may still be starting. */
  static ActorRefs of(ActorSystem<?> system) {
    return new ActorRefs() {
      @Override
      public String format(ActorRef<?> ref) {
        return ActorRefResolver.get(system).toSerializationFormat(ref);
      }

      @Override
      public ActorRef<?> resolve(String text) {
        return ActorRefResolver.get(system).resolveActorRef(text);
      }
    };
  }
}
