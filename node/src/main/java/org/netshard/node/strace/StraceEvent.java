package org.netshard.node.strace;

import java.util.List;
import org.netshard.protocol.abi.Errno;

/** Something that a log tells of a process, in the order in which it was over. */
public sealed interface StraceEvent {
  /** A time that the log does not tell. */
  long NO_TIME = -1;

  /** The process or thread; 0 is the one that a log without a column of pids begins with. */
  int pid();

  /** Where it is in the log. */
  Place place();

  /**
   * Place and time of an event.
   *
   * @param file the log, as the user named it
   * @param startLine line on which it began, from 1
   * @param endLine line on which it ended
   * @param startNs time at which it began in nanoseconds: since 1970 ({@code -ttt}), since midnight
   *     before the log ({@code -t}, {@code -tt}) or since the log's beginning ({@code -r}); {@link
   *     #NO_TIME} without any of these
   * @param endNs time at which it ended, by the same clock: that of a later line or, with {@code
   *     -T}, the beginning and the duration; else as {@code startNs}
   */
  record Place(String file, int startLine, int endLine, long startNs, long endNs) {
    @Override
    public String toString() {
      return file + ":" + startLine;
    }
  }

  /**
   * A system call.
   *
   * @param pid the process
   * @param name its name
   * @param arguments its arguments; the last ones may lack if the result is not known
   * @param result what it returned
   * @param text the call and its result as the log has it, without pid and time
   * @param place where and when
   */
  record Call(
      int pid, String name, List<StraceValue> arguments, Result result, String text, Place place)
      implements StraceEvent {
    public Call {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * What a call returned.
   *
   * @param kind whether it is known
   * @param value what the kernel returned, errors being {@code -errno}; 0 if not known
   * @param errorName name of the error, also of those that only {@code strace} sees, such as
   *     ERESTARTSYS; empty if there is none
   * @param note what is in parentheses behind it, without them, such as {@code flags O_RDWR}
   */
  record Result(Kind kind, long value, String errorName, String note) {
    /** Whether a result is known. */
    public enum Kind {
      /** The call returned this value. */
      VALUE,
      /** {@code ?}: it did not return, or will be restarted. */
      NONE,
      /** The log ends, or its process did, while the call was under way. */
      UNFINISHED
    }

    /** Nothing was returned as far as the log goes. */
    public static final Result UNFINISHED = new Result(Kind.UNFINISHED, 0, "", "");

    /** A call that returned this: a value or {@code -errno}. */
    public static Result of(long value) {
      Errno errno = Errno.isError(value) ? Errno.byNumber((int) -value) : null;
      return errno == null
          ? new Result(Kind.VALUE, value, "", "")
          : new Result(Kind.VALUE, value, errno.name(), errno.message());
    }

    /** Whether the value is known. */
    public boolean known() {
      return kind == Kind.VALUE;
    }

    /** Whether it is known to be an error. */
    public boolean isError() {
      return kind == Kind.VALUE && !errorName.isEmpty();
    }

    /** Whether it is known to be this error. */
    public boolean is(Errno errno) {
      return isError() && value == errno.negated();
    }

    /** The result as {@code strace} prints it: {@code 3}, {@code -1 EPERM (…)}, {@code ?}. */
    public String text() {
      String shown = kind == Kind.VALUE ? (isError() ? "-1" : Long.toString(value)) : "?";
      String name = errorName.isEmpty() ? "" : " " + errorName;
      return shown + name + (note.isEmpty() ? "" : " (" + note + ")");
    }
  }

  /**
   * A signal that a process received, {@code --- SIGCHLD {si_signo=…} ---}, or one that stopped it.
   *
   * @param pid the process
   * @param signal its name
   * @param stopped whether it stopped the process
   * @param details what is known of it; empty if nothing is
   * @param place where and when
   */
  record Signal(int pid, String signal, boolean stopped, List<StraceValue> details, Place place)
      implements StraceEvent {
    public Signal {
      details = List.copyOf(details);
    }
  }

  /**
   * The end of a process or thread.
   *
   * @param pid the process
   * @param status its exit status, or 0 if a signal killed it
   * @param signal name of the signal that killed it; empty if it exited
   * @param place where and when
   */
  record Exit(int pid, int status, String signal, Place place) implements StraceEvent {}

  /**
   * A thread became its process's only one, by execve in the thread {@code by}.
   *
   * @param pid the process, which goes on
   * @param by the thread that called execve and whose id is gone
   * @param place where and when
   */
  record Superseded(int pid, int by, Place place) implements StraceEvent {}
}
