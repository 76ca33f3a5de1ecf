package org.netshard.namespace.cgroup;

import java.util.ArrayList;
import java.util.List;

/**
 * The memory cgroups of one kernel, by number; number 0 is the root, which is never charged.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}, {@code try_charge}.
 *
 * <p><b>Differs from Linux:</b> charges are bytes of whole objects and not pages of slabs, and are
 * not passed to ancestors.
 */
public final class MemCgroupTree {
  /** Number of the root. */
  public static final int ROOT = 0;

  private final List<Node> nodes = new ArrayList<>();

  /** A tree with a root only. */
  public MemCgroupTree() {
    nodes.add(new Node("/", Long.MAX_VALUE));
  }

  /**
   * Makes a cgroup.
   *
   * @param path absolute path
   * @param limitBytes {@code memory.max}; {@link Long#MAX_VALUE} for none
   * @return its number
   */
  public int mkdir(String path, long limitBytes) {
    nodes.add(new Node(path, limitBytes));
    return nodes.size() - 1;
  }

  /** The number of the cgroup with this path, or -1. */
  public int find(String path) {
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).path.equals(path)) {
        return i;
      }
    }
    return -1;
  }

  /** Charges an object, or counts a refusal and says false if there is no room. */
  public boolean tryCharge(int cgroup, long bytes) {
    Node node = nodes.get(cgroup);
    if (node.currentBytes > node.limitBytes - bytes) {
      node.refused++;
      return false;
    }
    node.currentBytes += bytes;
    node.peakBytes = Math.max(node.peakBytes, node.currentBytes);
    return true;
  }

  /** Gives back what was charged. */
  public void uncharge(int cgroup, long bytes) {
    Node node = nodes.get(cgroup);
    if (bytes > node.currentBytes) {
      throw new IllegalStateException(
          node.path + ": " + bytes + " bytes given back of " + node.currentBytes);
    }
    node.currentBytes -= bytes;
  }

  /** Number of cgroups, the root included. */
  public int size() {
    return nodes.size();
  }

  /** Absolute path of a cgroup. */
  public String path(int cgroup) {
    return nodes.get(cgroup).path;
  }

  /** Bytes charged now ({@code memory.current}). */
  public long currentBytes(int cgroup) {
    return nodes.get(cgroup).currentBytes;
  }

  /** Most bytes ever charged ({@code memory.peak}). */
  public long peakBytes(int cgroup) {
    return nodes.get(cgroup).peakBytes;
  }

  /** The limit ({@code memory.max}). */
  public long limitBytes(int cgroup) {
    return nodes.get(cgroup).limitBytes;
  }

  /** Charges refused ({@code memory.events}, {@code max}). */
  public long refused(int cgroup) {
    return nodes.get(cgroup).refused;
  }

  private static final class Node {
    private final String path;
    private final long limitBytes;
    private long currentBytes;
    private long peakBytes;
    private long refused;

    Node(String path, long limitBytes) {
      this.path = path;
      this.limitBytes = limitBytes;
    }
  }
}
