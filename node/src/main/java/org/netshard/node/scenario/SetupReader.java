package org.netshard.node.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.profile.KernelProfiles;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.namespace.spec.SetupLine.Command;

/** Reads the setup: lines of a shell, each for some kernels, before anything runs or at a time. */
final class SetupReader {
  private final KernelTable kernels;
  private final Problems problems;
  private final Map<ProfileTable.Resolved, String> mountPoints = new LinkedHashMap<>();
  private final List<Asked> asked = new ArrayList<>();

  /** Kernels that must have the tasks whose numbers a line asks for. */
  private record Asked(SetupLine line, Place place, List<KernelPlan> plans) {}

  SetupReader(KernelTable kernels, Problems problems) {
    this.kernels = kernels;
    this.problems = problems;
  }

  /** Reads the key {@code setup} of a scenario. */
  void read(Item scenario) {
    JsonNode node = scenario.node().path("setup");
    String pointer = scenario.pointer() + "/setup";
    Item whole = new Item(scenario.document(), pointer, node);
    if (node.isTextual()) {
      block(whole, pointer, node.asText(), SetupLine.BEFORE_ALL, kernels.all());
    }
    for (int i = 0; i < node.size(); i++) {
      Item item = new Item(scenario.document(), pointer + "/" + i, node.get(i));
      if (item.node().isTextual()) {
        block(item, item.pointer(), item.node().asText(), SetupLine.BEFORE_ALL, kernels.all());
      } else {
        group(item);
      }
    }
  }

  /** Lines that share their kernels and their time. */
  private void group(Item item) {
    long atNs = item.nanos("at", SetupLine.BEFORE_ALL, problems);
    List<KernelPlan> plans = kernels.selectOrAll(item);
    for (Item one : item.each("lines")) {
      block(one, one.pointer(), one.node().asText(), atNs, plans);
    }
  }

  private void block(Item item, String pointer, String text, long atNs, List<KernelPlan> plans) {
    List<String> rows = text.lines().toList();
    for (int row = 0; row < rows.size(); row++) {
      String line = rows.get(row).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        line(line, item.document().placeWithin(pointer, row, line), atNs, plans);
      }
    }
  }

  private void line(String text, Place place, long atNs, List<KernelPlan> plans) {
    List<SetupLine> lines;
    try {
      lines = SetupNotation.parse(text, place, atNs);
    } catch (SetupNotation.BadLineException e) {
      problems.add(
          new Place(place.file(), place.line(), place.column() + e.column() - 1),
          String.valueOf(e.getMessage()));
      return;
    }
    for (SetupLine line : lines) {
      for (KernelPlan plan : plans) {
        plan.setup.add(line);
        noteCgroup(line, plan);
      }
      asked.add(new Asked(line, place, plans));
    }
  }

  /** Notes the cgroups that a line makes before anything runs, so that tasks can be in them. */
  private void noteCgroup(SetupLine line, KernelPlan plan) {
    boolean makes = line.command() == Command.MKDIR || line.command() == Command.MKDIR_PARENTS;
    String mount = mountPoints.computeIfAbsent(plan.profile, SetupReader::mountPoint);
    if (!makes || line.atNs() != SetupLine.BEFORE_ALL || !line.path().startsWith(mount + "/")) {
      return;
    }
    String path = line.path().substring(mount.length()).replaceAll("/+", "/").replaceAll("/$", "");
    plan.setupCgroups.add(path);
    for (int slash = path.lastIndexOf('/');
        line.command() == Command.MKDIR_PARENTS && slash > 0;
        slash = path.lastIndexOf('/', slash - 1)) {
      plan.setupCgroups.add(path.substring(0, slash));
    }
  }

  private static String mountPoint(ProfileTable.Resolved profile) {
    int version = KernelProfiles.load(profile.base(), profile.text()).cgroupVersion();
    return (version == 1 ? CgroupVersion.V1 : CgroupVersion.V2).mountPoint();
  }

  /** Checks, when all tasks have been read, that those are there whose numbers are asked for. */
  void checkTasks() {
    for (Asked one : asked) {
      String all = one.line().path() + " " + one.line().text();
      String stray = SetupNotation.strayVariable(all);
      if (stray != null) {
        problems.add(
            one.place(),
            "`%s` is no variable; allowed is $NAME.pid, the number of task NAME"
                .formatted(stray.strip()));
      }
      for (String name : SetupNotation.tasks(all)) {
        checkTask(name, one);
      }
    }
  }

  private void checkTask(String name, Asked one) {
    for (KernelPlan plan : one.plans()) {
      Set<String> names = new LinkedHashSet<>();
      plan.tasks.forEach(task -> names.add(task.name()));
      plan.workloads.forEach(workload -> names.addAll(workload.taskNames()));
      if (!names.contains(name)) {
        problems.add(
            one.place(),
            "kernel `%s` has no task `%s`; it has %s"
                .formatted(plan.name, name, Problems.some(names)));
        return;
      }
    }
  }
}
