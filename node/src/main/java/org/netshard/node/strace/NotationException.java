package org.netshard.node.strace;

/**
 * A value that cannot be understood, such as a constant that does not exist.
 *
 * <p>{@link CallDecoder} and {@link ScriptLine} add the place to it.
 */
final class NotationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String token;

  /**
   * A value that cannot be understood.
   *
   * @param token the part of the text that is wrong
   */
  NotationException(String token, String message) {
    super(message);
    this.token = token;
  }

  String token() {
    return token;
  }
}
