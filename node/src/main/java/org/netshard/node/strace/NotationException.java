package org.netshard.node.strace;

/**
 * A value that cannot be understood, such as a constant that does not exist.
 *
 * <p>{@link CallDecoder} and {@link ScriptLine} add the place to it.
 */
final class NotationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String token;
  private final String problem;

  /**
   * A value that cannot be understood.
   *
   * @param token the part of the text that is wrong
   * @param problem what is wrong with it
   */
  NotationException(String token, String problem) {
    super(problem);
    this.token = token;
    this.problem = problem;
  }

  String problem() {
    return problem;
  }

  String token() {
    return token;
  }
}
