package org.netshard.node.strace;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Names that a mistyped one may have meant. */
final class Suggestions {
  private Suggestions() {}

  /** The known names that are nearest, if any is near. */
  static List<String> near(String name, Iterable<String> known, int countMax) {
    int distanceMax = Math.max(1, name.length() / 4);
    Map<String, Integer> near = new TreeMap<>();
    for (String candidate : known) {
      int distance = distance(name, candidate, distanceMax);
      if (distance <= distanceMax) {
        near.put(candidate, distance);
      }
    }
    return near.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .limit(countMax)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** {@code ; did you mean a or b?}, or nothing. */
  static String didYouMean(List<String> near) {
    return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
  }

  /** Levenshtein's distance, or more than the bound. */
  private static int distance(String a, String b, int bound) {
    if (Math.abs(a.length() - b.length()) > bound) {
      return bound + 1;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
