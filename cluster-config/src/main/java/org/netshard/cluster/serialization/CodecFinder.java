package org.netshard.cluster.serialization;

import com.esotericsoftware.kryo.util.Util;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Finds the codec of a declared type, given the classes that are registered. */
final class CodecFinder {
  private final Map<Class<?>, WireType<?>> registered;

  CodecFinder(Map<Class<?>, WireType<?>> registered) {
    this.registered = registered;
  }

  /**
   * The codec of a component's type.
   *
   * @throws IllegalStateException if such a component cannot travel; the text says why
   */
  Codec find(AnnotatedType declared) {
    Type type = declared.getType();
    Class<?> raw = raw(type);
    Codec scalar = Codecs.SCALARS.get(raw.isPrimitive() ? Util.getWrapperClass(raw) : raw);
    if (scalar != null) {
      return scalar;
    }
    if (raw == List.class) {
      return new Codecs.ListOf(argument(declared, 0));
    }
    if (raw == Set.class) {
      return new Codecs.SetOf(argument(declared, 0));
    }
    if (raw == Map.class || raw == SortedMap.class) {
      return new Codecs.MapOf(argument(declared, 0), argument(declared, 1), raw == SortedMap.class);
    }
    if (raw == Optional.class) {
      return new Codecs.OptionalOf(argument(declared, 0));
    }
    return registeredOrAny(raw);
  }

  private Codec registeredOrAny(Class<?> raw) {
    if (raw.isArray()) {
      throw new IllegalStateException(
          raw.getTypeName() + " is not supported: use a List, or an array of primitives");
    }
    WireType<?> type = registered.get(raw);
    if (type != null && raw.isEnum() && type.serializer() == null) {
      return new Codecs.EnumOf(raw);
    }
    if (type != null && Modifier.isFinal(raw.getModifiers())) {
      return new Codecs.Exact(raw);
    }
    if (type == null && !Modifier.isAbstract(raw.getModifiers()) && raw != Object.class) {
      throw new IllegalStateException(raw.getName() + " is not registered");
    }
    return new Codecs.Any(raw);
  }

  private Codec argument(AnnotatedType declared, int index) {
    if (!(declared instanceof AnnotatedParameterizedType parameterized)) {
      return new Codecs.Any(Object.class);
    }
    AnnotatedType argument = parameterized.getAnnotatedActualTypeArguments()[index];
    if (argument.isAnnotationPresent(Nullable.class)) {
      throw new IllegalStateException(
          "nullable elements are not supported in "
              + declared.getType().getTypeName()
              + ": use Optional");
    }
    return find(argument);
  }

  private static Class<?> raw(Type type) {
    if (type instanceof Class<?> c) {
      return c;
    }
    if (type instanceof ParameterizedType parameterized) {
      return raw(parameterized.getRawType());
    }
    if (type instanceof WildcardType wildcard) {
      return raw(wildcard.getUpperBounds()[0]);
    }
    if (type instanceof TypeVariable<?> variable) {
      return raw(variable.getBounds()[0]);
    }
    throw new IllegalStateException(type.getTypeName() + " is not supported");
  }
}
