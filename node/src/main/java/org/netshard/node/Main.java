package org.netshard.node;

import org.netshard.node.cli.NetshardCommand;

/** The program {@code netshard}. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(NetshardCommand.commandLine().execute(args));
  }
}
