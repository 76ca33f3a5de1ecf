package org.netshard.node;

import org.netshard.node.cli.ExitCodes;
import org.netshard.node.cli.NetshardCommand;

/** The program {@code netshard}. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String[] args) {
    try {
      return NetshardCommand.commandLine().execute(args);
    } catch (OutOfMemoryError e) {
      System.err.println(
          "netshard: there is not enough memory; NETSHARD_JAVA_OPTS=-Xmx8g gives the JVM more");
      return ExitCodes.DIFFERENT;
    }
  }
}
