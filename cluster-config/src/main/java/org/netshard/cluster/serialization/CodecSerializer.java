package org.netshard.cluster.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/** A Kryo serializer that does what a codec does. */
final class CodecSerializer extends Serializer<Object> {
  private final Codec codec;

  CodecSerializer(Codec codec) {
    this.codec = codec;
  }

  @Override
  public void write(Kryo kryo, Output output, Object value) {
    codec.write(kryo, (WireOutput) output, value);
  }

  @Override
  public Object read(Kryo kryo, Input input, Class<? extends Object> type) {
    return codec.read(kryo, (WireInput) input);
  }
}
