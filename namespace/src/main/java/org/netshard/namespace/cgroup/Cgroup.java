package org.netshard.namespace.cgroup;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the cgroup tree, with the tasks in it.
 *
 * <p><b>Source:</b> {@code kernel/cgroup/cgroup.c}, {@code struct cgroup}.
 */
public final class Cgroup {
  private final @Nullable Cgroup parent;
  private final String name;
  private Map<String, Cgroup> children = Map.of();
  private final Map<Integer, CgroupTask> tasks = new LinkedHashMap<>(0);
  private final Owner owner;
  private @Nullable MemcgState own;
  private @Nullable Freezer freezer;
  private @Nullable FileEvents eventsFile;
  private @Nullable FileEvents pressureFile;
  private boolean memoryInSubtree;
  private boolean removed;

  /** {@code cgroup.max.descendants}: how many directories may be below it, at any depth. */
  int maxDescendants = Integer.MAX_VALUE;

  /** {@code cgroup.max.depth}: how deep directories may be below it. */
  int maxDepth = Integer.MAX_VALUE;

  /** Whether it holds threads of a process whose domain is above it. */
  boolean threaded;

  /** {@code cgroup.pressure} is 0: stall times are hidden. */
  boolean pressureOff;

  /** {@code notify_on_release} of version 1; nobody is notified. */
  boolean notifyOnRelease;

  /** {@code cgroup.clone_children} of version 1; only cpusets look at it. */
  boolean cloneChildren;

  /**
   * Whose a directory is, with its files.
   *
   * @param uid owner
   * @param gid group
   * @param mode permission bits of the directory
   */
  public record Owner(int uid, int gid, int mode) {
    /** What {@code mkdir} of root makes. */
    public static final Owner ROOT = new Owner(0, 0, 0755);
  }

  Cgroup(@Nullable Cgroup parent, String name, Owner owner, @Nullable MemcgState own) {
    this.parent = parent;
    this.name = name;
    this.owner = owner;
    this.own = own;
  }

  /** Whose it is. */
  public Owner owner() {
    return owner;
  }

  /** Whether it was removed, so that its open files are of no use any more. */
  public boolean removed() {
    return removed;
  }

  void setRemoved() {
    removed = true;
    if (pressureFile != null) {
      pressureFile.happened();
    }
  }

  /** Its name; empty for the root. */
  public String name() {
    return name;
  }

  /** Absolute path. */
  public String path() {
    if (parent == null) {
      return "/";
    }
    return parent.parent == null ? "/" + name : parent.path() + "/" + name;
  }

  /** The directory above it, or null. */
  public @Nullable Cgroup parent() {
    return parent;
  }

  /** The directories in it, by name, in the order in which they were made. */
  public Map<String, Cgroup> children() {
    return Collections.unmodifiableMap(children);
  }

  void add(Cgroup child) {
    if (children.isEmpty()) {
      children = new LinkedHashMap<>(2);
    }
    children.put(child.name, child);
  }

  void remove(Cgroup child) {
    children.remove(child.name);
  }

  /** The tasks in it, by pid, in the order in which they came. */
  public Map<Integer, CgroupTask> tasks() {
    return tasks;
  }

  /** Its own memory cgroup, or null if the memory controller is not enabled for it. */
  public @Nullable MemcgState own() {
    return own;
  }

  /** Gives it a memory cgroup of its own, or takes it. */
  void setOwn(@Nullable MemcgState memcg) {
    own = memcg;
  }

  /** Whether directories in it have a memory cgroup ({@code cgroup.subtree_control}). */
  public boolean memoryInSubtree() {
    return memoryInSubtree;
  }

  void setMemoryInSubtree(boolean on) {
    memoryInSubtree = on;
  }

  /** Whether its tasks stand still; made when first asked for. */
  Freezer freezer() {
    Freezer present = freezer == null ? new Freezer() : freezer;
    freezer = present;
    return present;
  }

  /** Whether its tasks stand still ({@code CGRP_FROZEN}). */
  public boolean frozen() {
    return freezer != null && freezer.effective();
  }

  /** Changes of {@code cgroup.events}, counted from when somebody first reads it. */
  FileEvents eventsFile() {
    FileEvents present = eventsFile == null ? new FileEvents().from(populated()) : eventsFile;
    eventsFile = present;
    return present;
  }

  /** Stalls that {@code memory.pressure} tells of. */
  FileEvents pressureFile() {
    FileEvents present = pressureFile == null ? new FileEvents() : pressureFile;
    pressureFile = present;
    return present;
  }

  /** Tasks have come or gone, here or below ({@code cgroup_update_populated}). */
  void updatePopulated() {
    for (Cgroup cgroup = this; cgroup != null; cgroup = cgroup.parent) {
      if (cgroup.eventsFile != null) {
        cgroup.eventsFile.populated(cgroup.populated());
      }
    }
  }

  /** Its tasks stand still, or go on. */
  void frozenChanged() {
    if (eventsFile != null) {
      eventsFile.happened();
    }
  }

  /** Whether a task is in it, or in a directory below it. */
  boolean populated() {
    return !tasks.isEmpty() || children.values().stream().anyMatch(Cgroup::populated);
  }

  /** How many directories are below it. */
  int descendants() {
    int count = 0;
    for (Cgroup child : children.values()) {
      count += 1 + child.descendants();
    }
    return count;
  }

  /** Which hierarchy it is in. */
  public CgroupVersion version() {
    return memcg().control().version();
  }

  /** The memory cgroup that its tasks are charged to: its own, or the nearest one above. */
  public MemcgState memcg() {
    Cgroup cgroup = this;
    while (cgroup.own == null) {
      if (cgroup.parent == null) {
        throw new IllegalStateException("the root has no memory cgroup");
      }
      cgroup = cgroup.parent;
    }
    return cgroup.own;
  }

  @Override
  public String toString() {
    return path();
  }
}
