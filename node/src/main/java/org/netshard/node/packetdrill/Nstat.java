package org.netshard.node.packetdrill;

import java.util.Map;
import java.util.TreeMap;
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

  /** Whether a counter whose name has this text in it has been counted. */
  static boolean grew(Map<String, Long> before, Map<String, Long> now, String text) {
    return now.entrySet().stream()
        .anyMatch(
            counter ->
                counter.getKey().contains(text)
                    && counter.getValue() > before.getOrDefault(counter.getKey(), 0L));
  }
}
