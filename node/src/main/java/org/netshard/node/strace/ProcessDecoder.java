package org.netshard.node.strace;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Makes calls about processes, their credentials and limits out of what a log says of them. */
final class ProcessDecoder {
  private static final int CLONE_ARGS_BYTES = 88;
  private static final int CAP_DATA_BYTES = 24;

  private final CallDecoder decoder;

  ProcessDecoder(CallDecoder decoder) {
    this.decoder = decoder;
  }

  Syscall decode(SyscallName name) {
    return switch (name) {
      case SETGROUPS -> Syscall.of(name, decoder.number(0), groups());
      case PRCTL -> prctl(name);
      case CAPSET -> Syscall.of(name, capHeader(), capData());
      case CAPGET ->
          Syscall.of(name, capHeader(), decoder.output(decoder.argument(1), CAP_DATA_BYTES));
      case PRLIMIT64 -> prlimit64(name);
      case CLONE -> Syscall.of(name, decoder.named("flags"), decoder.named("child_stack"));
      case CLONE3 -> Syscall.of(name, cloneArgs(), decoder.optionalNumber(1, CLONE_ARGS_BYTES));
      case EXECVE -> execve(name);
      default -> throw new IllegalArgumentException(name + " is not about processes");
    };
  }

  private UserMem groups() {
    StraceValue value = decoder.argument(1);
    long count = (int) decoder.number(0);
    if (!(value.plain() instanceof Array array)) {
      return decoder.unknown(value, count * Integer.BYTES);
    }
    UserMem memory =
        UserMem.zeroed(
            Math.max(CallDecoder.size(count * Integer.BYTES), array.elements().size() * 4));
    for (int i = 0; i < array.elements().size(); i++) {
      if (!(array.elements().get(i) instanceof StraceValue.Ellipsis)) {
        memory.putInt(i * Integer.BYTES, Notation.intNumber(array.elements().get(i)));
      }
    }
    return memory;
  }

  private Syscall prctl(SyscallName name) {
    Object[] arguments = new Object[5];
    for (int i = 0; i < arguments.length; i++) {
      StraceValue value = decoder.optional(i);
      if (value != null && value.plain() instanceof Str) {
        arguments[i] = decoder.text(value);
      } else if (value != null && value.before().plain() instanceof Array) {
        arguments[i] = UserMem.zeroed(CallDecoder.OUTPUT_BYTES_MIN);
      } else {
        arguments[i] = value == null ? 0L : Notation.number(value);
      }
    }
    return Syscall.of(name, arguments);
  }

  private UserMem capHeader() {
    StraceValue value = decoder.argument(0);
    if (value.plain() instanceof Struct struct) {
      return UserMem.ofInts(
          (int) SockAddr.require(struct, "version"), (int) SockAddr.require(struct, "pid"));
    }
    return decoder.unknown(value, 2 * Integer.BYTES);
  }

  /** Two times effective, permitted and inheritable: the lower halves, then the upper. */
  private UserMem capData() {
    StraceValue value = decoder.argument(1);
    if (!(value.plain() instanceof Struct struct)) {
      return decoder.unknown(value, 6 * Integer.BYTES);
    }
    long effective = capabilities(struct, "effective");
    long permitted = capabilities(struct, "permitted");
    long inheritable = capabilities(struct, "inheritable");
    return UserMem.ofInts(
        (int) effective,
        (int) permitted,
        (int) inheritable,
        (int) (effective >>> 32),
        (int) (permitted >>> 32),
        (int) (inheritable >>> 32));
  }

  private static long capabilities(Struct struct, String name) {
    StraceValue set = struct.field(name);
    return set == null ? SockAddr.require(struct, name) : Notation.capabilities(set);
  }

  private Syscall prlimit64(SyscallName name) {
    StraceValue wanted = decoder.argument(2);
    boolean wantedKnown = wanted.plain() instanceof Struct || Notation.isNull(wanted);
    UserMem limits = decoder.unknown(wanted, 2 * Long.BYTES);
    if (wanted.plain() instanceof Struct struct) {
      limits = UserMem.zeroed(2 * Long.BYTES);
      limits.putLong(0, SockAddr.require(struct, "rlim_cur"));
      limits.putLong(Long.BYTES, SockAddr.require(struct, "rlim_max"));
    }
    UserMem old =
        CallDecoder.output(decoder.argument(3), 2 * Long.BYTES, decoder.fault() && wantedKnown);
    return Syscall.of(name, decoder.number(0), decoder.number(1), limits, old);
  }

  private UserMem cloneArgs() {
    StraceValue value = decoder.argument(0).before().plain();
    if (!(value instanceof Struct struct)) {
      return decoder.unknown(value, decoder.optionalNumber(1, CLONE_ARGS_BYTES));
    }
    ByteBuffer buffer = ByteBuffer.allocate(CLONE_ARGS_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    List<String> fields =
        List.of(
            "flags",
            "pidfd",
            "child_tid",
            "parent_tid",
            "exit_signal",
            "stack",
            "stack_size",
            "tls",
            "set_tid",
            "set_tid_size",
            "cgroup");
    for (String field : fields) {
      StraceValue given = struct.field(field);
      boolean list = given != null && given.plain() instanceof Array;
      buffer.putLong(given == null || list ? 0 : Notation.number(given));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(buffer.array());
    for (StraceValue member : struct.members()) {
      if (member.plain() instanceof Str behind) {
        bytes.writeBytes(behind.bytes());
      }
    }
    return CallDecoder.padded(bytes.toByteArray(), decoder.optionalNumber(1, CLONE_ARGS_BYTES));
  }

  private Syscall execve(SyscallName name) {
    return Syscall.of(
        name,
        decoder.text(decoder.argument(0)),
        strings(decoder.optional(1)),
        strings(decoder.optional(2)));
  }

  private UserMem strings(@Nullable StraceValue value) {
    if (value == null || Notation.isNull(value)) {
      return UserMem.NULL;
    }
    if (!(value.plain() instanceof Array array)) {
      return decoder.unknown(value, 1);
    }
    StringBuilder all = new StringBuilder();
    for (StraceValue element : array.elements()) {
      if (element instanceof Str string) {
        all.append(string.string()).append('\0');
      }
    }
    return UserMem.of(Str.of(all.toString()).bytes());
  }
}
