package org.netshard.namespace.actor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.net.SysctlFile;
import org.netshard.namespace.task.FdCalls;
import org.netshard.namespace.task.IdMapFile;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.IdMap;

/**
 * The files of {@code /proc} that can be opened: sysctls, namespaces, and the ids of user
 * namespaces.
 *
 * <p><b>Source:</b> {@code fs/proc/base.c}, {@code fs/proc/namespaces.c}, {@code
 * fs/proc/proc_sysctl.c}.
 */
public final class ProcFiles {
  private static final String SYSCTL = "/proc/sys/";
  private static final Pattern OF_TASK =
      Pattern.compile(
          "/proc/(self|thread-self|[1-9]\\d{0,8})/(ns/net|ns/user|[ug]id_map|setgroups)");
  private static final int NOT_KEPT =
      Abi.O_CREAT | Abi.O_EXCL | Abi.O_NOCTTY | Abi.O_TRUNC | Abi.O_CLOEXEC;

  private final KernelModel model;
  private int error;

  ProcFiles(KernelModel model) {
    this.model = model;
  }

  /** Whether such a path can be opened here, if what it names is there. */
  public static boolean isKnown(String path) {
    return path.startsWith(SYSCTL + "net/")
        || path.startsWith(SYSCTL + "user/")
        || OF_TASK.matcher(path).matches();
  }

  /** What was wrong when {@link #open} gave no file, negated. */
  int error() {
    return error;
  }

  /**
   * The open file of a path, or null with an {@link #error}.
   *
   * <p><b>Errors:</b> ENOENT for a process or sysctl that is not there and for all other paths;
   * EACCES where the mode forbids it, or for namespaces of a process that the caller may not look
   * into.
   */
  @Nullable OpenFile open(Task task, String path, int flags) {
    error = Errno.ENOENT.negated();
    int kept = (flags & ~NOT_KEPT) | FdCalls.O_LARGEFILE;
    if (path.startsWith(SYSCTL)) {
      String name = path.substring(SYSCTL.length()).replace('/', '.');
      SysctlFile sysctl = new SysctlFile(task.net(), name);
      error = sysctl.open(task.cred(), flags & Abi.O_ACCMODE);
      return error < 0 ? null : new OpenFile(OpenFile.Kind.PROC, kept, sysctl);
    }
    Matcher matcher = OF_TASK.matcher(path);
    if (!matcher.matches()) {
      model
          .machine()
          .leftOut("files but some of /proc are not there: openat gives ENOENT for others");
      return null;
    }
    String who = matcher.group(1);
    boolean self = !Character.isDigit(who.charAt(0));
    Task target = self ? task : model.task(Integer.parseInt(who));
    if (target == null) {
      return null;
    }
    return switch (matcher.group(2)) {
      case "ns/net", "ns/user" -> namespace(task, target, matcher.group(2).endsWith("net"), kept);
      case "uid_map" -> map(task, target, IdMapFile.Kind.UID_MAP, kept);
      case "gid_map" -> map(task, target, IdMapFile.Kind.GID_MAP, kept);
      default -> map(task, target, IdMapFile.Kind.SETGROUPS, kept);
    };
  }

  private @Nullable OpenFile namespace(Task task, Task target, boolean net, int flags) {
    if (!mayLookInto(task, target) || (flags & Abi.O_ACCMODE) != Abi.O_RDONLY) {
      error = Errno.EACCES.negated();
      return null;
    }
    if (net) {
      target.net().get();
      return new OpenFile(OpenFile.Kind.NSFS, flags, target.net());
    }
    return new OpenFile(OpenFile.Kind.NSFS, flags, target.cred().userNs());
  }

  /** {@code ptrace_may_access} with {@code PTRACE_MODE_READ_FSCREDS}. */
  private static boolean mayLookInto(Task task, Task target) {
    if (task.tgid() == target.tgid()) {
      return true;
    }
    Cred cred = task.cred();
    Cred other = target.cred();
    boolean sameUid =
        cred.euid() == other.uid() && cred.euid() == other.euid() && cred.euid() == other.suid();
    boolean sameGid =
        cred.egid() == other.gid() && cred.egid() == other.egid() && cred.egid() == other.sgid();
    boolean ptrace = cred.nsCapable(other.userNs(), Capability.CAP_SYS_PTRACE);
    boolean dumpable =
        target.dumpable() == 1 || cred.nsCapable(target.mmUserNs(), Capability.CAP_SYS_PTRACE);
    boolean moreCapable =
        cred.userNs() == other.userNs() && (other.permitted() & ~cred.effective()) == 0;
    return ((sameUid && sameGid) || ptrace) && dumpable && (moreCapable || ptrace);
  }

  /** Mode 0644 of the process's user, or of its root if it cannot be looked into. */
  private @Nullable OpenFile map(Task task, Task target, IdMapFile.Kind kind, int flags) {
    Cred cred = task.cred();
    int root = target.mmUserNs().uidMap().toKernel(0);
    int owner = target.dumpable() == 1 ? target.cred().euid() : root == IdMap.INVALID ? 0 : root;
    boolean writes = (flags & Abi.O_ACCMODE) != Abi.O_RDONLY;
    boolean override =
        cred.userNs().hasUid(owner) && (cred.effective() & Capability.CAP_DAC_OVERRIDE.bit()) != 0;
    boolean mayWrite = cred.euid() == owner || override;
    if (kind == IdMapFile.Kind.SETGROUPS) {
      mayWrite &= cred.nsCapable(target.cred().userNs(), Capability.CAP_SYS_ADMIN);
    }
    if (writes && !mayWrite) {
      error = Errno.EACCES.negated();
      return null;
    }
    IdMapFile file = new IdMapFile(kind, target.cred().userNs(), cred);
    return new OpenFile(OpenFile.Kind.PROC, flags, file, owner, null);
  }
}
