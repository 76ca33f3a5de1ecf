package org.netshard.node.packetdrill.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an event does or expects. */
public sealed interface Action {
  /** How the end of a blocking call is given if the call does not block. */
  long NOT_BLOCKING = -1;

  /**
   * A packet comes or goes.
   *
   * @param packet what it is like
   */
  record Packet(PacketSpec packet) implements Action {}

  /**
   * A system call.
   *
   * @param name its name
   * @param endNs when it ends, if it blocks: nanoseconds, from where its start is counted; else
   *     {@link #NOT_BLOCKING}
   * @param arguments its arguments
   * @param result what it returns
   * @param errno the name of the error that it fails with, or null
   * @param note what the script says of the result, which means nothing
   */
  record Call(
      String name,
      long endNs,
      List<Expr> arguments,
      Expr result,
      @Nullable String errno,
      String note)
      implements Action {
    public Call {
      arguments = List.copyOf(arguments);
    }

    /** Whether it is made by a second thread while the script goes on. */
    public boolean blocks() {
      return endNs != NOT_BLOCKING;
    }
  }

  /**
   * A command of a shell.
   *
   * @param text the text within backquotes
   */
  record Command(String text) implements Action {}

  /**
   * Statements about the state of the connection.
   *
   * @param text the text within {@code %{ }%}
   */
  record Code(String text) implements Action {}
}
