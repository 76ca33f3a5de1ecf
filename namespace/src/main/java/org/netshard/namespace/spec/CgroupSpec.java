package org.netshard.namespace.spec;

/**
 * A memory cgroup that is there before anything runs, with those above it.
 *
 * @param path absolute path, {@code /red}
 * @param limitBytes most bytes that it may hold; {@link Long#MAX_VALUE} for no limit
 * @param oomKill whether the OOM killer is called at the limit; if not, calls fail there
 * @param cacheBytes clean page cache that it begins with, which reclaim can take
 */
public record CgroupSpec(String path, long limitBytes, boolean oomKill, long cacheBytes) {
  /** A cgroup that begins empty. */
  public CgroupSpec(String path, long limitBytes, boolean oomKill) {
    this(path, limitBytes, oomKill, 0);
  }
}
