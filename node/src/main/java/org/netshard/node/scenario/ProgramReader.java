package org.netshard.node.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.netshard.namespace.spec.ScriptedCall;
import org.netshard.namespace.spec.TaskSpec;
import org.netshard.namespace.spec.WorkloadSpec;
import org.netshard.protocol.cred.Capability;

/** Reads tasks and workloads, and puts each onto its kernels. */
final class ProgramReader {
  private static final long PROGRAMS_MAX = 1_000_000;
  private static final int TASK_NOFILE = 1024;

  private final KernelTable kernels;
  private final CallReader calls;
  private final Problems problems;
  private long count;

  ProgramReader(KernelTable kernels, CallReader calls, Problems problems) {
    this.kernels = kernels;
    this.calls = calls;
    this.problems = problems;
  }

  /** Reads one of {@code tasks}. */
  void task(Item item) {
    List<ScriptedCall> script = calls.calls(item);
    int uid = (int) item.number("uid", 0);
    List<Integer> groups = new ArrayList<>();
    item.node().path("groups").forEach(group -> groups.add((int) group.asLong()));
    TaskSpec template =
        new TaskSpec(
            item.text("name"),
            "",
            item.text("cgroup", KernelPlan.ROOT),
            uid,
            (int) item.number("gid", item.number("uid", 0)),
            groups,
            caps(item, uid),
            (int) item.number("nofile", TASK_NOFILE),
            item.nanos("start", 0, problems),
            script,
            item.bytes("rss", 0, problems),
            (int) item.number("oomScoreAdj", 0));
    Map<String, TaskSpec> made = new LinkedHashMap<>();
    BiFunction<String, String, TaskSpec> maker =
        (name, netns) ->
            made.computeIfAbsent(name + " " + netns, key -> placed(template, name, netns));
    place(item, (plan, name, netns) -> plan.tasks.add(maker.apply(name, netns)));
  }

  private static TaskSpec placed(TaskSpec template, String name, String netns) {
    return new TaskSpec(
        name,
        netns,
        template.cgroup(),
        template.uid(),
        template.gid(),
        template.groups(),
        template.caps(),
        template.nofile(),
        template.startNs(),
        template.calls(),
        template.rssBytes(),
        template.oomScoreAdj());
  }

  /** Reads one of {@code workloads}. */
  void workload(Item item) {
    WorkloadReader reader = new WorkloadReader(item, calls, problems);
    long caps = caps(item, (int) item.number("uid", 0));
    int parallel = Math.toIntExact(item.number("parallel", 1));
    count += parallel - 1L;
    place(
        item,
        (plan, name, netns) -> {
          WorkloadSpec workload = reader.read(name, netns, caps);
          plan.workloads.add(workload);
          for (String task : workload.taskNames()) {
            if (!task.equals(name) && !plan.programs.add(task)) {
              problems.add(
                  item.place("name"),
                  "kernel `%s` has a task or workload `%s` already".formatted(plan.name, task));
              return;
            }
          }
        });
  }

  /** Takes one program of a kernel. */
  private interface Adder {
    void add(KernelPlan plan, String name, String netns);
  }

  private void place(Item item, Adder adder) {
    String pattern = item.text("netns", KernelPlan.INIT);
    String cgroup = item.text("cgroup", KernelPlan.ROOT);
    for (KernelPlan plan : kernels.selectForProgram(item)) {
      List<String> namespaces = plan.matchNamespaces(pattern);
      if (namespaces.isEmpty()) {
        problems.add(
            item.place("netns"),
            "kernel `%s` has no namespace `%s`; it has %s"
                .formatted(plan.name, pattern, Problems.some(plan.namespaceNames())));
        return;
      }
      if (!plan.hasCgroup(cgroup)) {
        problems.add(
            item.place("cgroup"),
            "kernel `%s` has no cgroup `%s`; it has %s"
                .formatted(plan.name, cgroup, Problems.some(cgroups(plan))));
        return;
      }
      count += namespaces.size();
      if (count > PROGRAMS_MAX) {
        problems.add(
            item.place(), "this is more than " + PROGRAMS_MAX + " tasks and workloads in all");
        return;
      }
      if (!placeOn(plan, item, namespaces, adder)) {
        return;
      }
    }
  }

  private boolean placeOn(KernelPlan plan, Item item, List<String> namespaces, Adder adder) {
    String name = item.text("name");
    if (!plan.programs.add(name)) {
      problems.add(
          item.place("name"),
          "kernel `%s` has a task or workload `%s` already".formatted(plan.name, name));
      return false;
    }
    for (String netns : namespaces) {
      adder.add(plan, namespaces.size() == 1 ? name : name + "@" + netns, netns);
    }
    return true;
  }

  private static List<String> cgroups(KernelPlan plan) {
    List<String> paths = new ArrayList<>();
    paths.add(KernelPlan.ROOT);
    plan.cgroups.forEach(cgroup -> paths.add(cgroup.path()));
    paths.addAll(plan.setupCgroups);
    return paths;
  }

  private long caps(Item item, int uid) {
    JsonNode node = item.node().path("caps");
    if (node.isMissingNode()) {
      return uid == 0 ? Capability.ALL : 0;
    }
    long caps = 0;
    for (Item one : item.each("caps")) {
      String name = one.node().asText();
      Capability capability = Capability.byName(name);
      if (capability != null) {
        caps |= capability.bit();
      } else if (name.equals("all")) {
        caps = Capability.ALL;
      } else if (!name.equals("none")) {
        problems.add(
            one.place(),
            "there is no capability `%s`; there are CAP_CHOWN to CAP_CHECKPOINT_RESTORE"
                .formatted(name));
      }
    }
    return caps;
  }
}
