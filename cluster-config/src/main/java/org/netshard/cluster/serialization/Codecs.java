package org.netshard.cluster.serialization;

import akka.actor.typed.ActorRef;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.util.Util;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The codecs of built-in types. */
final class Codecs {
  private Codecs() {}

  /** Codecs of types that have no parameters, primitives under their boxes. */
  static final Map<Class<?>, Codec> SCALARS = scalars();

  private static Map<Class<?>, Codec> scalars() {
    Map<Class<?>, Codec> map = new LinkedHashMap<>();
    put(map, Integer.class, (o, v) -> o.writeVarInt(v, false), i -> i.readVarInt(false));
    put(map, Long.class, (o, v) -> o.writeVarLong(v, false), i -> i.readVarLong(false));
    put(map, Short.class, (o, v) -> o.writeShort(v), WireInput::readShort);
    put(map, Byte.class, (o, v) -> o.writeByte(v), WireInput::readByte);
    put(map, Character.class, WireOutput::writeChar, WireInput::readChar);
    put(map, Boolean.class, WireOutput::writeBoolean, WireInput::readBoolean);
    put(map, Float.class, WireOutput::writeFloat, WireInput::readFloat);
    put(map, Double.class, WireOutput::writeDouble, WireInput::readDouble);
    put(map, String.class, WireOutput::writeString, i -> nonNull(i.readString()));
    put(map, ActorRef.class, WireOutput::writeRef, WireInput::readRef);
    put(
        map,
        Duration.class,
        (o, v) -> {
          o.writeVarLong(v.getSeconds(), false);
          o.writeVarInt(v.getNano(), true);
        },
        i -> Duration.ofSeconds(i.readVarLong(false), i.readVarInt(true)));
    put(
        map,
        OptionalInt.class,
        (o, v) -> {
          o.writeBoolean(v.isPresent());
          o.writeVarInt(v.orElse(0), false);
        },
        i -> {
          boolean present = i.readBoolean();
          int value = i.readVarInt(false);
          return present ? OptionalInt.of(value) : OptionalInt.empty();
        });
    put(
        map,
        OptionalLong.class,
        (o, v) -> {
          o.writeBoolean(v.isPresent());
          o.writeVarLong(v.orElse(0), false);
        },
        i -> {
          boolean present = i.readBoolean();
          long value = i.readVarLong(false);
          return present ? OptionalLong.of(value) : OptionalLong.empty();
        });
    arrays(map);
    return Collections.unmodifiableMap(map);
  }

  private static void arrays(Map<Class<?>, Codec> map) {
    array(map, byte[].class, 1, v -> v.length, WireOutput::writeBytes, WireInput::readBytes);
    array(
        map,
        boolean[].class,
        1,
        v -> v.length,
        (o, v) -> o.writeBooleans(v, 0, v.length),
        WireInput::readBooleans);
    array(
        map,
        short[].class,
        2,
        v -> v.length,
        (o, v) -> o.writeShorts(v, 0, v.length),
        WireInput::readShorts);
    array(
        map,
        char[].class,
        2,
        v -> v.length,
        (o, v) -> o.writeChars(v, 0, v.length),
        WireInput::readChars);
    array(
        map,
        int[].class,
        4,
        v -> v.length,
        (o, v) -> o.writeInts(v, 0, v.length),
        WireInput::readInts);
    array(
        map,
        long[].class,
        8,
        v -> v.length,
        (o, v) -> o.writeLongs(v, 0, v.length),
        WireInput::readLongs);
    array(
        map,
        double[].class,
        8,
        v -> v.length,
        (o, v) -> o.writeDoubles(v, 0, v.length),
        WireInput::readDoubles);
  }

  private interface ArrayReader<T> {
    T read(WireInput input, int length);
  }

  private static <T> void array(
      Map<Class<?>, Codec> map,
      Class<T> type,
      int elementBytes,
      Function<T, Integer> length,
      BiConsumer<WireOutput, T> write,
      ArrayReader<T> read) {
    put(
        map,
        type,
        (o, v) -> {
          o.writeLength(length.apply(v));
          write.accept(o, v);
        },
        i -> read.read(i, i.readLength(elementBytes)));
  }

  private static <T> void put(
      Map<Class<?>, Codec> map,
      Class<T> type,
      BiConsumer<WireOutput, T> write,
      Function<WireInput, T> read) {
    map.put(
        type,
        new Codec() {
          @Override
          public void write(Kryo kryo, WireOutput output, Object value) {
            write.accept(output, type.cast(value));
          }

          @Override
          public Object read(Kryo kryo, WireInput input) {
            return read.apply(input);
          }
        });
  }

  private static <T> T nonNull(@Nullable T value) {
    if (value == null) {
      throw new WireFormatException("a value is missing");
    }
    return value;
  }

  /** A registered class that can have no subclass: needs no id of its own. */
  record Exact(Class<?> type) implements Codec {
    @Override
    public void write(Kryo kryo, WireOutput output, Object value) {
      kryo.writeObject(output, value, kryo.getSerializer(type));
    }

    @Override
    public Object read(Kryo kryo, WireInput input) {
      return nonNull(kryo.readObject(input, type, kryo.getSerializer(type)));
    }
  }

  /** Any registered class that is a {@code type}: written with its id. */
  record Any(Class<?> type) implements Codec {
    @Override
    public void write(Kryo kryo, WireOutput output, Object value) {
      if (!type.isInstance(value)) {
        throw new WireFormatException(value.getClass().getName() + " is no " + type.getTypeName());
      }
      kryo.writeClassAndObject(output, value);
    }

    @Override
    public Object read(Kryo kryo, WireInput input) {
      Registration registration = kryo.readClass(input);
      if (registration == null) {
        throw new WireFormatException("a value is missing");
      }
      // Kryo registers a primitive and its box as one.
      if (!type.isAssignableFrom(Util.getWrapperClass(registration.getType()))) {
        throw new WireFormatException(
            "class id "
                + registration.getId()
                + " is "
                + registration.getType().getTypeName()
                + ", which is no "
                + type.getTypeName());
      }
      return nonNull(readBody(kryo, input, registration));
    }
  }

  /** The object of a class whose id was read. */
  @SuppressWarnings("unchecked") // Kryo's registrations have no type parameter.
  static @Nullable Object readBody(Kryo kryo, WireInput input, Registration registration) {
    return kryo.readObject(
        input, (Class<Object>) registration.getType(), registration.getSerializer());
  }

  private static void writeElement(
      Codec codec, Kryo kryo, WireOutput output, @Nullable Object element) {
    if (element == null) {
      throw new WireFormatException("an element is null");
    }
    codec.write(kryo, output, element);
  }

  /** Read back as {@code List.of} makes it, so that a record's {@code List.copyOf} is free. */
  record ListOf(Codec element) implements Codec {
    @Override
    public void write(Kryo kryo, WireOutput output, Object value) {
      List<?> list = (List<?>) value;
      output.writeLength(list.size());
      for (Object each : list) {
        writeElement(element, kryo, output, each);
      }
    }

    @Override
    public Object read(Kryo kryo, WireInput input) {
      Object[] elements = new Object[input.readLength(1)];
      for (int i = 0; i < elements.length; i++) {
        elements[i] = element.read(kryo, input);
      }
      return List.of(elements);
    }
  }

  /** Read back unmodifiable, in the order of writing. */
  record SetOf(Codec element) implements Codec {
    @Override
    public void write(Kryo kryo, WireOutput output, Object value) {
      Set<?> set = (Set<?>) value;
      output.writeLength(set.size());
      for (Object each : set) {
        writeElement(element, kryo, output, each);
      }
    }

    @Override
    public Object read(Kryo kryo, WireInput input) {
      int size = input.readLength(1);
      Set<Object> set = new LinkedHashSet<>();
      for (int i = 0; i < size; i++) {
        if (!set.add(element.read(kryo, input))) {
          throw new WireFormatException("a set has an element twice");
        }
      }
      return Collections.unmodifiableSet(set);
    }
  }

  /** Read back unmodifiable, in the order of writing or, if sorted, in natural order. */
  record MapOf(Codec key, Codec element, boolean sorted) implements Codec {
    @Override
    public void write(Kryo kryo, WireOutput output, Object value) {
      Map<?, ?> map = (Map<?, ?>) value;
      if (sorted && ((SortedMap<?, ?>) map).comparator() != null) {
        throw new WireFormatException("a sorted map must have its keys' natural order");
      }
      output.writeLength(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        writeElement(key, kryo, output, entry.getKey());
        writeElement(element, kryo, output, entry.getValue());
      }
    }

    @Override
    public Object read(Kryo kryo, WireInput input) {
      int size = input.readLength(2);
      SortedMap<Object, Object> tree = new TreeMap<>();
      Map<Object, Object> map = sorted ? tree : new LinkedHashMap<>();
      for (int i = 0; i < size; i++) {
        if (map.put(key.read(kryo, input), element.read(kryo, input)) != null) {
          throw new WireFormatException("a map has a key twice");
        }
      }
      return sorted ? Collections.unmodifiableSortedMap(tree) : Collections.unmodifiableMap(map);
    }
  }

  /** A byte that says whether a value follows. */
  record OptionalOf(Codec element) implements Codec {
    @Override
    public void write(Kryo kryo, WireOutput output, Object value) {
      Optional<?> optional = (Optional<?>) value;
      output.writeBoolean(optional.isPresent());
      if (optional.isPresent()) {
        element.write(kryo, output, optional.get());
      }
    }

    @Override
    public Object read(Kryo kryo, WireInput input) {
      return input.readBoolean() ? Optional.of(element.read(kryo, input)) : Optional.empty();
    }
  }

  /** One of an enum's constants, by its place among them. */
  static final class EnumOf implements Codec {
    private final Class<?> type;
    private final List<?> constants;

    EnumOf(Class<?> type) {
      this.type = type;
      this.constants = List.of(nonNull(type.getEnumConstants()));
    }

    @Override
    public void write(Kryo kryo, WireOutput output, Object value) {
      output.writeVarInt(((Enum<?>) value).ordinal(), true);
    }

    @Override
    public Object read(Kryo kryo, WireInput input) {
      int ordinal = input.readVarInt(true);
      if (ordinal < 0 || ordinal >= constants.size()) {
        throw new WireFormatException(
            type.getName() + " has no constant number " + Integer.toUnsignedString(ordinal));
      }
      return constants.get(ordinal);
    }
  }
}
