package org.netshard.node.strace;

import org.netshard.node.strace.StraceEvent.Result;
import org.netshard.node.strace.StraceEvent.Result.Kind;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.protocol.abi.Errno;

/**
 * Reads what follows the equals sign of a call.
 *
 * <p><b>Source:</b> {@code strace-6.1/src/syscall.c}, {@code print_syscall_resume}.
 */
final class ResultParser {
  private static final long NS = 1_000_000_000L;

  private final Cursor in;
  private long durationNs = StraceEvent.NO_TIME;

  ResultParser(Cursor in) {
    this.in = in;
  }

  /** How long the call took, if the log says so ({@code -T}). */
  long durationNs() {
    return durationNs;
  }

  Result read() {
    if (in.take("?")) {
      in.skipSpaces();
      in.take("<unavailable>");
      in.skipSpaces();
      return new Result(Kind.NONE, 0, in.word(), rest());
    }
    int start = in.position();
    StraceValue value = ValueParser.parse(in).plain();
    if (!(value instanceof IntValue number)) {
      in.position(start);
      throw in.expected("a number or '?'");
    }
    in.skipSpaces();
    if (number.value() != -1) {
      return new Result(Kind.VALUE, number.value(), "", rest());
    }
    int nameAt = in.position();
    String name = in.word();
    String note = rest();
    if (!name.isEmpty()) {
      return error(name, note, nameAt);
    }
    if (note.matches("errno [0-9]{1,4}.*")) {
      int errno = Integer.parseInt(note.split("[ )]")[1]);
      return new Result(Kind.VALUE, -errno, "errno " + errno, note);
    }
    return new Result(Kind.VALUE, -1, "", note);
  }

  private Result error(String name, String note, int nameAt) {
    Errno errno = Errno.byName(name);
    if (errno != null) {
      return new Result(Kind.VALUE, errno.negated(), name, note);
    }
    int kernelOnly = kernelOnly(name);
    if (kernelOnly == 0) {
      in.position(nameAt);
      throw in.expected("the name of an error");
    }
    return new Result(Kind.VALUE, -kernelOnly, name, note);
  }

  /** Errors of {@code include/linux/errno.h} and other names of those that programs see. */
  private static int kernelOnly(String name) {
    return switch (name) {
      case "ERESTARTSYS" -> 512;
      case "ERESTARTNOINTR" -> 513;
      case "ERESTARTNOHAND" -> 514;
      case "ENOIOCTLCMD" -> 515;
      case "ERESTART_RESTARTBLOCK" -> 516;
      case "EPROBE_DEFER" -> 517;
      case "EOPENSTALE" -> 518;
      case "ENOPARAM" -> 519;
      case "EBADHANDLE" -> 521;
      case "ENOTSYNC" -> 522;
      case "EBADCOOKIE" -> 523;
      case "ENOTSUPP" -> 524;
      case "ETOOSMALL" -> 525;
      case "ESERVERFAULT" -> 526;
      case "EBADTYPE" -> 527;
      case "EJUKEBOX" -> 528;
      case "EIOCBQUEUED" -> 529;
      case "ERECALLCONFLICT" -> 530;
      case "EWOULDBLOCK" -> Errno.EAGAIN.number();
      case "EDEADLOCK" -> Errno.EDEADLK.number();
      default -> 0;
    };
  }

  /** Notes in parentheses, and the duration. */
  private String rest() {
    in.skipSpaces();
    int start = in.position();
    String rest = in.rest();
    int duration = rest.lastIndexOf('<');
    if (rest.endsWith(">") && duration >= 0 && rest.substring(duration).matches("<[0-9.]+>")) {
      in.position(start + duration + 1);
      durationNs = LinePrefix.number(in) * NS + LinePrefix.fraction(in);
      rest = rest.substring(0, duration).stripTrailing();
    }
    if (rest.isEmpty()) {
      return "";
    }
    in.position(start);
    if (!rest.startsWith("(")) {
      throw in.expected("'(' or the end of the line");
    }
    if (!rest.endsWith(")")) {
      in.position(start + rest.length());
      throw in.expected("')'");
    }
    return rest.substring(1, rest.length() - 1);
  }
}
