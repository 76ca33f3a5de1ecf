package org.netshard.namespace.actor;

/** A kernel cannot be what its spec says; the message is one line that names the place. */
public final class BadSpecException extends Exception {
  private static final long serialVersionUID = 1;

  private final String line;

  /** What is wrong, in one line. */
  public BadSpecException(String line) {
    super(line);
    this.line = line;
  }

  /** What is wrong, in one line. */
  public String line() {
    return line;
  }
}
