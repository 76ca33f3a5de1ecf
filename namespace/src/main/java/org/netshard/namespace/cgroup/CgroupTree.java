package org.netshard.namespace.cgroup;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
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
  private static final int NAME_MAX = 255;

  private final Memcontrol memcontrol;
  private final Cgroup root;
  private static final ArrayDeque<Integer> NOBODY = new ArrayDeque<>(0);

  private ArrayDeque<Integer> kills = NOBODY;

  /**
   * A tree with a root only.
   *
   * @param version the hierarchy that the memory controller is on
   * @param cpus CPUs that keep charges in stock; 0 if every charge is exact
   */
  public CgroupTree(CgroupVersion version, int cpus) {
    memcontrol = new Memcontrol(version, cpus, this::kill);
    root = new Cgroup(null, "", new MemcgState(memcontrol, null, "/"));
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
   * {@code mkdir(path)}.
   *
   * <p><b>Errors</b>, in order: ENOENT if there is no directory above it, EEXIST, ENAMETOOLONG,
   * EINVAL for a name with a newline.
   *
   * @return 0 or {@code -errno}
   */
  public int mkdir(String path) {
    Cgroup parent = find(parentOf(path));
    if (parent == null) {
      return Errno.ENOENT.negated();
    }
    String name = nameOf(path);
    if (name.isEmpty() || parent.children().containsKey(name)) {
      return Errno.EEXIST.negated();
    }
    if (name.length() > NAME_MAX) {
      return Errno.ENAMETOOLONG.negated();
    }
    if (name.indexOf('\n') >= 0) {
      return Errno.EINVAL.negated();
    }
    Cgroup made = new Cgroup(parent, name, null);
    parent.add(made);
    if (memcontrol.version() == CgroupVersion.V1 || parent.memoryInSubtree()) {
      enable(made);
    }
    return 0;
  }

  /**
   * {@code rmdir(path)}.
   *
   * <p><b>Errors</b>, in order: ENOENT, EBUSY with tasks or directories in it, or for the root.
   *
   * @return 0 or {@code -errno}
   */
  public int rmdir(String path) {
    Cgroup cgroup = find(path);
    if (cgroup == null) {
      return Errno.ENOENT.negated();
    }
    Cgroup parent = cgroup.parent();
    if (parent == null || !cgroup.tasks().isEmpty() || !cgroup.children().isEmpty()) {
      return Errno.EBUSY.negated();
    }
    parent.remove(cgroup);
    disable(cgroup);
    return 0;
  }

  /** Everything after the last slash. */
  private static String nameOf(String path) {
    String trimmed = trim(path);
    return trimmed.substring(trimmed.lastIndexOf('/') + 1);
  }

  private static String parentOf(String path) {
    String trimmed = trim(path);
    return trimmed.substring(0, Math.max(0, trimmed.lastIndexOf('/')));
  }

  private static String trim(String path) {
    int end = path.length();
    while (end > 0 && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(0, end);
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
   * <p><b>Errors</b>, in order: ENOENT if the controller is not enabled here, EBUSY to enable it in
   * a cgroup with tasks, other than the root, or to disable it below one where it is still enabled.
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
    if (on && cgroup != root && !cgroup.tasks().isEmpty()) {
      return Errno.EBUSY.negated();
    }
    if (!on && cgroup.children().values().stream().anyMatch(Cgroup::memoryInSubtree)) {
      return Errno.EBUSY.negated();
    }
    cgroup.setMemoryInSubtree(on);
    for (Cgroup child : cgroup.children().values()) {
      if (on) {
        enable(child);
      } else {
        disable(child);
      }
    }
    return 0;
  }

  /** Puts a new task where its parent is. */
  public void fork(Cgroup cgroup, CgroupTask task) {
    cgroup.tasks().put(task.pid(), task);
  }

  /** Takes a task out that has ended. */
  public void exit(Cgroup cgroup, CgroupTask task) {
    if (cgroup.tasks().remove(task.pid()) == null) {
      throw new IllegalStateException(cgroup + " has no task " + task.pid());
    }
  }

  /**
   * Whether tasks may move into a cgroup.
   *
   * <p><b>Errors:</b> EBUSY if controllers are enabled for the directories in it, version 2.
   *
   * @return 0 or {@code -errno}
   */
  public int mayAttach(Cgroup cgroup) {
    boolean internal =
        memcontrol.version() == CgroupVersion.V2 && cgroup != root && cgroup.memoryInSubtree();
    return internal ? Errno.EBUSY.negated() : 0;
  }

  /** Moves a task; what it was charged for stays where it is. */
  public void attach(Cgroup from, Cgroup to, CgroupTask task) {
    exit(from, task);
    fork(to, task);
  }

  /** All cgroups, each before those in it. */
  public List<Cgroup> all() {
    List<Cgroup> found = new ArrayList<>();
    collect(root, found);
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
    List<Cgroup> members = new ArrayList<>();
    collect(group, members);
    for (Cgroup cgroup : members) {
      TreeMap<Integer, CgroupTask> processes = new TreeMap<>();
      cgroup.tasks().values().forEach(task -> processes.putIfAbsent(task.tgid(), task));
      for (CgroupTask process : processes.values()) {
        if (process.oomScoreAdj() != -1000 && !kills.contains(process.tgid())) {
          cgroup.memcg().event(MemcgEvent.OOM_KILL);
          addKill(process.tgid());
        }
      }
    }
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
