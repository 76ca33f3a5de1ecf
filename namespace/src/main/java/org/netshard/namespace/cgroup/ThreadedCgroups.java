package org.netshard.namespace.cgroup;

import org.netshard.protocol.abi.Errno;

/**
 * Which cgroups of version 2 hold processes, and which only threads of a process whose domain is
 * above them.
 *
 * <p>A threaded cgroup has no controller that counts resources of processes, as memory is: its
 * tasks are charged to the cgroup at the root of its threads. Below a threaded cgroup, or beside
 * one, a new cgroup is an invalid domain, which can hold nothing until it is made threaded too. The
 * root may have both kinds below it.
 *
 * <p><b>Source:</b> {@code kernel/cgroup/cgroup.c}: {@code cgroup_enable_threaded}, {@code
 * cgroup_can_be_thread_root}, {@code cgroup_is_thread_root}, {@code cgroup_is_valid_domain}, {@code
 * cgroup_type_show}.
 */
final class ThreadedCgroups {
  private ThreadedCgroups() {}

  /** The cgroup whose process the threads of a cgroup belong to ({@code dom_cgrp}). */
  static Cgroup domain(Cgroup cgroup) {
    Cgroup domain = cgroup;
    for (Cgroup parent = cgroup.parent(); domain.threaded && parent != null; ) {
      domain = parent;
      parent = domain.parent();
    }
    return domain;
  }

  /** {@code cgroup_is_mixable}: the root, which may have domains and threads below it. */
  private static boolean isMixable(Cgroup cgroup) {
    return cgroup.parent() == null;
  }

  /** Whether threads may be put apart from each other below it. */
  static boolean canBeThreadRoot(Cgroup cgroup) {
    if (isMixable(cgroup)) {
      return true;
    }
    return !cgroup.threaded
        && !cgroup.memoryInSubtree()
        && cgroup.children().values().stream()
            .noneMatch(child -> !child.threaded && child.populated());
  }

  /** Whether it is the domain of threads below it. */
  static boolean isThreadRoot(Cgroup cgroup) {
    return !cgroup.threaded
        && cgroup.children().values().stream().anyMatch(child -> child.threaded);
  }

  /** Whether it can hold processes. */
  static boolean isValidDomain(Cgroup cgroup) {
    if (cgroup.threaded) {
      return false;
    }
    for (Cgroup above = cgroup.parent(); above != null; above = above.parent()) {
      if (above.threaded || (!isMixable(above) && isThreadRoot(above))) {
        return false;
      }
    }
    return true;
  }

  /** The file {@code cgroup.type}. */
  static String type(Cgroup cgroup) {
    if (cgroup.threaded) {
      return "threaded\n";
    }
    if (!isValidDomain(cgroup)) {
      return "domain invalid\n";
    }
    return isThreadRoot(cgroup) ? "domain threaded\n" : "domain\n";
  }

  /**
   * Makes a cgroup, other than the root, threaded.
   *
   * <p><b>Errors:</b> EOPNOTSUPP with tasks here or below or the memory controller enabled for
   * those below, or if the one above cannot be, or have, the domain.
   *
   * @return 0 or {@code -errno}
   */
  static int enable(Cgroup cgroup, Cgroup parent) {
    if (cgroup.threaded) {
      return 0;
    }
    Cgroup domain = domain(parent);
    if (cgroup.populated()
        || cgroup.memoryInSubtree()
        || !isValidDomain(domain)
        || !canBeThreadRoot(domain)) {
      return Errno.EOPNOTSUPP.negated();
    }
    cgroup.threaded = true;
    return 0;
  }

  /**
   * {@code cgroup_migrate_vet_dst}: whether tasks may move into a cgroup.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for an invalid domain, EBUSY if controllers are enabled
   * for the directories in it.
   */
  static int mayAttach(Cgroup cgroup) {
    if (!isValidDomain(domain(cgroup))) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (canBeThreadRoot(cgroup) || cgroup.threaded) {
      return 0;
    }
    return cgroup.memoryInSubtree() ? Errno.EBUSY.negated() : 0;
  }

  /**
   * {@code cgroup_vet_subtree_control_enable}, for the memory controller, which is one of domains.
   *
   * <p><b>Errors</b>, in order: EOPNOTSUPP for an invalid domain or among threads, EBUSY with tasks
   * in it.
   */
  static int mayEnable(Cgroup cgroup) {
    if (!isValidDomain(domain(cgroup))) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (isMixable(cgroup)) {
      return 0;
    }
    if (isThreadRoot(cgroup) || cgroup.threaded) {
      return Errno.EOPNOTSUPP.negated();
    }
    return cgroup.tasks().isEmpty() ? 0 : Errno.EBUSY.negated();
  }
}
