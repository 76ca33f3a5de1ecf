package org.netshard.node.replay;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.IdMapping;
import org.netshard.node.strace.ResultComparison;
import org.netshard.node.strace.StraceEvent;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * Replaces the names that a kernel has chosen by itself, where a call of a log gives them, by those
 * of the simulation: ports, netlink ports, and abstract names of five digits.
 */
final class LogNames {
  private static final int PORT_AT = 2;
  private static final int NETLINK_PORT_AT = 4;
  private static final int AUTOBOUND_BYTES = 8;

  private final Map<Integer, Integer> ports = new TreeMap<>();
  private final Map<Integer, Integer> netlinkPorts = new TreeMap<>();
  private final Map<String, byte[]> autobound = new TreeMap<>();

  /** The address that a call has told, of a socket or of who sent something; NULL if none. */
  private static UserMem told(Syscall call) {
    return switch (call.name()) {
      case GETSOCKNAME, GETPEERNAME, ACCEPT, ACCEPT4 -> call.mem(1);
      case RECVFROM -> call.mem(4);
      case RECVMSG -> {
        UserMem header = call.mem(1);
        yield header.accessible(0, Long.BYTES) ? header.pointer(0) : UserMem.NULL;
      }
      default -> UserMem.NULL;
    };
  }

  private static boolean chosen(int port) {
    int number = (port & 0xff) << 8 | port >>> 8;
    return number >= IdMapping.EPHEMERAL_MIN && number <= IdMapping.EPHEMERAL_MAX;
  }

  /** Takes note of what a call said of an address in the log and in the simulation. */
  void learn(StraceEvent.Call recorded, Syscall call, long simulated) {
    UserMem memory = told(call);
    if (memory.size() == 0
        || !recorded.result().known()
        || recorded.result().isError()
        || Errno.isError(simulated)) {
      return;
    }
    boolean own = call.name() == SyscallName.GETSOCKNAME;
    byte[] wanted = ResultComparison.recordedName(recorded);
    int length = Math.min(wanted.length, memory.size());
    byte[] got = memory.get(0, length);
    if (length < NETLINK_PORT_AT + Integer.BYTES || wanted[0] != got[0]) {
      return;
    }
    UserMem one = UserMem.of(wanted);
    UserMem other = UserMem.of(got);
    switch (one.getShort(0)) {
      case Abi.AF_INET, Abi.AF_INET6 -> {
        int port = other.getShort(PORT_AT);
        if (own || (chosen(one.getShort(PORT_AT)) && chosen(port))) {
          ports.put(one.getShort(PORT_AT), port);
        }
      }
      case Abi.AF_NETLINK -> {
        if (own) {
          netlinkPorts.put(one.getInt(NETLINK_PORT_AT), other.getInt(NETLINK_PORT_AT));
        }
      }
      case Abi.AF_UNIX -> {
        if (wanted.length == AUTOBOUND_BYTES && wanted[2] == 0) {
          autobound.put(Arrays.toString(wanted), got);
        }
      }
      default -> {
        // Nothing in other families is chosen by the kernel.
      }
    }
  }

  /**
   * The number of the simulation's port for one of the log, which is given as it stands in an
   * address; null if that is not known yet.
   */
  @Nullable Integer simulatedPort(int port) {
    Integer learnt = ports.get(port);
    if (learnt == null && chosen(port)) {
      return null;
    }
    int known = learnt == null ? port : learnt;
    return (known & 0xff) << 8 | (known >>> 8 & 0xff);
  }

  /** The address that a call gives to the kernel. */
  private static UserMem given(Syscall call) {
    return switch (call.name()) {
      case BIND, CONNECT -> call.mem(1);
      case SENDTO -> call.mem(4);
      case SENDMSG -> {
        UserMem header = call.mem(1);
        yield header.accessible(0, Long.BYTES) ? header.pointer(0) : UserMem.NULL;
      }
      default -> UserMem.NULL;
    };
  }

  /** The call as it is made. */
  Syscall inSimulation(Syscall call) {
    UserMem memory = given(call);
    if (!memory.accessible(0, NETLINK_PORT_AT)) {
      return call;
    }
    switch (memory.getShort(0)) {
      case Abi.AF_INET, Abi.AF_INET6 -> {
        int port = memory.getShort(PORT_AT);
        int mapped = ports.getOrDefault(port, port);
        memory.putByte(PORT_AT, mapped & 0xff);
        memory.putByte(PORT_AT + 1, mapped >>> 8);
      }
      case Abi.AF_NETLINK -> {
        if (memory.accessible(NETLINK_PORT_AT, Integer.BYTES)) {
          int port = memory.getInt(NETLINK_PORT_AT);
          memory.putInt(NETLINK_PORT_AT, netlinkPorts.getOrDefault(port, port));
        }
      }
      case Abi.AF_UNIX -> {
        byte[] name = autobound.get(Arrays.toString(memory.content()));
        if (name != null) {
          memory.put(0, name, name.length);
        }
      }
      default -> {
        // Nothing in other families is chosen by the kernel.
      }
    }
    return call;
  }
}
