package org.netshard.namespace.cgroup;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.lib.Kstrtox;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Moving tasks: what a write to {@code cgroup.procs}, {@code cgroup.threads} or {@code tasks} does.
 *
 * <p><b>Errors</b>, in order: EINVAL for what is no pid, ESRCH, EACCES if the task that opened the
 * file may not (version 1: it is neither root nor of the task's user; version 2: it may not write
 * {@code cgroup.procs} of the nearest cgroup above both), with version 2 those of {@link
 * ThreadedCgroups#mayAttach}, and EOPNOTSUPP for a single thread that would leave the domain of its
 * process.
 *
 * <p><b>Source:</b> {@code kernel/cgroup/cgroup.c}: {@code __cgroup_procs_write}, {@code
 * cgroup_procs_write_start}, {@code cgroup_attach_permissions}; {@code kernel/cgroup/cgroup-v1.c}:
 * {@code __cgroup1_procs_write}.
 */
final class CgroupMigration {
  private CgroupMigration() {}

  /** Moves a process. */
  static int storeProcs(CgroupOpenFile file, CgroupTask writer, String text) {
    return move(file, writer, text, true);
  }

  /** Moves a thread. */
  static int storeThreads(CgroupOpenFile file, CgroupTask writer, String text) {
    return move(file, writer, text, false);
  }

  private static int move(
      CgroupOpenFile file, CgroupTask writer, String text, boolean wholeProcess) {
    Kstrtox.Parsed pid = Kstrtox.kstrtoint(Kstrtox.strstrip(text));
    if (pid.failed() || pid.value() < 0) {
      return Errno.EINVAL.negated();
    }
    CgroupTree tree = file.tree();
    CgroupTask task = pid.value() == 0 ? writer : tree.tasks().find((int) pid.value());
    if (task == null) {
      return Errno.ESRCH.negated();
    }
    Cgroup to = file.cgroup();
    boolean v1 = tree.memcontrol().version() == CgroupVersion.V1;
    boolean allowed =
        v1
            ? sameUser(file.opener(), task.cred())
            : mayWriteProcs(file.opener(), commonAncestor(task.cgroup(), to));
    if (!allowed) {
      return Errno.EACCES.negated();
    }
    int result = tree.mayAttach(to);
    if (result == 0 && !v1 && !wholeProcess && !sameDomain(task.cgroup(), to)) {
      result = Errno.EOPNOTSUPP.negated();
    }
    if (result == 0) {
      List<? extends CgroupTask> moved =
          wholeProcess ? tree.tasks().threadGroup(task.tgid()) : List.of(task);
      moved.forEach(one -> tree.attach(one, to));
    }
    return result;
  }

  private static boolean sameDomain(Cgroup from, Cgroup to) {
    return ThreadedCgroups.domain(from) == ThreadedCgroups.domain(to);
  }

  private static boolean sameUser(Cred opener, Cred task) {
    int euid = opener.euid();
    return euid == 0 || euid == task.uid() || euid == task.suid();
  }

  private static Cgroup commonAncestor(Cgroup one, Cgroup other) {
    for (Cgroup above = one; ; above = above(above)) {
      for (@Nullable Cgroup cgroup = other; cgroup != null; cgroup = cgroup.parent()) {
        if (cgroup == above) {
          return above;
        }
      }
    }
  }

  private static Cgroup above(Cgroup cgroup) {
    Cgroup parent = cgroup.parent();
    if (parent == null) {
      throw new IllegalStateException("two cgroups of different trees");
    }
    return parent;
  }

  /** Whether a task may write the file {@code cgroup.procs}, which only its owner may. */
  private static boolean mayWriteProcs(Cred opener, Cgroup cgroup) {
    int owner = cgroup.owner().uid();
    boolean overrides = (opener.effective() & Capability.CAP_DAC_OVERRIDE.bit()) != 0;
    return opener.euid() == owner || (overrides && opener.userNs().hasUid(owner));
  }
}
