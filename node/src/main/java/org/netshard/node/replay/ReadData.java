package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.netshard.node.strace.StraceEvent;
import org.netshard.node.strace.StraceValue;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/** The bytes that a call has read, in a log and in the simulation. */
final class ReadData {
  private static final int IOVEC_BYTES = 16;
  private static final int MSG_IOV = 16;

  /** The end of a stream, as if it were a byte. */
  static final int END = -2;

  private ReadData() {}

  /** Whether a call takes data out of what it reads. */
  static boolean isRead(Syscall call) {
    int kept = Abi.MSG_PEEK | Abi.MSG_OOB | Abi.MSG_ERRQUEUE;
    return switch (call.name()) {
      case READ, READV -> true;
      case RECVFROM -> (call.intArg(3) & kept) == 0;
      case RECVMSG -> (call.intArg(2) & kept) == 0;
      default -> false;
    };
  }

  /** What was read in the log; {@link ReadHistory#UNKNOWN} for bytes that it does not show. */
  static int[] recorded(StraceEvent.Call call) {
    if (!call.result().known() || call.result().isError()) {
      return new int[0];
    }
    int[] units = new int[(int) call.result().value()];
    Arrays.fill(units, ReadHistory.UNKNOWN);
    List<StraceValue.Str> pieces = new ArrayList<>();
    if (call.arguments().size() > 1) {
      collect(call.arguments().get(1).after(), pieces);
    }
    int at = 0;
    for (StraceValue.Str piece : pieces) {
      for (byte octet : piece.bytes()) {
        if (at < units.length) {
          units[at++] = octet & 0xff;
        }
      }
      if (piece.truncated()) {
        break;
      }
    }
    return orEnd(units);
  }

  private static int[] orEnd(int[] units) {
    return units.length == 0 ? new int[] {END} : units;
  }

  private static void collect(StraceValue value, List<StraceValue.Str> pieces) {
    StraceValue plain = value.plain();
    if (plain instanceof StraceValue.Str piece) {
      pieces.add(piece);
    } else if (plain instanceof StraceValue.Array array) {
      array.elements().forEach(element -> collect(element, pieces));
    } else if (plain instanceof StraceValue.Struct struct) {
      StraceValue inner =
          struct.field("msg_iov") == null ? struct.field("iov_base") : struct.field("msg_iov");
      if (inner != null) {
        collect(inner, pieces);
      }
    }
  }

  /** What was read in the simulation. */
  static int[] simulated(Syscall call, long result) {
    if (result < 0) {
      return new int[0];
    }
    int[] units = new int[(int) result];
    switch (call.name()) {
      case READ, RECVFROM -> copy(call.mem(1), units, 0, units.length);
      case READV -> copyVector(call.mem(1), units);
      case RECVMSG -> copyVector(call.mem(1).pointer(MSG_IOV), units);
      default -> throw new IllegalStateException("no read: " + call);
    }
    return orEnd(units);
  }

  private static void copyVector(UserMem vector, int[] units) {
    int at = 0;
    for (int i = 0; at < units.length && vector.accessible(i, IOVEC_BYTES); i += IOVEC_BYTES) {
      int length = (int) Math.min(vector.getLong(i + Long.BYTES), units.length - at);
      copy(vector.pointer(i), units, at, length);
      at += length;
    }
  }

  private static void copy(UserMem mem, int[] units, int at, int length) {
    byte[] bytes = mem.get(0, Math.min(length, mem.size()));
    for (int i = 0; i < bytes.length; i++) {
      units[at + i] = bytes[i] & 0xff;
    }
  }
}
