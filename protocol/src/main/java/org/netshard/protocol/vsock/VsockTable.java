package org.netshard.protocol.vsock;

import java.util.TreeMap;
import org.netshard.protocol.core.Machine;
import org.netshard.protocol.core.NetGeneric;
import org.netshard.protocol.core.Sk;

/**
 * The ports of vsock, which are those of the whole machine.
 *
 * <p><b>Source:</b> {@code net/vmw_vsock/af_vsock.c}, {@code vsock_bind_table}.
 */
public final class VsockTable {
  private static final NetGeneric<VsockTable> KEY = new NetGeneric<>(VsockTable::new);

  private final TreeMap<Integer, Sk> ports = new TreeMap<>();

  private VsockTable() {}

  /** The ports of a machine. */
  public static VsockTable of(Machine machine) {
    return machine.generic(KEY);
  }

  /** Whether nobody has one. */
  public boolean isEmpty() {
    return ports.isEmpty();
  }

  /** Gives a sock a port, unless another has it. */
  boolean add(Sk sk, int port) {
    return ports.putIfAbsent(port, sk) == null;
  }

  /** Takes a port back. */
  void remove(Sk sk, int port) {
    ports.remove(port, sk);
  }
}
