package org.netshard.namespace.spec;

import java.util.Arrays;
import java.util.List;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.UserMem;

/**
 * A call that a task makes, and what the user expects of it.
 *
 * @param call the call; arguments named in {@code variables} are filled in when it is made
 * @param variables arguments that take a kept result
 * @param keepAs keeps the result under this name; empty for none
 * @param expected what the result must be
 * @param written what the call must have written to memory if it succeeds as expected
 * @param text the call as the user wrote it
 * @param place file, line and column of the user's line
 * @param delayNs virtual time to let pass before the call
 */
public record ScriptedCall(
    Syscall call,
    List<Variable> variables,
    String keepAs,
    Expectation expected,
    List<Written> written,
    String text,
    String place,
    long delayNs) {
  public ScriptedCall {
    variables = List.copyOf(variables);
    written = List.copyOf(written);
  }

  /**
   * An argument that takes a kept result.
   *
   * @param argument index of the argument
   * @param name the name it was kept under
   */
  public record Variable(int argument, String name) {}

  /**
   * What a call must write to the memory of an argument.
   *
   * @param argument index of the argument
   * @param content the first bytes there
   * @param text the same as the user wrote it
   */
  public record Written(int argument, UserMem content, String text) {
    /** Whether memory begins with these bytes. */
    public boolean isIn(UserMem mem) {
      return mem.accessible(0, content.size())
          && Arrays.equals(content.content(), mem.get(0, content.size()));
    }
  }

  /**
   * What the result of a call must be.
   *
   * @param kind whether there is an expectation, and of what
   * @param value the number, or the negated errno
   * @param variable the kept result that it must equal, if the kind says so
   */
  public record Expectation(Kind kind, long value, String variable) {
    /** Nothing is expected. */
    public static final Expectation NONE = new Expectation(Kind.NONE, 0, "");

    /** What is expected. */
    public enum Kind {
      /** Nothing. */
      NONE,
      /** This number or negated errno. */
      VALUE,
      /** What was kept under a name. */
      VARIABLE
    }
  }
}
