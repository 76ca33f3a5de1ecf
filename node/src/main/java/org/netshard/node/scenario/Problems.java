package org.netshard.node.scenario;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What is wrong with a scenario, collected so that the user sees all of it at once. */
final class Problems {
  private static final int SHOWN_MAX = 50;
  private static final int NAMES_MAX = 8;

  private record Problem(Place place, String text) {}

  private final Set<Problem> problems = new LinkedHashSet<>();

  void add(Place place, String text) {
    problems.add(new Problem(place, text.replaceAll("\\s*[\\r\\n]+\\s*", " ")));
  }

  /** Ends the reading if anything is wrong so far. */
  void check() throws ScenarioException {
    if (problems.isEmpty()) {
      return;
    }
    List<String> lines =
        problems.stream()
            .sorted(Comparator.comparing(Problem::place))
            .limit(SHOWN_MAX)
            .map(problem -> problem.place() + ": " + problem.text())
            .collect(Collectors.toCollection(ArrayList::new));
    if (problems.size() > SHOWN_MAX) {
      lines.add("and " + (problems.size() - SHOWN_MAX) + " more");
    }
    throw new ScenarioException(lines);
  }

  /** Some of these names, as a list for a message. */
  static String some(Iterable<String> names) {
    List<String> shown = new ArrayList<>();
    int count = 0;
    for (String name : names) {
      if (count++ < NAMES_MAX) {
        shown.add("`" + name + "`");
      }
    }
    if (count > NAMES_MAX) {
      shown.add((count - NAMES_MAX) + " more");
    }
    return shown.isEmpty() ? "none" : String.join(", ", shown);
  }
}
