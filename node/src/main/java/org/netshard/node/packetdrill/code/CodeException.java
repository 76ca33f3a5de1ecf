package org.netshard.node.packetdrill.code;

/** Statements that cannot be understood or carried out, or a statement that does not hold. */
public final class CodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;

  CodeException(int line, String problem) {
    super(problem);
    this.line = line;
  }

  /** Line of the statements, from 0. */
  public int line() {
    return line;
  }
}
