package org.netshard.node.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.netshard.namespace.spec.NetnsSpec;

/** The kernels of a scenario and their namespaces, by name. */
final class KernelTable {
  static final int KERNELS_MAX = 100_000;
  private static final long NAMESPACES_MAX = 1_000_000;
  private static final int NAME_LENGTH_MAX = 63;

  private final Problems problems;
  private final Map<String, KernelPlan> byName = new LinkedHashMap<>();
  private final Map<String, Set<KernelPlan>> byNamespace = new LinkedHashMap<>();

  KernelTable(YamlDocument document, ProfileTable profiles, Problems problems) {
    this.problems = problems;
    for (Item item : Item.list(document, "kernels")) {
      addKernels(item, profiles.of(item));
    }
    List<Item> namespaces = Item.list(document, "namespaces");
    if (byName.isEmpty() && namespaces.stream().allMatch(item -> item.has("kernel"))) {
      add(
          new KernelPlan(
              "kernel", new ProfileTable.Resolved(ProfileTable.DEFAULT, ""), List.of(), ""));
    }
    namespaces.stream().filter(item -> !item.has("kernel")).forEach(this::addOwnKernels);
    namespaces.stream().filter(item -> item.has("kernel")).forEach(this::addNamespace);
    long count = byName.values().stream().mapToLong(KernelPlan::namespaceCount).sum();
    if (count > NAMESPACES_MAX) {
      problems.add(
          document.keyPlace("/namespaces"),
          "%d namespaces are too many; at most %d are allowed".formatted(count, NAMESPACES_MAX));
    }
  }

  private void addKernels(Item item, ProfileTable.Resolved profile) {
    String name = item.text("name");
    boolean numbered = name.contains("{}");
    long count = item.number("count", 1);
    if (numbered != item.has("count")) {
      problems.add(
          item.place("name"),
          numbered
              ? "`{}` in the name of a kernel needs `count`"
              : "the name of a kernel with `count` needs `{}` for the number, as in `k-{}`");
      return;
    }
    if (!fits(item, count)) {
      return;
    }
    for (long i = 0; i < count; i++) {
      String one = name.replace("{}", Long.toString(i));
      if (one.length() > NAME_LENGTH_MAX) {
        problems.add(item.place("name"), "name `" + one + "` has more than 63 characters");
        return;
      }
      if (!add(new KernelPlan(one, profile, item.sysctls(), ""))) {
        problems.add(item.place("name"), "there is a kernel `" + one + "` already");
        return;
      }
    }
  }

  private boolean fits(Item item, long count) {
    boolean fits = byName.size() + count <= KERNELS_MAX;
    if (!fits) {
      problems.add(
          item.place("count"),
          "%d kernels are too many; at most %d are allowed"
              .formatted(byName.size() + count, KERNELS_MAX));
    }
    return fits;
  }

  private boolean add(KernelPlan plan) {
    return byName.putIfAbsent(plan.name, plan) == null;
  }

  private void addOwnKernels(Item item) {
    String name = item.text("name");
    long count = item.number("count", 1);
    if (!fits(item, count)) {
      return;
    }
    ProfileTable.Resolved profile = new ProfileTable.Resolved(ProfileTable.DEFAULT, "");
    for (long i = 0; i < count; i++) {
      String one = count > 1 ? name + "-" + i : name;
      KernelPlan plan = new KernelPlan(one, profile, item.sysctls(), one);
      if (one.equals(KernelPlan.INIT) || !add(plan)) {
        problems.add(
            item.place("name"),
            "namespace `%s` has no `kernel`, so it gets one of its own, and there is a kernel `%s` already"
                .formatted(one, one));
        return;
      }
      byNamespace.computeIfAbsent(one, key -> new LinkedHashSet<>(2)).add(plan);
    }
  }

  private void addNamespace(Item item) {
    NetnsSpec spec =
        new NetnsSpec(item.text("name"), (int) item.number("count", 1), item.sysctls());
    for (KernelPlan plan : select(item)) {
      if (plan.hasNamespace(spec)) {
        problems.add(
            item.place("name"),
            "kernel `%s` has a namespace `%s` already".formatted(plan.name, spec.name()));
        return;
      }
      plan.namespaces.add(spec);
      byNamespace.computeIfAbsent(spec.name(), key -> new LinkedHashSet<>()).add(plan);
    }
  }

  /** All kernels, in the order of the file. */
  List<KernelPlan> all() {
    return new ArrayList<>(byName.values());
  }

  /** The kernels that an item's {@code kernel} names. */
  List<KernelPlan> select(Item item) {
    Set<KernelPlan> chosen = new LinkedHashSet<>();
    for (Item one : item.each("kernel")) {
      String text = one.node().asText();
      if (!isPattern(text)) {
        KernelPlan plan = byName.get(text);
        if (plan == null) {
          problems.add(
              one.place(),
              "no kernel is called `%s`; there are %s"
                  .formatted(text, Problems.some(byName.keySet())));
        } else {
          chosen.add(plan);
        }
        continue;
      }
      Pattern regex = regex(text);
      int before = chosen.size();
      byName.values().stream().filter(p -> regex.matcher(p.name).matches()).forEach(chosen::add);
      if (chosen.size() == before) {
        problems.add(
            one.place(),
            "`%s` matches no kernel; there are %s".formatted(text, Problems.some(byName.keySet())));
      }
    }
    return new ArrayList<>(chosen);
  }

  /** The kernels that an item's {@code kernel} names, or all if it names none. */
  List<KernelPlan> selectOrAll(Item item) {
    return item.has("kernel") ? select(item) : all();
  }

  /** The kernels of a task or workload: those it names, or those that have its namespace. */
  List<KernelPlan> selectForProgram(Item item) {
    if (item.has("kernel")) {
      return select(item);
    }
    String netns = item.text("netns", KernelPlan.INIT);
    if (netns.equals(KernelPlan.INIT)) {
      if (byName.size() != 1) {
        problems.add(
            item.place(),
            "key `kernel` or `netns` is missing, and there are %d kernels: %s"
                .formatted(byName.size(), Problems.some(byName.keySet())));
        return List.of();
      }
      return all();
    }
    List<KernelPlan> chosen = new ArrayList<>();
    for (KernelPlan plan : isPattern(netns) ? byName.values() : holders(netns)) {
      if (!plan.matchNamespaces(netns).isEmpty()) {
        chosen.add(plan);
      }
    }
    if (chosen.isEmpty()) {
      problems.add(
          item.place("netns"),
          "no namespace is called `%s`; there are %s"
              .formatted(netns, Problems.some(namespaceNames())));
    }
    return chosen;
  }

  private Set<KernelPlan> holders(String netns) {
    Set<KernelPlan> holders = new LinkedHashSet<>(byNamespace.getOrDefault(netns, Set.of()));
    int dash = netns.lastIndexOf('-');
    if (dash > 0) {
      holders.addAll(byNamespace.getOrDefault(netns.substring(0, dash), Set.of()));
    }
    return holders;
  }

  private Set<String> namespaceNames() {
    Set<String> names = new LinkedHashSet<>();
    names.add(KernelPlan.INIT);
    byName.values().forEach(plan -> names.addAll(plan.namespaceNames()));
    return names;
  }

  /** Whether a name has wild cards. */
  static boolean isPattern(String text) {
    return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
  }

  /** A shell pattern as a regular expression. */
  static Pattern regex(String glob) {
    return Pattern.compile(glob.replace(".", "\\.").replaceAll("\\*+", ".*").replace('?', '.'));
  }
}
