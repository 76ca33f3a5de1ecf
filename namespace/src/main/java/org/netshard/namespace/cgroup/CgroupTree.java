package org.netshard.namespace.cgroup;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;

/**
 * The cgroups of one kernel: directories, the tasks in them, and the memory controller.
 *
 * <p>The memory controller is enabled in the root's {@code cgroup.subtree_control}, as service
 * managers leave it; deeper down, version 2 wants it to be enabled level by level.
 *
 * <p><b>Source:</b> {@code kernel/cgroup/cgroup.c}: {@code cgroup_mkdir}, {@code cgroup_rmdir},
 * {@code cgroup_attach_task}, {@code cgroup_subtree_control_write}; {@code mm/oom_kill.c}: {@code
 * select_bad_process}.
 */
public final class CgroupTree {
  private static final CgroupTasks NO_TASKS =
      new CgroupTasks() {
        @Override
        public @Nullable CgroupTask find(int pid) {
          return null;
        }

        @Override
        public List<CgroupTask> threadGroup(int tgid) {
          return List.of();
        }
      };

  /** {@link #takeKiller} of those for whose memory there was no room. */
  public static final String OOM_KILLER = "the OOM killer";

  /** {@link #takeKiller} of those whom a write to {@code cgroup.kill} ends. */
  public static final String CGROUP_KILL = "cgroup.kill";

  private static final ArrayDeque<Integer> NOBODY = new ArrayDeque<>(0);

  private final Memcontrol memcontrol;
  private final Cgroup root;
  private final Map<String, Cftype> files;
  private ArrayDeque<Integer> kills = NOBODY;
  private Map<Integer, String> killers = Map.of();
  private CgroupTasks tasks = NO_TASKS;
  private Set<Integer> asked = Set.of();
  private boolean thawed;

  /**
   * A tree with a root only.
   *
   * @param version the hierarchy that the memory controller is on
   * @param cpus CPUs that keep charges in stock; 0 if every charge is exact
   */
  public CgroupTree(CgroupVersion version, int cpus) {
    memcontrol = new Memcontrol(version, cpus, this::kill);
    files = CgroupFiles.of(version);
    root = new Cgroup(null, "", Cgroup.Owner.ROOT, new MemcgState(memcontrol, null, "/"));
    root.setMemoryInSubtree(true);
  }

  /** The memory controller. */
  public Memcontrol memcontrol() {
    return memcontrol;
  }

  /** The root. */
  public Cgroup root() {
    return root;
  }

  /** Gives it the tasks of its kernel. */
  public void setTasks(CgroupTasks newTasks) {
    tasks = newTasks;
  }

  /** The tasks of its kernel. */
  CgroupTasks tasks() {
    return tasks;
  }

  /** The control file of this name that a cgroup has now, or null. */
  public @Nullable Cftype file(Cgroup cgroup, String name) {
    Cftype file = files.get(name);
    return file != null && file.isIn(cgroup) ? file : null;
  }

  /** The cgroup at an absolute path, or null. */
  public @Nullable Cgroup find(String path) {
    Cgroup cgroup = root;
    for (String name : path.split("/", -1)) {
      if (cgroup != null && !name.isEmpty()) {
        cgroup = cgroup.children().get(name);
      }
    }
    return cgroup;
  }

  /**
   * {@code cgroup_mkdir}, for a name that is not there.
   *
   * <p><b>Errors</b>, in order: EINVAL for a name with a newline, ENODEV if the directory was
   * removed, EAGAIN past {@code cgroup.max.descendants} or {@code cgroup.max.depth} of one above.
   *
   * @return 0 or {@code -errno}
   */
  public int mkdir(Cgroup parent, String name, Cgroup.Owner owner) {
    if (name.indexOf('\n') >= 0) {
      return Errno.EINVAL.negated();
    }
    if (parent.removed()) {
      return Errno.ENODEV.negated();
    }
    int depth = 1;
    for (Cgroup above = parent; above != null; above = above.parent()) {
      if (above.maxDescendants != Integer.MAX_VALUE
          && above.descendants() >= above.maxDescendants) {
        return Errno.EAGAIN.negated();
      }
      if (depth > above.maxDepth) {
        return Errno.EAGAIN.negated();
      }
      depth++;
    }
    Cgroup made = new Cgroup(parent, name, owner, null);
    parent.add(made);
    if (parent.frozen()) {
      made.freezer().setEffective(true, memcontrol.nowNs());
    }
    if (memcontrol.version() == CgroupVersion.V1 || parent.memoryInSubtree()) {
      enable(made);
    }
    return 0;
  }

  /**
   * {@code cgroup_rmdir}.
   *
   * <p><b>Errors:</b> EBUSY with tasks or directories in it, or for the root.
   *
   * @return 0 or {@code -errno}
   */
  public int rmdir(Cgroup cgroup) {
    Cgroup parent = cgroup.parent();
    if (parent == null || !cgroup.tasks().isEmpty() || !cgroup.children().isEmpty()) {
      return Errno.EBUSY.negated();
    }
    parent.remove(cgroup);
    cgroup.setRemoved();
    disable(cgroup);
    return 0;
  }

  private void enable(Cgroup cgroup) {
    Cgroup parent = cgroup.parent();
    MemcgState above = parent == null ? root.memcg() : parent.memcg();
    cgroup.setOwn(new MemcgState(memcontrol, above, cgroup.path()));
  }

  private static void disable(Cgroup cgroup) {
    MemcgState own = cgroup.own();
    if (own != null) {
      cgroup.setOwn(null);
      own.offline();
    }
  }

  /**
   * Enables or disables the memory controller for the directories in one. With version 1 every
   * directory has it.
   *
   * <p><b>Errors</b>, in order: ENOENT if the controller is not enabled here; to enable it, those
   * of {@link ThreadedCgroups#mayEnable}; EBUSY to disable it below one where it is still enabled.
   *
   * @return 0 or {@code -errno}
   */
  public int setSubtreeControl(Cgroup cgroup, boolean on) {
    if (on == cgroup.memoryInSubtree() || memcontrol.version() == CgroupVersion.V1) {
      return 0;
    }
    if (on && cgroup.own() == null) {
      return Errno.ENOENT.negated();
    }
    int enabled = on ? ThreadedCgroups.mayEnable(cgroup) : 0;
    if (enabled < 0) {
      return enabled;
    }
    if (!on && cgroup.children().values().stream().anyMatch(Cgroup::memoryInSubtree)) {
      return Errno.EBUSY.negated();
    }
    cgroup.setMemoryInSubtree(on);
    for (Cgroup child : cgroup.children().values()) {
      if (on && !child.threaded) {
        enable(child);
      } else if (!on) {
        disable(child);
      }
    }
    return 0;
  }

  /**
   * Makes a cgroup threaded; it loses its memory cgroup, if it had one.
   *
   * <p><b>Errors:</b> those of {@link ThreadedCgroups#enable}.
   *
   * @return 0 or {@code -errno}
   */
  int enableThreaded(Cgroup cgroup) {
    Cgroup parent = cgroup.parent();
    int result = parent == null ? 0 : ThreadedCgroups.enable(cgroup, parent);
    if (result == 0) {
      disable(cgroup);
    }
    return result;
  }

  /** Puts a new task where its parent is. */
  public void fork(Cgroup cgroup, CgroupTask task) {
    cgroup.tasks().put(task.pid(), task);
    cgroup.updatePopulated();
  }

  /** Takes a task out that has ended. */
  public void exit(Cgroup cgroup, CgroupTask task) {
    if (cgroup.tasks().remove(task.pid()) == null) {
      throw new IllegalStateException(cgroup + " has no task " + task.pid());
    }
    cgroup.updatePopulated();
  }

  /**
   * Whether tasks may move into a cgroup.
   *
   * <p><b>Errors:</b> with version 2, those of {@link ThreadedCgroups#mayAttach}.
   *
   * @return 0 or {@code -errno}
   */
  public int mayAttach(Cgroup cgroup) {
    return memcontrol.version() == CgroupVersion.V1 ? 0 : ThreadedCgroups.mayAttach(cgroup);
  }

  /** Moves a task; what it was charged for stays where it is ({@code cgroup_attach_task}). */
  public void attach(CgroupTask task, Cgroup to) {
    if (task.cgroup() != to) {
      Cgroup from = task.cgroup();
      thawed |= from.frozen();
      // It comes before it goes, so that nothing above both is empty meanwhile.
      task.setCgroup(to);
      fork(to, task);
      exit(from, task);
    }
  }

  /** Stops the tasks of a cgroup and all below it, or lets them go on ({@code cgroup_freeze}). */
  void freeze(Cgroup cgroup, boolean freeze) {
    Freezer freezer = cgroup.freezer();
    if (freezer.freeze != freeze) {
      freezer.freeze = freeze;
      Cgroup parent = cgroup.parent();
      propagateFreeze(cgroup, parent != null && parent.frozen());
    }
  }

  private void propagateFreeze(Cgroup cgroup, boolean fromAbove) {
    Freezer freezer = cgroup.freezer();
    boolean effective = freezer.freeze || fromAbove;
    if (effective == freezer.effective()) {
      return;
    }
    freezer.setEffective(effective, memcontrol.nowNs());
    cgroup.frozenChanged();
    thawed |= !effective;
    cgroup.children().values().forEach(child -> propagateFreeze(child, effective));
  }

  /** Whether tasks that stood still may go on, or have ended; asked once. */
  public boolean takeThawed() {
    boolean asked = thawed;
    thawed = false;
    return asked;
  }

  /** All cgroups, each before those in it. */
  public List<Cgroup> all() {
    return all(root);
  }

  private static List<Cgroup> all(Cgroup top) {
    List<Cgroup> found = new ArrayList<>();
    collect(top, found);
    return found;
  }

  private static void collect(Cgroup cgroup, List<Cgroup> found) {
    found.add(cgroup);
    for (Cgroup child : cgroup.children().values()) {
      collect(child, found);
    }
  }

  private void addKill(int tgid) {
    if (kills == NOBODY) {
      kills = new ArrayDeque<>(1);
    }
    kills.addLast(tgid);
    thawed = true;
  }

  /** Kills a thread group as something else than memory asks for, such as a signal. */
  public void kill(int tgid, String killer) {
    if (!kills.contains(tgid)) {
      if (killers.isEmpty()) {
        killers = new TreeMap<>();
      }
      killers.put(tgid, killer);
      addKill(tgid);
    }
  }

  /** Thread groups to be killed, in order; the kernel takes them. */
  public ArrayDeque<Integer> kills() {
    return kills;
  }

  /** {@code out_of_memory} of a memory cgroup: the process with most memory in it. */
  private boolean kill(MemcgState over) {
    CgroupTask chosen = null;
    Cgroup where = null;
    long most = Long.MIN_VALUE;
    for (Cgroup cgroup : all()) {
      if (!below(cgroup.memcg(), over)) {
        continue;
      }
      for (CgroupTask task : cgroup.tasks().values()) {
        if (kills.contains(task.tgid())) {
          // Somebody is ending already and will give memory back.
          return true;
        }
        long points = badness(task, over);
        if (points != Long.MIN_VALUE && points >= most) {
          most = points;
          chosen = task;
          where = cgroup;
        }
      }
    }
    if (chosen == null || where == null) {
      return false;
    }
    killChosen(chosen, where, over);
    return true;
  }

  private void killChosen(CgroupTask chosen, Cgroup where, MemcgState over) {
    Cgroup group = null;
    for (Cgroup cgroup = where; cgroup != null; cgroup = cgroup.parent()) {
      MemcgState own = cgroup.own();
      if (own != null && own.oomGroup) {
        group = cgroup;
      }
      if (own == over) {
        break;
      }
    }
    where.memcg().event(MemcgEvent.OOM_KILL);
    addKill(chosen.tgid());
    if (group != null) {
      group.memcg().event(MemcgEvent.OOM_GROUP_KILL);
      killGroup(group);
    }
  }

  private void killGroup(Cgroup group) {
    for (Cgroup cgroup : all(group)) {
      for (CgroupTask process : processes(cgroup)) {
        if (process.oomScoreAdj() != -1000 && !kills.contains(process.tgid())) {
          cgroup.memcg().event(MemcgEvent.OOM_KILL);
          addKill(process.tgid());
        }
      }
    }
  }

  /** Kills every process in a cgroup and below it ({@code cgroup_kill}). */
  void killAll(Cgroup top) {
    for (Cgroup cgroup : all(top)) {
      for (CgroupTask process : processes(cgroup)) {
        if (!kills.contains(process.tgid())) {
          addKill(process.tgid());
          if (asked.isEmpty()) {
            asked = new TreeSet<>();
          }
          asked.add(process.tgid());
        }
      }
    }
  }

  /** Who kills a thread group of {@link #kills}: the OOM killer, or a user; asked once. */
  public String takeKiller(int tgid) {
    String killer = killers.isEmpty() ? null : killers.remove(tgid);
    if (killer != null) {
      return killer;
    }
    return !asked.isEmpty() && asked.remove(tgid) ? CGROUP_KILL : OOM_KILLER;
  }

  private static Collection<CgroupTask> processes(Cgroup cgroup) {
    TreeMap<Integer, CgroupTask> processes = new TreeMap<>();
    cgroup.tasks().values().forEach(task -> processes.putIfAbsent(task.tgid(), task));
    return processes.values();
  }

  /** {@code oom_badness}: pages, or the least number for who must not be killed. */
  private static long badness(CgroupTask task, MemcgState over) {
    if (task.oomScoreAdj() == -1000) {
      return Long.MIN_VALUE;
    }
    long total = Math.min(over.memory.max(), PageCounter.MAX);
    return task.rssPages() + task.oomScoreAdj() * (total / 1000);
  }

  private static boolean below(MemcgState memcg, MemcgState top) {
    for (MemcgState above = memcg; above != null; above = above.parent()) {
      if (above == top) {
        return true;
      }
    }
    return false;
  }
}
