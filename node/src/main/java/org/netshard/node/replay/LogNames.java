package org.netshard.node.replay;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.netshard.node.strace.ResultComparison;
import org.netshard.node.strace.StraceEvent;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * Replaces the names that a kernel has chosen by itself, where a call of a log gives them, by those
 * of the simulation: ports, netlink ports, and abstract names of five digits.
 */
final class LogNames {
  private static final int PORT_AT = 2;

  /** The lowest port that the kernel chooses, {@code net.ipv4.ip_local_port_range}. */
  private static final int EPHEMERAL_LOW = 32768;

  private static final int NETLINK_PORT_AT = 4;
  private static final int AUTOBOUND_BYTES = 8;

  private final Map<Integer, Integer> ports = new TreeMap<>();
  private final Map<Integer, Integer> netlinkPorts = new TreeMap<>();
  private final Map<String, byte[]> autobound = new TreeMap<>();

  /**
   * Takes note of what {@code getsockname} said in the log and in the simulation, and of whom data
   * came from.
   */
  void learn(StraceEvent.Call recorded, Syscall call) {
    UserMem memory = given(call, true);
    if (memory.isNull() || !recorded.result().known() || recorded.result().isError()) {
      return;
    }
    byte[] wanted = ResultComparison.recordedName(recorded);
    int length = Math.min(wanted.length, memory.size());
    byte[] got = memory.get(0, length);
    if (length < NETLINK_PORT_AT + Integer.BYTES || wanted[0] != got[0]) {
      return;
    }
    UserMem one = UserMem.of(wanted);
    UserMem other = UserMem.of(got);
    switch (one.getShort(0)) {
      case Abi.AF_INET, Abi.AF_INET6 -> learnPort(call.name(), port(one), port(other));
      case Abi.AF_NETLINK ->
          netlinkPorts.put(one.getInt(NETLINK_PORT_AT), other.getInt(NETLINK_PORT_AT));
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

  private static int port(UserMem name) {
    return name.getByte(PORT_AT) << 8 | name.getByte(PORT_AT + 1);
  }

  /** A sender's port is the kernel's choice if it lies where the kernel chooses. */
  private void learnPort(SyscallName name, int recorded, int simulated) {
    boolean chosen = recorded >= EPHEMERAL_LOW && simulated >= EPHEMERAL_LOW;
    if (name == SyscallName.GETSOCKNAME || (chosen && !ports.containsKey(recorded))) {
      ports.put(recorded, simulated);
    }
  }

  /**
   * The address that a call gives to the kernel, or gets from it.
   *
   * @param back which of both
   */
  private static UserMem given(Syscall call, boolean back) {
    SyscallName name = call.name();
    boolean gets =
        name == SyscallName.GETSOCKNAME
            || name == SyscallName.RECVFROM
            || name == SyscallName.RECVMSG;
    if (gets != back) {
      return UserMem.NULL;
    }
    return switch (name) {
      case BIND, CONNECT, GETSOCKNAME -> call.mem(1);
      case SENDTO, RECVFROM -> call.mem(4);
      case SENDMSG, RECVMSG -> {
        UserMem header = call.mem(1);
        yield header.accessible(0, Long.BYTES) ? header.pointer(0) : UserMem.NULL;
      }
      default -> UserMem.NULL;
    };
  }

  /** The call as it is made. */
  Syscall inSimulation(Syscall call) {
    UserMem memory = given(call, false);
    if (!memory.accessible(0, NETLINK_PORT_AT)) {
      return call;
    }
    switch (memory.getShort(0)) {
      case Abi.AF_INET, Abi.AF_INET6 -> {
        int port = port(memory);
        int mapped = ports.getOrDefault(port, port);
        memory.putByte(PORT_AT, mapped >>> 8);
        memory.putByte(PORT_AT + 1, mapped & 0xff);
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
