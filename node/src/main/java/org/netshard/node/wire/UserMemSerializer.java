package org.netshard.node.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.netshard.cluster.serialization.WireFormatException;
import org.netshard.cluster.serialization.WireInput;
import org.netshard.protocol.abi.UserMem;

/**
 * Memory as a kind and, if it is mapped, its bytes, and what the pointers in it refer to, at most
 * {@value #DEPTH_MAX} deep: a header of a message, its vector, a piece of data.
 */
final class UserMemSerializer extends Serializer<UserMem> {
  private static final int NULL = 0;
  private static final int BAD = 1;
  private static final int MAPPED = 2;
  private static final int WITH_POINTERS = 3;

  /** How deep pointers may be nested. */
  static final int DEPTH_MAX = 3;

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
      boolean plain = mem.pointers().isEmpty();
      output.writeByte(plain ? MAPPED : WITH_POINTERS);
      byte[] content = mem.content();
      output.writeVarInt(content.length, true);
      output.writeBytes(content);
      if (!plain) {
        output.writeVarInt(mem.pointers().size(), true);
        mem.pointers()
            .forEach(
                (offset, target) -> {
                  output.writeVarInt(offset, true);
                  write(kryo, output, target);
                });
      }
    }
  }

  @Override
  public UserMem read(Kryo kryo, Input input, Class<? extends UserMem> type) {
    return read((WireInput) input);
  }

  static UserMem read(WireInput input) {
    return read(input, 0);
  }

  private static UserMem read(WireInput input, int depth) {
    int kind = input.readByte();
    return switch (kind) {
      case NULL -> UserMem.NULL;
      case BAD -> UserMem.BAD;
      case MAPPED -> UserMem.of(input.readBytes(input.readLength(1)));
      case WITH_POINTERS -> withPointers(input, depth);
      default -> throw new WireFormatException("memory of kind " + kind);
    };
  }

  private static UserMem withPointers(WireInput input, int depth) {
    if (depth == DEPTH_MAX) {
      throw new WireFormatException("pointers nested more than " + DEPTH_MAX + " deep");
    }
    UserMem mem = UserMem.of(input.readBytes(input.readLength(1)));
    int count = input.readLength(2);
    for (int i = 0; i < count; i++) {
      int offset = input.readVarInt(true);
      if (!mem.accessible(offset, Long.BYTES)) {
        throw new WireFormatException("a pointer at " + offset + " of " + mem.size() + " bytes");
      }
      mem.putPointer(offset, read(input, depth + 1));
    }
    return mem;
  }
}
