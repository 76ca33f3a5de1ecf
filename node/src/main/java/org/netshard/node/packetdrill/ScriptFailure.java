package org.netshard.node.packetdrill;

/** What a script expected has not come true; it stops the script. */
final class ScriptFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What was expected and what was found. */
  ScriptFailure(String message) {
    super(message);
  }
}
