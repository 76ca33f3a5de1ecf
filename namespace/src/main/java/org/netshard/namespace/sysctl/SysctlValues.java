package org.netshard.namespace.sysctl;

import org.netshard.protocol.core.Sysctl;

/**
 * A value for every sysctl, as text by slot, and as numbers for those that the model reads.
 *
 * <p>Namespaces share one object until they write, so it changes only where it belongs to one.
 */
final class SysctlValues {
  private static final long[] NO_NUMBERS = {};

  final String[] texts;
  final long[][] numbers;

  private SysctlValues(String[] texts, long[][] numbers) {
    this.texts = texts;
    this.numbers = numbers;
  }

  static SysctlValues empty(int slots) {
    return new SysctlValues(new String[slots], new long[Sysctl.values().length][]);
  }

  SysctlValues copy() {
    return new SysctlValues(texts.clone(), numbers.clone());
  }

  /** The numbers in a text; none if it is no list of numbers. A number above 2^63 is negative. */
  static long[] parse(String text) {
    if (text.isEmpty()) {
      return NO_NUMBERS;
    }
    String[] words = text.split("\t", -1);
    long[] numbers = new long[words.length];
    for (int i = 0; i < words.length; i++) {
      if (!words[i].matches("-?[0-9]{1,20}")) {
        return NO_NUMBERS;
      }
      numbers[i] =
          words[i].startsWith("-") ? Long.parseLong(words[i]) : Long.parseUnsignedLong(words[i]);
    }
    return numbers;
  }
}
