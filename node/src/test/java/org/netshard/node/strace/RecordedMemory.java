package org.netshard.node.strace;

import java.util.Objects;
import org.netshard.node.strace.StraceEvent.Call;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** The memory of a call as a recorded kernel left it: what a perfect simulation would do. */
final class RecordedMemory {
  private RecordedMemory() {}

  static Syscall after(Call recorded, Syscall entry) {
    Syscall after = entry.copy();
    if (!recorded.result().known() || recorded.result().isError()) {
      return after;
    }
    if (entry.name() == SyscallName.GETSOCKOPT) {
      StraceValue value = recorded.arguments().get(3);
      put(after.mem(4), (int) Notation.elementAfter(recorded.arguments().get(4)));
      if (!OptionValue.isAddress(value) && !Notation.isNull(value)) {
        byte[] bytes = OptionValue.bytes(entry.intArg(1), value);
        after.mem(3).put(0, bytes, Math.min(bytes.length, after.mem(3).size()));
      }
    } else if ((entry.name() == SyscallName.GETSOCKNAME || entry.name() == SyscallName.GETPEERNAME)
        && recorded.arguments().get(2) instanceof Array) {
      int length = (int) Notation.elementAfter(recorded.arguments().get(2));
      put(after.mem(2), length);
      if (recorded.arguments().get(1) instanceof Struct name) {
        byte[] bytes = SockAddr.bytes(name, length);
        after.mem(1).put(0, bytes, Math.min(length, after.mem(1).size()));
      }
    } else if (entry.name() == SyscallName.SOCKETPAIR) {
      Array pair = (Array) recorded.arguments().get(3);
      put(after.mem(3), Notation.intNumber(pair.elements().get(0)));
      after.mem(3).putInt(4, Notation.intNumber(pair.elements().get(1)));
    } else if (entry.name() == SyscallName.PRLIMIT64
        && recorded.arguments().get(3) instanceof Struct limits) {
      after.mem(3).putLong(0, SockAddr.require(limits, "rlim_cur"));
      after.mem(3).putLong(8, SockAddr.require(limits, "rlim_max"));
    } else if (entry.name() == SyscallName.CAPGET
        && recorded.arguments().get(1) instanceof Struct sets) {
      String[] names = {"effective", "permitted", "inheritable"};
      for (int i = 0; i < names.length; i++) {
        long set = Notation.capabilities(Objects.requireNonNull(sets.field(names[i])));
        after.mem(1).putInt(4 * i, (int) set);
        after.mem(1).putInt(12 + 4 * i, (int) (set >>> Integer.SIZE));
      }
    }
    boolean read = entry.name() == SyscallName.READ || entry.name() == SyscallName.PREAD64;
    if (read && recorded.arguments().get(1).plain() instanceof Str text) {
      after.mem(1).put(0, text.bytes(), Math.min(text.bytes().length, after.mem(1).size()));
    }
    return after;
  }

  private static void put(UserMem mem, int number) {
    mem.putInt(0, number);
  }
}
