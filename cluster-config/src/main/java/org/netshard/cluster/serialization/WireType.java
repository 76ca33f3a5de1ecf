package org.netshard.cluster.serialization;

import com.esotericsoftware.kryo.Serializer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A class that may travel, with its id.
 *
 * @param id the class's id on the wire, within its registry's range; never given to another class
 * @param type a record, an enum, or any concrete class if it has a serializer
 * @param serializer makes a serializer for each Kryo instance; null for the one of records or enums
 */
public record WireType<T>(
    int id, Class<T> type, @Nullable Supplier<? extends Serializer<T>> serializer) {
  /** A record or an enum, written component by component. */
  public static <T> WireType<T> of(int id, Class<T> type) {
    return new WireType<>(id, type, null);
  }

  /**
   * A class with a serializer of its own, for hot records.
   *
   * <p>It must write at least one byte for each object, and read lengths only by {@link
   * WireInput#readLength}. Kryo hands it a {@link WireInput}, whose strings and arrays are bounded.
   */
  public static <T> WireType<T> of(
      int id, Class<T> type, Supplier<? extends Serializer<T>> serializer) {
    return new WireType<>(id, type, serializer);
  }
}
