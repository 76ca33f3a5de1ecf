package org.netshard.cluster.serialization;

import akka.actor.typed.ActorRef;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Messages that the tests send. */
public final class Samples {
  private Samples() {}

  /** An enum with constants that have classes of their own. */
  public enum Color {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "green";
      }
    }
  }

  /** A closed family. */
  public sealed interface Shape permits Circle, Square, Group, Nothing {}

  public record Circle(int radius) implements Shape {
    public Circle {
      if (radius < 0) {
        throw new IllegalArgumentException("radius of " + radius + "\nis negative");
      }
    }
  }

  public record Square(long side, @Nullable String name) implements Shape {}

  public record Group(List<Shape> shapes) implements Shape {
    public Group {
      shapes = List.copyOf(shapes);
    }
  }

  public record Nothing() implements Shape {}

  /** Every primitive and box. */
  public record Primitives(
      int i, long l, short s, byte b, char c, boolean z, float f, double d, Integer boxed) {}

  /** Every collection and optional. */
  public record Containers(
      List<String> list,
      Set<Color> set,
      Map<String, Integer> map,
      SortedMap<Long, Circle> sorted,
      Optional<Square> optional,
      OptionalInt optionalInt,
      OptionalLong optionalLong,
      Duration duration,
      List<List<Nothing>> nested) {}

  /** A component of any type. */
  public record Envelope(Object payload, @Nullable Object extra) {}

  public record Ping(String text, ActorRef<Pong> replyTo) {}

  public record Pong(String text) {}

  /** Not registered anywhere. */
  public record Stranger(int value) {}

  /** Arrays, compared by content. */
  public static final class Arrays {
    final byte[] bytes;
    final long[] longs;

    public Arrays(byte[] bytes, long[] longs) {
      this.bytes = bytes;
      this.longs = longs;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Arrays a
          && java.util.Arrays.equals(bytes, a.bytes)
          && java.util.Arrays.equals(longs, a.longs);
    }

    @Override
    public int hashCode() {
      return Objects.hash(java.util.Arrays.hashCode(bytes), java.util.Arrays.hashCode(longs));
    }
  }

  /** As a careless author may write it: lengths go straight from the wire to the array. */
  static final class ArraysSerializer extends Serializer<Arrays> {
    @Override
    public void write(Kryo kryo, Output output, Arrays value) {
      output.writeVarInt(value.bytes.length, true);
      output.writeBytes(value.bytes);
      output.writeVarInt(value.longs.length, true);
      output.writeLongs(value.longs, 0, value.longs.length);
    }

    @Override
    public Arrays read(Kryo kryo, Input input, Class<? extends Arrays> type) {
      byte[] bytes = input.readBytes(input.readVarInt(true));
      return new Arrays(bytes, input.readLongs(input.readVarInt(true)));
    }
  }

  /** The array types as components. */
  public record ArrayParts(
      byte[] bytes, short[] shorts, int[] ints, long[] longs, char[] chars, double[] doubles) {}

  /** A registry of given types. */
  public record Registry(String name, int idMin, int idMax, List<WireType<?>> types)
      implements MessageRegistry {}

  /** The registry of the messages above. */
  public static final WireRegistry REGISTRY =
      WireRegistry.of(
          new Registry(
              "samples",
              100,
              199,
              List.of(
                  WireType.of(100, Color.class),
                  WireType.of(101, Circle.class),
                  WireType.of(102, Square.class),
                  WireType.of(103, Group.class),
                  WireType.of(104, Nothing.class),
                  WireType.of(105, Primitives.class),
                  WireType.of(106, Containers.class),
                  WireType.of(107, Envelope.class),
                  WireType.of(108, Ping.class),
                  WireType.of(109, Pong.class),
                  WireType.of(110, Arrays.class, ArraysSerializer::new),
                  WireType.of(111, ArrayParts.class))));

  /** A message of each kind that needs no actor system. */
  static List<Object> messages() {
    SortedMap<Long, Circle> sorted = new TreeMap<>(Map.of(7L, new Circle(1), -7L, new Circle(2)));
    return List.of(
        Color.GREEN,
        new Circle(Integer.MAX_VALUE),
        new Square(Long.MIN_VALUE, "büro \u4e2d \ud800"),
        new Square(-1, null),
        new Group(List.of(new Circle(3), new Nothing(), new Group(List.of()))),
        new Nothing(),
        new Primitives(-1, 1L << 40, (short) -3, (byte) 4, 'x', true, 1.5f, -2.5, 9),
        new Containers(
            List.of("a", "", "ccc"),
            Set.of(Color.RED),
            Map.of("k", 1),
            sorted,
            Optional.of(new Square(4, null)),
            OptionalInt.of(5),
            OptionalLong.empty(),
            Duration.ofNanos(1_500_000_001),
            List.of(List.of(), List.of(new Nothing(), new Nothing()))),
        new Envelope(List.of("x", 1, 2L, true, new Circle(1), List.of(Color.RED)), null),
        new Envelope(Map.of(1, Set.of("y")), Optional.of(Duration.ZERO)),
        new Pong("pong"),
        new Arrays(new byte[] {1, 2, 3}, new long[] {-1, Long.MAX_VALUE}));
  }
}
