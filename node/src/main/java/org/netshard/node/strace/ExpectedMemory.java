package org.netshard.node.strace;

import java.util.ArrayList;
import java.util.List;
import org.netshard.namespace.spec.ScriptedCall.Written;
import org.netshard.node.strace.StraceEvent.Call;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * What a call of a scenario is expected to write: value and length of {@code getsockopt}, the
 * descriptors of {@code socketpair}, what {@code read} reads. What other calls write is not
 * compared.
 */
public final class ExpectedMemory {
  private static final int VALUE = 3;
  private static final int LENGTH = 4;

  private ExpectedMemory() {}

  /**
   * What a line expects in memory; nothing unless it expects a result of 0 and above.
   *
   * @throws StraceSyntaxException if a value cannot be understood
   */
  public static List<Written> of(ScriptLine line) {
    ScriptLine.Expected expected = line.expected();
    if (expected == null || expected.isVariable() || !expected.result().known()) {
      return List.of();
    }
    Call call = line.written();
    try {
      if (line.name().equals(SyscallName.GETSOCKOPT.kernelName())) {
        return getsockopt(call);
      }
      if (line.name().equals(SyscallName.SOCKETPAIR.kernelName())) {
        return socketpair(call);
      }
      if (line.name().equals(SyscallName.READ.kernelName())
          || line.name().equals(SyscallName.PREAD64.kernelName())) {
        return read(call);
      }
      return List.of();
    } catch (NotationException wrong) {
      throw new StraceSyntaxException(
          call.place().file(),
          call.place().startLine(),
          Math.max(0, line.text().indexOf(wrong.token())) + 1,
          wrong.problem());
    }
  }

  private static StraceValue argument(Call call, int index) {
    StraceValue value = call.arguments().get(index);
    return (value instanceof Named named ? named.value() : value).after();
  }

  private static List<Written> getsockopt(Call call) {
    List<Written> written = new ArrayList<>();
    StraceValue value = argument(call, VALUE);
    StraceValue length = argument(call, LENGTH);
    if (length.plain() instanceof Array) {
      int bytes = (int) Notation.elementAfter(length);
      written.add(new Written(LENGTH, UserMem.ofInt(bytes), "a length of " + bytes));
    }
    if (!OptionValue.isAddress(value) && !Notation.isNull(value)) {
      int level = Notation.intNumber(argument(call, 1));
      byte[] bytes = OptionValue.bytes(level, value);
      written.add(new Written(VALUE, UserMem.of(bytes), value.text()));
    }
    return written;
  }

  private static List<Written> read(Call call) {
    return argument(call, 1).plain() instanceof Str text
        ? List.of(new Written(1, UserMem.of(text.bytes()), text.text()))
        : List.of();
  }

  private static List<Written> socketpair(Call call) {
    if (!(argument(call, VALUE).plain() instanceof Array array) || array.elements().size() != 2) {
      return List.of();
    }
    int first = Notation.intNumber(array.elements().get(0));
    int second = Notation.intNumber(array.elements().get(1));
    return List.of(new Written(VALUE, UserMem.ofInts(first, second), array.text()));
  }
}
