package org.netshard.cluster.serialization;

import com.esotericsoftware.kryo.Serializer;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** All classes that may travel between nodes, with their ids; does not change once built. */
public final class WireRegistry {
  /** The version of the format itself: the first byte of each message. */
  public static final int VERSION = 1;

  /** The lowest id of a registered class; those below are the built-in types'. */
  public static final int ID_MIN = 100;

  /** The highest id; each id then takes two bytes at most. */
  public static final int ID_MAX = 16_000;

  private final Map<Integer, WireType<?>> byId = new TreeMap<>();
  private final Map<Class<?>, WireType<?>> byClass = new LinkedHashMap<>();
  private final Map<Class<?>, Supplier<? extends Serializer<?>>> serializers =
      new LinkedHashMap<>();

  private WireRegistry(Iterable<MessageRegistry> registries) {
    Map<Integer, MessageRegistry> ranges = new TreeMap<>();
    for (MessageRegistry registry : registries) {
      checkRange(registry, ranges.values());
      ranges.put(registry.idMin(), registry);
      for (WireType<?> type : registry.types()) {
        add(registry, type);
      }
    }
    CodecFinder codecs = new CodecFinder(byClass);
    for (WireType<?> type : byId.values()) {
      serializers.put(type.type(), serializer(type, codecs));
    }
  }

  /**
   * The registries that {@link ServiceLoader} finds on the class path.
   *
   * @throws IllegalStateException if an id or class is there twice, an id is out of its registry's
   *     range, or a component's type cannot travel; the text names the registry and the class
   */
  public static WireRegistry load() {
    return new WireRegistry(ServiceLoader.load(MessageRegistry.class));
  }

  /**
   * The given registries only.
   *
   * @throws IllegalStateException as {@link #load}
   */
  public static WireRegistry of(MessageRegistry... registries) {
    return new WireRegistry(Arrays.asList(registries));
  }

  private static void checkRange(MessageRegistry registry, Iterable<MessageRegistry> others) {
    String range = registry.idMin() + " to " + registry.idMax();
    if (registry.idMin() < ID_MIN
        || registry.idMax() > ID_MAX
        || registry.idMin() > registry.idMax()) {
      throw new IllegalStateException(
          "registry %s: ids %s are not within %d to %d"
              .formatted(registry.name(), range, ID_MIN, ID_MAX));
    }
    for (MessageRegistry other : others) {
      if (registry.idMin() <= other.idMax() && other.idMin() <= registry.idMax()) {
        throw new IllegalStateException(
            "registry %s: ids %s are those of registry %s too"
                .formatted(registry.name(), range, other.name()));
      }
    }
  }

  private void add(MessageRegistry registry, WireType<?> type) {
    String what = "registry %s: %s with id %d".formatted(registry.name(), type.type(), type.id());
    if (type.id() < registry.idMin() || type.id() > registry.idMax()) {
      throw new IllegalStateException(
          "%s is not within %d to %d".formatted(what, registry.idMin(), registry.idMax()));
    }
    Class<?> c = type.type();
    if (type.serializer() == null ? !c.isRecord() && !c.isEnum() : isOpen(c)) {
      throw new IllegalStateException(
          what + " must be a record, an enum, or a class with a serializer");
    }
    WireType<?> sameId = byId.putIfAbsent(type.id(), type);
    if (sameId != null) {
      throw new IllegalStateException(what + ": the id is that of " + sameId.type() + " too");
    }
    WireType<?> sameClass = byClass.putIfAbsent(c, type);
    if (sameClass != null) {
      throw new IllegalStateException(what + ": the class has id " + sameClass.id() + " too");
    }
  }

  private static boolean isOpen(Class<?> c) {
    return c.isInterface()
        || c.isPrimitive()
        || c.isArray()
        || Modifier.isAbstract(c.getModifiers());
  }

  private static Supplier<? extends Serializer<?>> serializer(
      WireType<?> type, CodecFinder codecs) {
    Supplier<? extends Serializer<?>> own = type.serializer();
    if (own != null) {
      return own;
    }
    Serializer<?> shared =
        type.type().isRecord()
            ? new RecordSerializer(type.type(), codecs)
            : new CodecSerializer(new Codecs.EnumOf(type.type()));
    return () -> shared;
  }

  /** The classes in the order of their ids. */
  public List<WireType<?>> types() {
    return List.copyOf(byId.values());
  }

  /** Whether objects of this class may travel. */
  public boolean contains(Class<?> type) {
    return byClass.containsKey(type);
  }

  Serializer<?> newSerializer(WireType<?> type) {
    Supplier<? extends Serializer<?>> supplier = serializers.get(type.type());
    if (supplier == null) {
      throw new IllegalStateException(type + " is of another registry");
    }
    return supplier.get();
  }

  /**
   * A text that changes whenever the bytes of a message may change: a line for each class, with its
   * id and its components in order.
   */
  public String listing() {
    StringBuilder text = new StringBuilder("wire format version " + VERSION + "\n");
    for (WireType<?> type : byId.values()) {
      text.append(type.id()).append(' ').append(describe(type)).append('\n');
    }
    return text.toString();
  }

  private String describe(WireType<?> type) {
    Class<?> c = type.type();
    if (type.serializer() != null) {
      return "%s by %s".formatted(c.getName(), newSerializer(type).getClass().getName());
    }
    if (c.isEnum()) {
      return Arrays.stream(c.getEnumConstants())
          .map(constant -> ((Enum<?>) constant).name())
          .collect(Collectors.joining(", ", c.getName() + " {", "}"));
    }
    return Arrays.stream(c.getRecordComponents())
        .map(WireRegistry::describe)
        .collect(Collectors.joining(", ", c.getName() + "(", ")"));
  }

  private static String describe(RecordComponent component) {
    boolean nullable =
        component.getAnnotatedType().isAnnotationPresent(org.jspecify.annotations.Nullable.class);
    return component.getName()
        + ": "
        + component.getGenericType().getTypeName()
        + (nullable ? "?" : "");
  }

  /** A short hash of {@link #listing}: nodes with different ones do not join each other. */
  public String fingerprint() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(listing().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
