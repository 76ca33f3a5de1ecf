package org.netshard.cluster.serialization;

import com.esotericsoftware.kryo.Kryo;

/**
 * How the value of one component is written and read. Without state, so shared between threads.
 *
 * <p>{@link #read} never returns null unless the component is nullable; {@link #write} may rely on
 * the caller having checked the same.
 */
interface Codec {
  void write(Kryo kryo, WireOutput output, Object value);

  Object read(Kryo kryo, WireInput input);
}
