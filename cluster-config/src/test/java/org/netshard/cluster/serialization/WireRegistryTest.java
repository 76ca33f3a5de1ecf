package org.netshard.cluster.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WireRegistryTest {
  record One(int value) {}

  record Two(int value) {}

  record WithStranger(Samples.Stranger stranger) {}

  record WithObjects(Object[] objects) {}

  record WithNullableElements(List<@Nullable One> ones) {}

  private static void refused(String text, MessageRegistry... registries) {
    assertThatThrownBy(() -> WireRegistry.of(registries))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(text);
  }

  private static MessageRegistry registry(String name, int min, int max, WireType<?>... types) {
    return new Samples.Registry(name, min, max, List.of(types));
  }

  @Test
  void anIdThatIsGivenTwiceIsRefused() {
    refused(
        "id 100: the id is that of class " + One.class.getName(),
        registry("a", 100, 199, WireType.of(100, One.class), WireType.of(100, Two.class)));
  }

  @Test
  void aClassThatHasTwoIdsIsRefused() {
    refused(
        "the class has id 100 too",
        registry("a", 100, 199, WireType.of(100, One.class)),
        registry("b", 200, 299, WireType.of(200, One.class)));
  }

  @Test
  void anIdOutOfTheRegistrysRangeIsRefused() {
    refused("is not within 100 to 199", registry("a", 100, 199, WireType.of(200, One.class)));
  }

  @Test
  void rangesThatOverlapOrLeaveTheBoundsAreRefused() {
    refused("are those of registry a too", registry("a", 100, 199), registry("b", 199, 250));
    refused("are not within 100 to 16000", registry("a", 99, 199));
    refused("are not within 100 to 16000", registry("a", 100, 16_001));
    refused("are not within 100 to 16000", registry("a", 200, 100));
  }

  @Test
  void classesThatCannotTravelAreRefusedAndNamed() {
    refused("must be a record", registry("a", 100, 199, WireType.of(100, Thread.class)));
    refused("must be a record", registry("a", 100, 199, WireType.of(100, Samples.Shape.class)));
    refused(
        "component stranger of " + WithStranger.class.getName(),
        registry("a", 100, 199, WireType.of(100, WithStranger.class)));
    refused(
        "java.lang.Object[] is not supported",
        registry("a", 100, 199, WireType.of(100, WithObjects.class)));
    refused(
        "use Optional",
        registry(
            "a",
            100,
            199,
            WireType.of(100, One.class),
            WireType.of(101, WithNullableElements.class)));
  }

  @Test
  void theFingerprintChangesWithAnId() {
    WireRegistry one = WireRegistry.of(registry("a", 100, 199, WireType.of(100, One.class)));
    WireRegistry same = WireRegistry.of(registry("a", 100, 300, WireType.of(100, One.class)));
    WireRegistry other = WireRegistry.of(registry("a", 100, 199, WireType.of(101, One.class)));
    assertThat(one.fingerprint()).hasSize(16).isEqualTo(same.fingerprint());
    assertThat(other.fingerprint()).isNotEqualTo(one.fingerprint());
  }
}
