package org.netshard.node.packetdrill;

import org.jspecify.annotations.Nullable;
import org.netshard.node.packetdrill.script.Action;
import org.netshard.node.packetdrill.script.Expr;
import org.netshard.node.packetdrill.script.ScriptPrinter;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;

/** Compares the result of a call with what a script says. */
final class CallResult {
  private CallResult() {}

  /**
   * What is not as the script says, or null.
   *
   * @param call the call in the script
   * @param made how it was made
   * @param after the call with its memory as the kernel left it
   * @param result 0 and above, or {@code -errno}
   */
  static @Nullable String problem(Action.Call call, MadeCall made, Syscall after, long result) {
    String expected = ScriptPrinter.print(call.result());
    String errno = call.errno();
    if (errno != null) {
      expected += " " + errno;
    }
    String found = Errno.isError(result) ? Errno.resultText(result) : Long.toString(result);
    if (!isAsExpected(call, made, result)) {
      return "expected " + expected + ", found " + found;
    }
    return result < 0 ? null : made.outputs().problem(after, result);
  }

  private static boolean isAsExpected(Action.Call call, MadeCall made, long result) {
    if (call.result() instanceof Expr.Wildcard) {
      return true;
    }
    Long wanted = number(call.result());
    if (wanted == null) {
      return false;
    }
    String errno = call.errno();
    if (wanted == -1 && (errno != null || Errno.isError(result))) {
      Errno error = errno == null ? null : Errno.byName(errno);
      return Errno.isError(result)
          && (errno == null || (error != null && error.negated() == result));
    }
    if (made.makesFd() && wanted >= 0) {
      return result >= 0;
    }
    return wanted == result;
  }

  private static @Nullable Long number(Expr expr) {
    if (expr instanceof Expr.Num num) {
      return num.value();
    }
    if (expr instanceof Expr.Word word) {
      return ScriptConstants.number(word.name());
    }
    if (expr instanceof Expr.Or or) {
      Long left = number(or.left());
      Long right = number(or.right());
      return left == null || right == null ? null : Long.valueOf(left | right);
    }
    return null;
  }
}
