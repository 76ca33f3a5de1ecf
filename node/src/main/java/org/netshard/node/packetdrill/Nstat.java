package org.netshard.node.packetdrill;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.net.ProcMibs;

/** Counters as {@code nstat} shows them: only those that have been counted since it last looked. */
final class Nstat {
  private Nstat() {}

  /** All counters of a namespace by the names that {@code nstat} has for them. */
  static Map<String, Long> counters(NetState net) {
    Map<String, Long> counters = new TreeMap<>();
    table(ProcMibs.netstat(net), counters);
    table(ProcMibs.snmp(net), counters);
    for (String line : ProcMibs.snmp6(net).split("\n")) {
      String[] words = line.trim().split("\\s+");
      counters.put(words[0], Long.parseLong(words[1]));
    }
    return counters;
  }

  /** Lines in pairs: names, then values. */
  private static void table(String text, Map<String, Long> counters) {
    String[] lines = text.split("\n");
    for (int i = 0; i + 1 < lines.length; i += 2) {
      String[] names = lines[i].split(" ");
      String[] values = lines[i + 1].split(" ");
      String group = names[0].replace(":", "");
      for (int column = 1; column < Math.min(names.length, values.length); column++) {
        counters.put(group + names[column], Long.parseLong(values[column]));
      }
    }
  }

  /** What {@code nstat} prints of the counters that have been counted, one a line. */
  static List<String> lines(Map<String, Long> before, Map<String, Long> now) {
    List<String> lines = new ArrayList<>();
    now.forEach(
        (name, value) -> {
          long more = value - before.getOrDefault(name, 0L);
          if (more > 0) {
            lines.add(String.format(Locale.ROOT, "%-32s%-16d%6.1f", name, more, 0.0));
          }
        });
    return lines;
  }

  /**
   * A basic regular expression of {@code grep}, without its backslashes.
   *
   * @throws PatternSyntaxException if it is none
   */
  static Pattern pattern(String text) {
    if (text.indexOf('\\') >= 0) {
      throw new PatternSyntaxException("backslash", text, text.indexOf('\\'));
    }
    return Pattern.compile(text.replaceAll("[+?(){}|]", "\\\\$0"));
  }
}
