package org.netshard.node.scenario;

import java.util.List;
import java.util.Map;

/** The words of a command, read one after the other; what is wrong is told with its word. */
class CommandWords {
  private final List<String> words;
  private final Map<String, Integer> devices;
  private final String allowed;
  private int at;

  /**
   * The words behind a command.
   *
   * @param devices the indexes of the devices that are there, by name
   * @param allowed what may be said, for messages
   */
  CommandWords(List<String> words, Map<String, Integer> devices, String allowed) {
    this.words = words;
    this.devices = devices;
    this.allowed = allowed;
  }

  final boolean more() {
    return at < words.size();
  }

  final String next(String what) throws BadWordException {
    if (!more()) {
      throw missing(what);
    }
    return words.get(at++);
  }

  /** The word that comes next, which stays; empty if there is none. */
  final String peek() {
    return more() ? words.get(at) : "";
  }

  /** Goes past a word, if it is the next one. */
  final boolean skip(String word) {
    boolean there = more() && words.get(at).equals(word);
    at += there ? 1 : 0;
    return there;
  }

  /** The word that was read last comes next again. */
  final void back() {
    at--;
  }

  /** Something ought to come next. */
  final BadWordException missing(String what) {
    return new BadWordException(at, what + " is missing; allowed are " + allowed);
  }

  /** What comes next, or is not there, is wrong. */
  final BadWordException badHere(String problem) {
    return new BadWordException(at, problem);
  }

  /** The word that was read last is wrong. */
  final BadWordException bad(String problem) {
    return new BadWordException(at - 1, problem);
  }

  /** The word that was read last is not understood. */
  final BadWordException wrong(String what) {
    return bad(what + " is not simulated; allowed are " + allowed);
  }

  final int number(String what) throws BadWordException {
    String word = next(what);
    try {
      return Integer.parseUnsignedInt(word);
    } catch (NumberFormatException e) {
      throw bad("`" + word + "` is no number for " + what);
    }
  }

  /** The index of a device that is there. */
  final int device() throws BadWordException {
    String name = next("a device");
    Integer index = devices.get(name);
    if (index == null) {
      String there = String.join(", ", devices.keySet());
      throw bad("device `" + name + "` is not there; allowed is " + there);
    }
    return index;
  }
}
