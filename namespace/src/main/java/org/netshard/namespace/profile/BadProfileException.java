package org.netshard.namespace.profile;

/**
 * A kernel profile that cannot be used; the message is one line with file, line, key and reason.
 */
public final class BadProfileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong, with its place. */
  public BadProfileException(String message) {
    super(message);
  }
}
