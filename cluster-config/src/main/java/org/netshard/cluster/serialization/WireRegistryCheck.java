package org.netshard.cluster.serialization;

import akka.actor.typed.ActorSystem;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the tests of a module check its registered messages with: a listing to compare with a file,
 * each message through the serializer and back, and their sizes.
 */
public final class WireRegistryCheck {
  private final WireRegistry registry;
  private final WireFormat format;

  private WireRegistryCheck(WireRegistry registry, WireFormat format) {
    this.registry = registry;
    this.format = format;
  }

  /** Checks without an actor system: messages must hold no references to actors. */
  public static WireRegistryCheck of(WireRegistry registry) {
    return new WireRegistryCheck(registry, WireFormat.create(registry, WireLimits.DEFAULT));
  }

  /** Checks with an actor system that resolves references. */
  public static WireRegistryCheck of(WireRegistry registry, ActorSystem<?> system) {
    return new WireRegistryCheck(
        registry, new WireFormat(registry, WireLimits.DEFAULT, ActorRefs.of(system)));
  }

  /** A line for each class: {@code id class(component: type, …)}; see {@link WireRegistry}. */
  public String listing() {
    return registry.listing();
  }

  /** The object after serialization and deserialization. */
  public Object roundTrip(Object message) {
    return format.read(format.write(message));
  }

  /** Serialized size in bytes, without Akka's envelope. */
  public int size(Object message) {
    return format.write(message).length;
  }

  /** The bytes of a message. */
  public byte[] bytes(Object message) {
    return format.write(message);
  }

  /** The message that the bytes are. */
  public Object read(byte[] bytes) {
    return format.read(bytes);
  }

  /** Registered classes of which {@code samples} hold no object. */
  public List<Class<?>> withoutSample(List<?> samples) {
    List<Class<?>> missing = new ArrayList<>();
    for (WireType<?> type : registry.types()) {
      if (samples.stream().noneMatch(type.type()::isInstance)) {
        missing.add(type.type());
      }
    }
    return missing;
  }

  /** Records and enums under a sealed interface that are not registered. */
  public List<Class<?>> unregistered(Class<?> root) {
    List<Class<?>> missing = new ArrayList<>();
    Class<?>[] permitted = root.getPermittedSubclasses();
    if (permitted != null) {
      for (Class<?> subclass : permitted) {
        missing.addAll(unregistered(subclass));
      }
    } else if (!Modifier.isAbstract(root.getModifiers()) && !registry.contains(root)) {
      missing.add(root);
    }
    return missing;
  }

  /** A table of the samples' sizes in bytes, a line for each. */
  public String sizeTable(List<?> samples) {
    StringBuilder table = new StringBuilder();
    for (Object sample : samples) {
      String name = sample.getClass().getName();
      table.append(String.format(Locale.ROOT, "%6d  %s%n", size(sample), name));
    }
    return table.toString();
  }
}
