package org.netshard.node.scenario;

/** A line of {@code ip} or {@code tc} that cannot be understood: which word is wrong, and why. */
final class BadIpException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int word;

  BadIpException(int word, String problem) {
    super(problem);
    this.word = word;
  }

  /** The number of the word, from 0; as many as there are if one is missing. */
  int word() {
    return word;
  }
}
