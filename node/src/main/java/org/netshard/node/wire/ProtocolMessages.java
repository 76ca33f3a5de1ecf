package org.netshard.node.wire;

import java.util.List;
import org.netshard.cluster.serialization.MessageRegistry;
import org.netshard.cluster.serialization.WireType;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** The classes of the module {@code protocol} that travel. */
public final class ProtocolMessages implements MessageRegistry {
  @Override
  public String name() {
    return "protocol";
  }

  @Override
  public int idMin() {
    return 100;
  }

  @Override
  public int idMax() {
    return 299;
  }

  @Override
  public List<WireType<?>> types() {
    return List.of(
        WireType.of(100, SyscallName.class),
        WireType.of(101, UserMem.class, UserMemSerializer::new),
        WireType.of(102, Syscall.class, SyscallSerializer::new));
  }
}
