package org.netshard.namespace.cgroup;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.lib.Kstrtox;
import org.netshard.protocol.abi.Errno;

/**
 * The control files that cgroups have, by name: those of the core, here, and those of the memory
 * controller.
 *
 * <p><b>Source:</b> {@code kernel/cgroup/cgroup.c}, {@code cgroup_base_files}; {@code
 * kernel/cgroup/cgroup-v1.c}: {@code cgroup1_base_files}.
 *
 * <p><b>Differs from Linux:</b> there are no files of other controllers, and none of CPU and I/O.
 */
final class CgroupFiles {
  private static final String OTHER_CONTROLLERS = "cpuset|cpu|io|hugetlb|pids|rdma|misc|dmem";

  private static final Map<String, Cftype> V1 = make(CgroupVersion.V1);
  private static final Map<String, Cftype> V2 = make(CgroupVersion.V2);

  private CgroupFiles() {}

  /** The files of a version, by name; all kernels share them, as they hold no state. */
  static Map<String, Cftype> of(CgroupVersion version) {
    return version == CgroupVersion.V1 ? V1 : V2;
  }

  private static Map<String, Cftype> make(CgroupVersion version) {
    List<Cftype> files = new ArrayList<>();
    if (version == CgroupVersion.V2) {
      addBase(files);
      addFreezer(files);
      PressureFiles.addTo(files);
      MemoryFiles.addTo(files);
    } else {
      addBase1(files);
      LegacyMemoryFiles.addTo(files);
    }
    Map<String, Cftype> byName = new LinkedHashMap<>();
    files.forEach(file -> byName.put(file.name(), file));
    return Collections.unmodifiableMap(byName);
  }

  private static void addBase(List<Cftype> files) {
    files.add(
        Cftype.core("cgroup.type")
            .notOnRoot()
            .text("cgroup_type_show", file -> ThreadedCgroups.type(file.cgroup()))
            .store("cgroup_type_write", CgroupFiles::storeType));
    files.add(
        Cftype.core("cgroup.procs")
            .show("cgroup_procs_show", (file, out) -> showProcesses(file.cgroup(), out))
            .store("cgroup_procs_write", CgroupMigration::storeProcs));
    files.add(
        Cftype.core("cgroup.threads")
            .text("cgroup_procs_show", file -> threads(file.cgroup()))
            .store("cgroup_threads_write", CgroupMigration::storeThreads));
    files.add(
        Cftype.core("cgroup.controllers")
            .text(
                "cgroup_controllers_show", file -> file.cgroup().own() == null ? "" : "memory\n"));
    files.add(
        Cftype.core("cgroup.subtree_control")
            .text(
                "cgroup_subtree_control_show",
                file -> file.cgroup().memoryInSubtree() ? "memory\n" : "")
            .store(
                "cgroup_subtree_control_write",
                (file, writer, text) -> storeSubtreeControl(file, text)));
    files.add(
        Cftype.core("cgroup.events")
            .notOnRoot()
            .notifies(file -> file.cgroup().eventsFile())
            .text(
                "cgroup_events_show",
                file ->
                    "populated "
                        + (file.cgroup().populated() ? 1 : 0)
                        + "\nfrozen "
                        + (file.cgroup().frozen() ? 1 : 0)
                        + "\n"));
    files.add(
        Cftype.core("cgroup.max.descendants")
            .text("cgroup_max_descendants_show", file -> limit(file.cgroup().maxDescendants))
            .store(
                "cgroup_max_descendants_write",
                (file, writer, text) ->
                    storeLimit(text, max -> file.cgroup().maxDescendants = max)));
    files.add(
        Cftype.core("cgroup.max.depth")
            .text("cgroup_max_depth_show", file -> limit(file.cgroup().maxDepth))
            .store(
                "cgroup_max_depth_write",
                (file, writer, text) -> storeLimit(text, max -> file.cgroup().maxDepth = max)));
    files.add(Cftype.core("cgroup.stat").text("cgroup_stat_show", file -> stat(file.cgroup())));
    files.add(
        Cftype.core("cgroup.kill").notOnRoot().store("cgroup_kill_write", CgroupFiles::storeKill));
  }

  private static void addFreezer(List<Cftype> files) {
    files.add(
        Cftype.core("cgroup.freeze")
            .notOnRoot()
            .text("cgroup_freeze_show", file -> file.cgroup().freezer().freeze ? "1\n" : "0\n")
            .store("cgroup_freeze_write", (file, writer, text) -> storeFreeze(file, text)));
    files.add(
        Cftype.core("cgroup.stat.local")
            .notOnRoot()
            .text(
                "cgroup_core_local_stat_show",
                file ->
                    "frozen_usec "
                        + file.cgroup().freezer().frozenUs(file.tree().memcontrol().nowNs())
                        + "\n"));
  }

  private static int storeFreeze(CgroupOpenFile file, String text) {
    Kstrtox.Parsed freeze = Kstrtox.kstrtoint(Kstrtox.strstrip(text));
    if (freeze.failed()) {
      return freeze.result();
    }
    if (freeze.value() < 0 || freeze.value() > 1) {
      return Errno.ERANGE.negated();
    }
    file.tree().freeze(file.cgroup(), freeze.value() == 1);
    return 0;
  }

  private static void addBase1(List<Cftype> files) {
    files.add(
        Cftype.core("cgroup.procs")
            .text("cgroup_pidlist_show", file -> sortedProcesses(file.cgroup()))
            .store("cgroup1_procs_write", CgroupMigration::storeProcs));
    files.add(
        Cftype.core("cgroup.clone_children")
            .number("cgroup_clone_children_read", file -> file.cgroup().cloneChildren ? 1 : 0)
            .storeNumber(
                "cgroup_clone_children_write",
                (file, value) -> {
                  file.cgroup().cloneChildren = value != 0;
                  return 0;
                }));
    files.add(
        Cftype.core("cgroup.sane_behavior")
            .onlyOnRoot()
            .text("cgroup_sane_behavior_show", file -> "0\n"));
    files.add(
        Cftype.core("tasks")
            .text("cgroup_pidlist_show", file -> sortedThreads(file.cgroup()))
            .store("cgroup1_tasks_write", CgroupMigration::storeThreads));
    files.add(
        Cftype.core("notify_on_release")
            .number("cgroup_read_notify_on_release", file -> file.cgroup().notifyOnRelease ? 1 : 0)
            .storeNumber(
                "cgroup_write_notify_on_release",
                (file, value) -> {
                  file.cgroup().notifyOnRelease = value != 0;
                  return 0;
                }));
  }

  /**
   * Processes in the order in which their first thread came, those whose threads are in cgroups
   * below it after those here. <b>Errors:</b> EOPNOTSUPP for a threaded cgroup.
   */
  private static int showProcesses(Cgroup cgroup, StringBuilder out) {
    if (cgroup.threaded) {
      return Errno.EOPNOTSUPP.negated();
    }
    Set<Integer> seen = new LinkedHashSet<>();
    addProcesses(cgroup, seen);
    out.append(lines(seen));
    return 0;
  }

  private static void addProcesses(Cgroup cgroup, Set<Integer> seen) {
    cgroup.tasks().values().forEach(task -> seen.add(task.tgid()));
    for (Cgroup child : cgroup.children().values()) {
      if (child.threaded) {
        addProcesses(child, seen);
      }
    }
  }

  private static String threads(Cgroup cgroup) {
    return lines(cgroup.tasks().keySet());
  }

  private static String sortedProcesses(Cgroup cgroup) {
    TreeSet<Integer> sorted = new TreeSet<>();
    cgroup.tasks().values().forEach(task -> sorted.add(task.tgid()));
    return lines(sorted);
  }

  private static String sortedThreads(Cgroup cgroup) {
    return lines(new TreeSet<>(cgroup.tasks().keySet()));
  }

  private static String lines(Iterable<Integer> numbers) {
    StringBuilder text = new StringBuilder();
    numbers.forEach(number -> text.append(number).append('\n'));
    return text.toString();
  }

  private static String stat(Cgroup cgroup) {
    MemcgState own = cgroup.own();
    int dying = own == null ? 0 : own.removedBelow();
    return "nr_descendants "
        + cgroup.descendants()
        + "\nnr_subsys_memory "
        + (own == null ? 0 : own.onlineBelow())
        + "\nnr_dying_descendants "
        + dying
        + "\nnr_dying_subsys_memory "
        + dying
        + "\n";
  }

  private static String limit(int max) {
    return max == Integer.MAX_VALUE ? "max\n" : max + "\n";
  }

  @FunctionalInterface
  private interface SetLimit {
    void set(int max);
  }

  private static int storeLimit(String text, SetLimit setter) {
    String stripped = Kstrtox.strstrip(text);
    if (stripped.equals("max")) {
      setter.set(Integer.MAX_VALUE);
      return 0;
    }
    Kstrtox.Parsed max = Kstrtox.kstrtoint(stripped);
    if (max.failed()) {
      return max.result();
    }
    if (max.value() < 0) {
      return Errno.ERANGE.negated();
    }
    setter.set((int) max.value());
    return 0;
  }

  /** Only {@code threaded} may be written, and nothing takes it back. */
  private static int storeType(CgroupOpenFile file, CgroupTask writer, String text) {
    return Kstrtox.strstrip(text).equals("threaded")
        ? file.tree().enableThreaded(file.cgroup())
        : Errno.EINVAL.negated();
  }

  private static int storeSubtreeControl(CgroupOpenFile file, String text) {
    @Nullable Boolean on = null;
    boolean elsewhere = false;
    for (String word : Kstrtox.strstrip(text).split(" ", -1)) {
      if (word.isEmpty()) {
        continue;
      }
      char sign = word.charAt(0);
      String controller = word.substring(1);
      if ((sign != '+' && sign != '-')
          || !(controller.equals("memory") || controller.matches(OTHER_CONTROLLERS))) {
        return Errno.EINVAL.negated();
      }
      if (controller.equals("memory")) {
        on = sign == '+';
      } else {
        // Not in this hierarchy, as if version 1 had it.
        elsewhere |= sign == '+';
      }
    }
    if (elsewhere) {
      return Errno.ENOENT.negated();
    }
    return on == null ? 0 : file.tree().setSubtreeControl(file.cgroup(), on);
  }

  private static int storeKill(CgroupOpenFile file, CgroupTask writer, String text) {
    Kstrtox.Parsed kill = Kstrtox.kstrtoint(Kstrtox.strstrip(text));
    if (kill.failed()) {
      return kill.result();
    }
    if (kill.value() != 1) {
      return Errno.ERANGE.negated();
    }
    if (file.cgroup().threaded) {
      return Errno.EOPNOTSUPP.negated();
    }
    file.tree().killAll(file.cgroup());
    return 0;
  }
}
