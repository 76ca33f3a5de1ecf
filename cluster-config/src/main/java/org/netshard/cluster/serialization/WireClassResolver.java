package org.netshard.cluster.serialization;

import akka.actor.typed.ActorRef;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the registration of a class by its id, and of a collection by its interface; knows no class
 * by a name from the wire.
 */
final class WireClassResolver extends DefaultClassResolver {
  /** Interfaces and classes under which any implementation travels, the narrower before. */
  static final List<Class<?>> FAMILIES =
      List.of(
          List.class,
          Set.class,
          SortedMap.class,
          Map.class,
          Optional.class,
          Duration.class,
          ActorRef.class);

  @Override
  @SuppressWarnings("rawtypes") // as in Kryo
  public @Nullable Registration getRegistration(Class type) {
    Registration exact = super.getRegistration(type);
    if (exact != null) {
      return exact;
    }
    for (Class<?> family : FAMILIES) {
      if (family.isAssignableFrom(type)) {
        return super.getRegistration(family);
      }
    }
    return null;
  }

  /** Kryo reads an id of 1 as "a class name follows"; here no name is ever looked at. */
  @Override
  protected Registration readName(Input input) {
    throw new WireFormatException("unknown class id: a class by name");
  }
}
