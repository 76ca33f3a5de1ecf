package org.netshard.node.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.netshard.cluster.serialization.WireFormatException;
import org.netshard.cluster.serialization.WireInput;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/**
 * A call as its number, its name if it is not simulated, and its arguments, each a number or
 * memory.
 */
final class SyscallSerializer extends Serializer<Syscall> {
  private static final int ARGS_MAX = 6;
  private static final SyscallName[] NAMES = SyscallName.values();

  private final UserMemSerializer memory = new UserMemSerializer();

  SyscallSerializer() {
    super(false, true);
  }

  @Override
  public void write(Kryo kryo, Output output, Syscall call) {
    output.writeVarInt(call.name().ordinal(), true);
    if (!call.isSimulated()) {
      output.writeString(call.callName());
    }
    output.writeVarInt(call.argCount(), true);
    for (int i = 0; i < call.argCount(); i++) {
      output.writeBoolean(call.isPointer(i));
      if (call.isPointer(i)) {
        memory.write(kryo, output, call.mem(i));
      } else {
        output.writeVarLong(call.arg(i), false);
      }
    }
  }

  @Override
  public Syscall read(Kryo kryo, Input input, Class<? extends Syscall> type) {
    int name = input.readVarInt(true);
    if (name < 0 || name >= NAMES.length) {
      throw new WireFormatException("there is no call number " + name);
    }
    boolean simulated = NAMES[name] != SyscallName.NI_SYSCALL;
    String callName = simulated ? "" : input.readString();
    if (callName == null) {
      throw new WireFormatException("a call without a name");
    }
    int count = ((WireInput) input).readLength(2);
    if (count > ARGS_MAX) {
      throw new WireFormatException("a call with " + count + " arguments");
    }
    Object[] arguments = new Object[count];
    for (int i = 0; i < count; i++) {
      arguments[i] =
          input.readBoolean()
              ? UserMemSerializer.read((WireInput) input)
              : (Object) input.readVarLong(false);
    }
    return simulated
        ? Syscall.of(NAMES[name], arguments)
        : Syscall.notSimulated(callName, arguments);
  }
}
