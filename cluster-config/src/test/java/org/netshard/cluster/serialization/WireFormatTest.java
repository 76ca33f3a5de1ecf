package org.netshard.cluster.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireFormatTest {
  private static final WireFormat FORMAT = WireFormat.create(Samples.REGISTRY, WireLimits.DEFAULT);

  static List<Object> messages() {
    return Samples.messages();
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aMessageComesBackEqualAndTheSameBytes(Object message) {
    byte[] bytes = FORMAT.write(message);
    Object back = FORMAT.read(bytes);
    assertThat(back).isEqualTo(message);
    assertThat(FORMAT.write(back)).isEqualTo(bytes);
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);
    FORMAT.write(message, buffer);
    assertThat(FORMAT.read(buffer.flip())).isEqualTo(message);
  }

  @Test
  void arraysComeBackAsTheyWere() {
    Samples.ArrayParts parts =
        new Samples.ArrayParts(
            new byte[] {1},
            new short[] {-2, 3},
            new int[] {4, -5},
            new long[0],
            new char[] {'z'},
            new double[] {0.5});
    Samples.ArrayParts back = (Samples.ArrayParts) FORMAT.read(FORMAT.write(parts));
    assertThat(back).usingRecursiveComparison().isEqualTo(parts);
  }

  @Test
  void layoutIsVersionIdAndComponents() {
    // 101 + 2; zigzag of 3.
    assertThat(FORMAT.write(new Samples.Circle(3))).containsExactly(1, 103, 6);
    assertThat(FORMAT.write(Samples.Color.GREEN)).containsExactly(1, 102, 1);
    assertThat(FORMAT.write(new Samples.Pong("hi"))).containsExactly(1, 111, 5, 'h', 'i');
  }

  @Test
  void listsAreReadBackImmutableInAnyForm() {
    List<Samples.Shape> mutable = new ArrayList<>(List.of(new Samples.Circle(1)));
    Samples.Envelope back =
        (Samples.Envelope) FORMAT.read(FORMAT.write(new Samples.Envelope(mutable, null)));
    List<?> list = (List<?>) back.payload();
    assertThat(list).isEqualTo(mutable);
    assertThatThrownBy(() -> list.remove(0)).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void mapsKeepTheOrderOfWriting() {
    Map<String, Integer> map = new LinkedHashMap<>();
    IntStream.range(0, 100).forEach(i -> map.put("k" + (i * 37 % 100), i));
    Samples.Envelope back =
        (Samples.Envelope) FORMAT.read(FORMAT.write(new Samples.Envelope(map, null)));
    assertThat(new ArrayList<>(((Map<?, ?>) back.payload()).keySet()))
        .isEqualTo(new ArrayList<>(map.keySet()));
  }

  @Test
  void manyThreadsWriteAndReadAtOnce() {
    List<Object> messages = messages();
    List<Object> back =
        IntStream.range(0, 20_000)
            .parallel()
            .mapToObj(i -> FORMAT.read(FORMAT.write(messages.get(i % messages.size()))))
            .toList();
    for (int i = 0; i < back.size(); i++) {
      assertThat(back.get(i)).isEqualTo(messages.get(i % messages.size()));
    }
  }

  @Test
  void whatIsNotRegisteredIsNotWritten() {
    assertThatThrownBy(() -> FORMAT.write(new Samples.Stranger(1)))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("Samples$Stranger is not registered");
    assertThatThrownBy(() -> FORMAT.write("text"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("java.lang.String is not registered");
    assertThatThrownBy(() -> FORMAT.write(new Samples.Envelope(new Samples.Stranger(1), null)))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("Samples$Stranger")
        .hasMessageContaining("Envelope.payload");
    assertThatThrownBy(() -> FORMAT.write(new Samples.Envelope(new ThreadLocal<>(), null)))
        .isInstanceOf(WireFormatException.class);
    // The pool is not harmed.
    assertThat(FORMAT.read(FORMAT.write(new Samples.Nothing()))).isEqualTo(new Samples.Nothing());
  }

  @Test
  @SuppressWarnings("NullAway") // what a mistaken caller does
  void nullInAComponentThatIsNotNullableIsNotWritten() {
    assertThatThrownBy(() -> FORMAT.write(new Samples.Pong(null)))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("Pong.text");
  }

  @Test
  void whatIsTooLargeIsNeitherWrittenNorRead() {
    WireFormat small = WireFormat.create(Samples.REGISTRY, new WireLimits(64, 32));
    Samples.Pong large = new Samples.Pong("x".repeat(64));
    assertThatThrownBy(() -> small.write(large))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("max-message-bytes");
    assertThatThrownBy(() -> small.read(FORMAT.write(large)))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("68 bytes are more than netshard.wire.max-message-bytes = 64");
    assertThatThrownBy(() -> FORMAT.write(large, ByteBuffer.allocate(10)))
        .isInstanceOf(BufferOverflowException.class);
  }

  @Test
  void whatIsTooDeepIsNeitherWrittenNorRead() {
    assertThat(FORMAT.read(FORMAT.write(nested(15)))).isEqualTo(nested(15));
    assertThatThrownBy(() -> FORMAT.write(nested(1000)))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("depth");
    WireFormat deep = WireFormat.create(Samples.REGISTRY, new WireLimits(512 * 1024, 256));
    assertThatThrownBy(() -> FORMAT.read(deep.write(nested(100))))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("depth");
    byte[] deepest = new byte[500_000];
    Arrays.fill(deepest, (byte) (Samples.REGISTRY.types().get(7).id() + 2));
    deepest[0] = WireRegistry.VERSION;
    assertThatThrownBy(() -> FORMAT.read(deepest)).isInstanceOf(WireFormatException.class);
  }

  private static Samples.Shape nested(int depth) {
    Samples.Shape shape = new Samples.Nothing();
    for (int i = 0; i < depth; i++) {
      shape = new Samples.Group(List.of(shape));
    }
    return shape;
  }

  /** The message, or null if the bytes were refused; anything else fails the test. */
  private static boolean accepted(byte[] bytes) {
    try {
      Object message = FORMAT.read(bytes);
      Class<?> type = message instanceof Enum<?> e ? e.getDeclaringClass() : message.getClass();
      assertThat(Samples.REGISTRY.contains(type)).isTrue();
      // What was accepted is whole: it can be compared, printed and written.
      assertThat(message.hashCode()).isEqualTo(message.hashCode());
      assertThat(FORMAT.read(FORMAT.write(message))).isNotNull();
      return true;
    } catch (WireFormatException e) {
      assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
      return false;
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyTruncationIsRefused(Object message) {
    byte[] bytes = FORMAT.write(message);
    for (int length = 0; length < bytes.length; length++) {
      byte[] truncated = Arrays.copyOf(bytes, length);
      assertThat(accepted(truncated)).as("%d bytes of %s", length, message).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void trailingBytesAreRefused(Object message) {
    byte[] bytes = FORMAT.write(message);
    assertThatThrownBy(() -> FORMAT.read(Arrays.copyOf(bytes, bytes.length + 1)))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("1 bytes follow");
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyFlippedBitGivesAMessageOrACleanError(Object message) {
    byte[] bytes = FORMAT.write(message);
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      boolean taken = accepted(flipped);
      if (bit < 8) {
        assertThat(taken).as("another version").isFalse();
      }
    }
  }

  @Test
  void randomBytesGiveAMessageOrACleanError() {
    Random random = new Random(42);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      // Most of them get past the version and the class id.
      if (bytes.length > 1 && i % 10 != 0) {
        bytes[0] = WireRegistry.VERSION;
        bytes[1] = (byte) (102 + random.nextInt(12));
      }
      refused += accepted(bytes) ? 0 : 1;
    }
    assertThat(refused).isBetween(15_000, 20_000);
  }

  @Test
  void unknownIdsAreRefusedAndNamed() {
    assertThatThrownBy(() -> FORMAT.read(new byte[] {1, (byte) 0x82, 0x7d, 0}))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("unknown class id 16000");
    // A built-in type is no message.
    assertThatThrownBy(() -> FORMAT.read(new byte[] {1, 32, 0}))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("unknown class id 30");
    assertThatThrownBy(() -> FORMAT.read(new byte[] {1, 0}))
        .isInstanceOf(WireFormatException.class);
    assertThatThrownBy(() -> FORMAT.read(new byte[] {2, 103, 6}))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("version 2, not 1");
  }

  @Test
  void aClassNameFromTheWireIsNeverLookedAt() {
    byte[] name = "java.lang.Thread".getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // An Envelope whose payload has Kryo's mark of a class name.
    bytes.writeBytes(new byte[] {1, 109, 1, 0, (byte) (1 + name.length * 2)});
    bytes.writeBytes(name);
    assertThatThrownBy(() -> FORMAT.read(bytes.toByteArray()))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("a class by name");
  }

  @Test
  void aValueOfTheWrongClassIsRefused() {
    // A Group with one shape, which is said to be an Envelope.
    assertThatThrownBy(() -> FORMAT.read(new byte[] {1, 105, 1, 109, 0, 0}))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("which is no")
        .hasMessageContaining("Group.shapes");
  }

  @Test
  void whatARecordRefusesIsRefusedOnOneLine() {
    Throwable thrown = catchThrowable(() -> FORMAT.read(new byte[] {1, 103, 1}));
    assertThat(thrown)
        .isInstanceOf(WireFormatException.class)
        .hasMessage("radius of -1 is negative, at byte 3, in a message > Circle");
  }

  @Test
  void hostileLengthsAllocateNothing() {
    List<byte[]> hostile =
        List.of(
            // List, string, built-in array, array of an own serializer: each with 2^31 - 1 or so.
            new byte[] {1, 105, -1, -1, -1, -1, 7},
            new byte[] {1, 111, -1, -1, -1, -1, 7},
            new byte[] {1, 111, -1, -1, -1, -1, 15},
            new byte[] {1, 113, -1, -1, -1, -1, 7},
            new byte[] {1, 112, -1, -1, -1, -1, 7},
            new byte[] {1, 112, 0, -1, -1, -1, -1, 1},
            new byte[] {1, 109, 14, -1, -1, -1, -1, 7});
    for (byte[] bytes : hostile) {
      accepted(bytes);
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    for (byte[] bytes : hostile) {
      long before = threads.getThreadAllocatedBytes(self);
      assertThat(accepted(bytes)).isFalse();
      assertThat(threads.getThreadAllocatedBytes(self) - before).isLessThan(1_000_000);
    }
  }

  @Test
  void theCheckListsWhatIsOnTheWire() {
    WireRegistryCheck check = WireRegistryCheck.of(Samples.REGISTRY);
    assertThat(check.listing())
        .startsWith("wire format version 1\n100 ")
        .contains("100 %s {RED, GREEN}%n".formatted(Samples.Color.class.getName()))
        .contains(
            "102 %s(side: long, name: java.lang.String?)%n"
                .formatted(Samples.Square.class.getName()))
        .contains(
            "110 %s by %s%n"
                .formatted(
                    Samples.Arrays.class.getName(), Samples.ArraysSerializer.class.getName()));
    assertThat(check.withoutSample(messages()))
        .containsExactly(Samples.Ping.class, Samples.ArrayParts.class);
    assertThat(check.unregistered(Samples.Shape.class)).isEmpty();
    assertThat(WireRegistryCheck.of(WireRegistry.of()).unregistered(Samples.Shape.class))
        .hasSize(4);
    assertThat(check.size(new Samples.Nothing())).isEqualTo(3);
    assertThat(check.sizeTable(messages()).lines().collect(Collectors.toList()))
        .hasSize(messages().size())
        .allMatch(line -> line.matches(" *[0-9]+ {2}org\\.netshard\\..*"));
  }
}
