package org.netshard.node.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.netshard.cluster.serialization.WireFormatException;
import org.netshard.cluster.serialization.WireInput;
import org.netshard.protocol.abi.UserMem;

/** Memory as a kind and, if it is mapped, its bytes. */
final class UserMemSerializer extends Serializer<UserMem> {
  private static final int NULL = 0;
  private static final int BAD = 1;
  private static final int MAPPED = 2;

  UserMemSerializer() {
    super(false, true);
  }

  @Override
  public void write(Kryo kryo, Output output, UserMem mem) {
    if (mem.isNull()) {
      output.writeByte(NULL);
    } else if (mem.equals(UserMem.BAD)) {
      output.writeByte(BAD);
    } else {
      output.writeByte(MAPPED);
      byte[] content = mem.content();
      output.writeVarInt(content.length, true);
      output.writeBytes(content);
    }
  }

  @Override
  public UserMem read(Kryo kryo, Input input, Class<? extends UserMem> type) {
    return read((WireInput) input);
  }

  static UserMem read(WireInput input) {
    int kind = input.readByte();
    return switch (kind) {
      case NULL -> UserMem.NULL;
      case BAD -> UserMem.BAD;
      case MAPPED -> UserMem.of(input.readBytes(input.readLength(1)));
      default -> throw new WireFormatException("memory of kind " + kind);
    };
  }
}
