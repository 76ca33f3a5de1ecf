package org.netshard.cluster.serialization;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.ByteBufferSerializer;
import akka.serialization.JSerializer;
import akka.serialization.SerializationSetup;
import akka.serialization.SerializerDetails;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Akka's view of the wire format: the serializer of all registered classes.
 *
 * <p>Has no manifest: which class it is stands in the bytes, as a number. What cannot be read is a
 * {@link WireFormatException}, which Akka's transport logs, with the sender's address, and drops.
 */
public final class NetshardSerializer extends JSerializer implements ByteBufferSerializer {
  /** This serializer's number in Akka's envelopes, the same on all nodes and for ever. */
  public static final int IDENTIFIER = 75_618;

  private final WireFormat format;

  NetshardSerializer(WireFormat format) {
    this.format = format;
  }

  /** What binds the registered classes to this serializer when an actor system starts. */
  public static SerializationSetup setup(WireRegistry registry) {
    return SerializationSetup.create(system -> details(registry, system));
  }

  private static List<SerializerDetails> details(
      WireRegistry registry, ExtendedActorSystem system) {
    ActorSystem<?> typed = Adapter.toTyped(system);
    WireLimits limits = WireLimits.of(system.settings().config());
    List<Class<?>> classes = new ArrayList<>();
    registry.types().forEach(type -> classes.add(type.type()));
    return List.of(
        SerializerDetails.create(
            "netshard",
            new NetshardSerializer(new WireFormat(registry, limits, ActorRefs.of(typed))),
            classes));
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public boolean includeManifest() {
    return false;
  }

  @Override
  public byte[] toBinary(Object message) {
    return format.write(message);
  }

  @Override
  public void toBinary(Object message, ByteBuffer buffer) {
    format.write(message, buffer);
  }

  @Override
  public Object fromBinaryJava(byte[] bytes, @Nullable Class<?> manifest) {
    return format.read(bytes);
  }

  @Override
  public Object fromBinary(ByteBuffer buffer, String manifest) {
    return format.read(buffer);
  }
}
