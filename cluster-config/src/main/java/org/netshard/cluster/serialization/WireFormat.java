package org.netshard.cluster.serialization;

import akka.actor.typed.ActorRef;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes registered objects as bytes and reads them back; may be used by many threads.
 *
 * <p>Layout: a version byte; the class's id plus 2 as a varint (Kryo's way: 0 is null, 1 would be a
 * class name and is refused); the body. Nothing may follow. Each use takes a Kryo instance from a
 * pool; one that threw is thrown away.
 */
public final class WireFormat {
  private static final Codec ANY = new Codecs.Any(Object.class);

  /** Ids of built-in types, for components declared as {@code Object} or the like; never reused. */
  private static final Map<Class<?>, Integer> BUILT_IN_IDS =
      Map.ofEntries(
          Map.entry(byte[].class, 10),
          Map.entry(short[].class, 11),
          Map.entry(int[].class, 12),
          Map.entry(long[].class, 13),
          Map.entry(char[].class, 14),
          Map.entry(double[].class, 15),
          Map.entry(boolean[].class, 16),
          Map.entry(OptionalInt.class, 20),
          Map.entry(OptionalLong.class, 21),
          Map.entry(Duration.class, 22),
          Map.entry(ActorRef.class, 23));

  private final WireRegistry registry;
  private final WireLimits limits;
  private final ActorRefs refs;
  private final Queue<Coder> pool = new ConcurrentLinkedQueue<>();

  WireFormat(WireRegistry registry, WireLimits limits, ActorRefs refs) {
    this.registry = registry;
    this.limits = limits;
    this.refs = refs;
  }

  /** A format without an actor system: references to actors cannot travel. */
  public static WireFormat create(WireRegistry registry, WireLimits limits) {
    return new WireFormat(registry, limits, ActorRefs.NONE);
  }

  /** A Kryo instance with its buffers. */
  private final class Coder {
    final Kryo kryo = newKryo();
    final WireOutput output = new WireOutput(limits.messageBytesMax(), refs);
    final WireInput input = new WireInput(refs);
  }

  private Kryo newKryo() {
    Kryo kryo = new Kryo(new WireClassResolver(), null);
    kryo.setRegistrationRequired(true);
    kryo.setReferences(false);
    kryo.setMaxDepth(limits.depthMax());
    BUILT_IN_IDS.forEach((type, id) -> register(kryo, type, id, Codecs.SCALARS.get(type)));
    register(kryo, List.class, 30, new Codecs.ListOf(ANY));
    register(kryo, Set.class, 31, new Codecs.SetOf(ANY));
    register(kryo, Map.class, 32, new Codecs.MapOf(ANY, ANY, false));
    register(kryo, SortedMap.class, 33, new Codecs.MapOf(ANY, ANY, true));
    register(kryo, Optional.class, 34, new Codecs.OptionalOf(ANY));
    for (WireType<?> type : registry.types()) {
      kryo.register(new Registration(type.type(), registry.newSerializer(type), type.id()));
    }
    return kryo;
  }

  private static void register(Kryo kryo, Class<?> type, int id, @Nullable Codec codec) {
    kryo.register(new Registration(type, new CodecSerializer(Objects.requireNonNull(codec)), id));
  }

  private Coder take() {
    Coder coder = pool.poll();
    return coder == null ? new Coder() : coder;
  }

  /**
   * The bytes of a message.
   *
   * @throws WireFormatException if its class or one within it is not registered, a component is
   *     null, or it is too large or too deep
   */
  public byte[] write(Object message) {
    Coder coder = encode(message);
    byte[] bytes = coder.output.toBytes();
    pool.add(coder);
    return bytes;
  }

  /**
   * Appends the bytes of a message to a buffer.
   *
   * @throws WireFormatException as {@link #write(Object)}
   * @throws java.nio.BufferOverflowException if they do not fit, as Akka expects it
   */
  public void write(Object message, ByteBuffer buffer) {
    Coder coder = encode(message);
    try {
      buffer.put(coder.output.getBuffer(), 0, coder.output.position());
    } finally {
      pool.add(coder);
    }
  }

  /** A coder whose output holds the message. */
  private Coder encode(Object message) {
    Class<?> type = message instanceof Enum<?> e ? e.getDeclaringClass() : message.getClass();
    if (!registry.contains(type)) {
      throw new WireFormatException(type.getName() + " is not registered");
    }
    Coder coder = take();
    try {
      coder.output.reset();
      coder.output.writeByte(WireRegistry.VERSION);
      coder.kryo.writeClassAndObject(coder.output, message);
      return coder;
    } catch (RuntimeException e) {
      throw WireFormatException.of(e).within("a " + type.getName(), coder.output.position());
    }
  }

  /**
   * The message that the bytes are.
   *
   * @throws WireFormatException if they are none
   */
  public Object read(byte[] bytes) {
    return read(bytes, bytes.length);
  }

  /**
   * The message that the rest of a buffer is.
   *
   * @throws WireFormatException if it is none
   */
  public Object read(ByteBuffer buffer) {
    checkSize(buffer.remaining());
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return read(bytes);
  }

  private void checkSize(int size) {
    if (size > limits.messageBytesMax()) {
      throw new WireFormatException(
          "%d bytes are more than netshard.wire.max-message-bytes = %d"
              .formatted(size, limits.messageBytesMax()));
    }
  }

  private Object read(byte[] bytes, int size) {
    checkSize(size);
    if (size == 0 || bytes[0] != WireRegistry.VERSION) {
      throw new WireFormatException(
          size == 0
              ? "no bytes"
              : "wire format version %d, not %d".formatted(bytes[0], WireRegistry.VERSION));
    }
    Coder coder = take();
    coder.input.setBuffer(bytes, 0, size);
    coder.input.setPosition(1);
    Object message;
    try {
      message = decode(coder);
    } catch (RuntimeException | AssertionError | StackOverflowError e) {
      throw WireFormatException.of(e).within("a message", coder.input.position());
    }
    coder.input.setBuffer(NO_BYTES);
    pool.add(coder);
    return message;
  }

  private static final byte[] NO_BYTES = {};

  private Object decode(Coder coder) {
    int id = coder.input.readVarInt(true) - 2;
    Registration registration = coder.kryo.getRegistration(id);
    if (registration == null || !registry.contains(registration.getType())) {
      throw new WireFormatException("unknown class id " + id);
    }
    Object message = Codecs.readBody(coder.kryo, coder.input, registration);
    if (message == null) {
      throw new WireFormatException("class id " + id + " gave nothing");
    }
    if (coder.input.remaining() > 0) {
      throw new WireFormatException(
          coder.input.remaining() + " bytes follow a " + registration.getType().getName());
    }
    return message;
  }
}
