package org.netshard.node.scenario;

/** A command that cannot be understood: which word is wrong, and why. */
final class BadWordException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int word;

  BadWordException(int word, String problem) {
    super(problem);
    this.word = word;
  }

  /** The number of the word, from 0; as many as there are if one is missing. */
  int word() {
    return word;
  }
}
