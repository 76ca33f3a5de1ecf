package org.netshard.cluster.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The serializer of a record: its components in order, each by its declared type.
 *
 * <p>A nullable component has a byte before it that says whether it is there. A record without
 * components is one byte, so that no number of elements takes no bytes. Without state, so one is
 * used by all Kryo instances.
 */
final class RecordSerializer extends Serializer<Object> {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  private record Component(String name, MethodHandle accessor, Codec codec, boolean nullable) {}

  private final Class<?> type;
  private final MethodHandle constructor;
  private final List<Component> components = new ArrayList<>();

  /**
   * The serializer of a record class.
   *
   * @throws IllegalStateException if a component's type cannot travel
   */
  RecordSerializer(Class<?> type, CodecFinder codecs) {
    this.type = type;
    RecordComponent[] declared = type.getRecordComponents();
    try {
      Class<?>[] types =
          Arrays.stream(declared).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<?> canonical = type.getDeclaredConstructor(types);
      canonical.setAccessible(true);
      constructor =
          LOOKUP
              .unreflectConstructor(canonical)
              .asSpreader(Object[].class, types.length)
              .asType(MethodType.methodType(Object.class, Object[].class));
      for (RecordComponent component : declared) {
        components.add(component(component, codecs));
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot use record " + type.getName(), e);
    }
  }

  private Component component(RecordComponent component, CodecFinder codecs)
      throws IllegalAccessException {
    Method accessor = component.getAccessor();
    accessor.setAccessible(true);
    AnnotatedType declared = component.getAnnotatedType();
    try {
      return new Component(
          component.getName(),
          LOOKUP.unreflect(accessor).asType(MethodType.methodType(Object.class, Object.class)),
          codecs.find(declared),
          declared.isAnnotationPresent(Nullable.class));
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          "component " + component.getName() + " of " + type.getName() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void write(Kryo kryo, Output output, Object value) {
    WireOutput wire = (WireOutput) output;
    if (components.isEmpty()) {
      wire.writeByte(0);
    }
    for (Component component : components) {
      try {
        writeComponent(kryo, wire, component, value);
      } catch (RuntimeException e) {
        throw within(component, e, output.position());
      }
    }
  }

  private static void writeComponent(
      Kryo kryo, WireOutput output, Component component, Object value) {
    Object part = get(component, value);
    if (component.nullable) {
      output.writeBoolean(part != null);
      if (part == null) {
        return;
      }
    } else if (part == null) {
      throw new WireFormatException("null, but the component is not @Nullable");
    }
    component.codec.write(kryo, output, part);
  }

  private static @Nullable Object get(Component component, Object value) {
    try {
      return (Object) component.accessor.invokeExact(value);
    } catch (Throwable e) {
      throw WireFormatException.of(e);
    }
  }

  @Override
  public Object read(Kryo kryo, Input input, Class<? extends Object> unused) {
    WireInput wire = (WireInput) input;
    @Nullable Object[] parts = new @Nullable Object[components.size()];
    if (parts.length == 0 && wire.readByte() != 0) {
      throw new WireFormatException(type.getName() + " has no components");
    }
    for (int i = 0; i < parts.length; i++) {
      Component component = components.get(i);
      try {
        boolean present = !component.nullable || wire.readBoolean();
        parts[i] = present ? component.codec.read(kryo, wire) : null;
      } catch (RuntimeException e) {
        throw within(component, e, input.position());
      }
    }
    try {
      return (Object) constructor.invokeExact(parts);
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable e) {
      // The record's own checks refuse these values.
      throw WireFormatException.of(e).within(type.getSimpleName(), input.position());
    }
  }

  private WireFormatException within(Component component, RuntimeException e, int position) {
    return WireFormatException.of(e).within(type.getSimpleName() + "." + component.name, position);
  }
}
