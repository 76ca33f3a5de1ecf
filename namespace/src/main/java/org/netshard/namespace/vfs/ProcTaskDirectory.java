package org.netshard.namespace.vfs;

import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.net.ProcNetFiles;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.IdMap;
import org.netshard.protocol.cred.UserNamespace;

/**
 * {@code /proc/PID} and {@code /proc/PID/task/TID}: {@code cgroup}, {@code oom_score_adj}, {@code
 * uid_map}, {@code gid_map}, {@code setgroups}, {@code ns/net}, {@code ns/user}, and in {@code net}
 * the files of {@link ProcNetFiles}.
 *
 * <p><b>Source:</b> {@code fs/proc/base.c}, {@code fs/proc/namespaces.c}, {@code
 * fs/proc/proc_net.c}; {@code kernel/cgroup/cgroup.c}, {@code proc_cgroup_show}.
 */
final class ProcTaskDirectory extends Directory {
  private static final int HIERARCHY_ID = 1;

  private final Task task;
  private final IntFunction<@Nullable Task> tasks;
  private final boolean hasThreads;

  /**
   * A directory.
   *
   * @param task whose it is
   * @param hasThreads whether there is {@code task} in it
   */
  ProcTaskDirectory(Task task, IntFunction<@Nullable Task> tasks, boolean hasThreads) {
    this.task = task;
    this.tasks = tasks;
    this.hasThreads = hasThreads;
  }

  @Override
  @Nullable Inode lookup(String name, Task looking) {
    return switch (name) {
      case "cgroup" -> new TextFile(this::cgroupText, false);
      case "oom_score_adj" -> new OomScoreAdj();
      case "net" -> directory(this::net);
      case "ns" -> directory(this::ns);
      case "fd" -> new Descriptors();
      case "uid_map" -> new IdMapEntry(IdMapFile.Kind.UID_MAP);
      case "gid_map" -> new IdMapEntry(IdMapFile.Kind.GID_MAP);
      case "setgroups" -> new IdMapEntry(IdMapFile.Kind.SETGROUPS);
      case "task" -> hasThreads ? new Threads() : null;
      default -> null;
    };
  }

  @Override
  boolean leavesOut(String name) {
    return true;
  }

  private static Directory directory(Function<String, @Nullable Inode> entries) {
    return new Directory() {
      @Override
      @Nullable Inode lookup(String name, Task looking) {
        return entries.apply(name);
      }

      @Override
      boolean leavesOut(String name) {
        return true;
      }
    };
  }

  /** {@code task}: the threads of the process. */
  private final class Threads extends Directory {
    @Override
    @Nullable Inode lookup(String name, Task looking) {
      Task thread = ProcDirectory.find(name, tasks);
      return thread == null || thread.tgid() != task.tgid()
          ? null
          : new ProcTaskDirectory(thread, tasks, false);
    }
  }

  /**
   * {@code fd}: what is open; of another user's process only for who may, of the own always ({@code
   * proc_fd_permission}).
   */
  private final class Descriptors extends Directory {
    @Override
    @Nullable Inode lookup(String name, Task looking) {
      OpenFile file = ProcDirectory.isNumber(name) ? task.fds().get(Integer.parseInt(name)) : null;
      return file == null ? null : FdLink.of(task, file);
    }

    @Override
    boolean maySearch(Task looking) {
      return looking.tgid() == task.tgid() || super.maySearch(looking);
    }

    @Override
    boolean leavesOut(String name) {
      return ProcDirectory.isNumber(name) && task.fds().get(Integer.parseInt(name)) != null;
    }

    @Override
    public int mode() {
      return 0500;
    }

    @Override
    public int uid() {
      return ownerUid();
    }

    @Override
    public int gid() {
      return ownerGid();
    }
  }

  private @Nullable Inode net(String name) {
    List<String> names = ProcNetFiles.directory(name, task.net());
    return names == null
        ? netFile(name)
        : directory(in -> names.contains(in) ? netFile(name + "/" + in) : null);
  }

  private @Nullable Inode netFile(String name) {
    Supplier<String> text = ProcNetFiles.text(name, task.net());
    return text == null ? null : new NetFile(text, ProcNetFiles.mode(name));
  }

  /** A file in {@code net}; it belongs to the root of the namespace ({@code proc_net_ns_init}). */
  private final class NetFile extends TextFile {
    private final int mode;
    private final UserNamespace owner = task.net().userNs();

    NetFile(Supplier<String> text, int mode) {
      super(text::get, true);
      this.mode = mode;
    }

    @Override
    public int mode() {
      return mode;
    }

    @Override
    public int uid() {
      return orRoot(owner.uidMap().toKernel(0));
    }

    @Override
    public int gid() {
      return orRoot(owner.gidMap().toKernel(0));
    }
  }

  private @Nullable Inode ns(String name) {
    return switch (name) {
      case "net" -> new NsLink(task.net());
      case "user" -> new NsLink(task.cred().userNs());
      default -> null;
    };
  }

  private @Nullable String cgroupText() {
    if (ended()) {
      return null;
    }
    boolean v1 = task.cgroup().version() == CgroupVersion.V1;
    String hierarchy = v1 ? HIERARCHY_ID + ":memory:" : "0::";
    return hierarchy + task.cgroup().path() + "\n";
  }

  private boolean ended() {
    return tasks.apply(task.pid()) != task;
  }

  /** Makes a text, or null if the task has ended. */
  @FunctionalInterface
  private interface Text {
    @Nullable String make();
  }

  /** A file that can only be read. <b>Errors:</b> ESRCH if its task has ended. */
  private static class TextFile extends RegularFile {
    private final Text text;
    private final boolean generic;

    /**
     * A file.
     *
     * @param generic whether it is one of those with a {@code proc_dir_entry}
     */
    TextFile(Text text, boolean generic) {
      this.text = text;
      this.generic = generic;
    }

    @Override
    Object open(Task opener, int flags) {
      return new SeqFile() {
        @Override
        int show(StringBuilder out) {
          String made = text.make();
          out.append(made);
          return made == null ? Errno.ESRCH.negated() : 0;
        }

        /** {@code proc_reg_mmap}, which finds that the file has none: EIO. */
        @Override
        public boolean hasMmap() {
          return generic;
        }

        @Override
        public int mmap() {
          return (generic ? Errno.EIO : Errno.ENODEV).negated();
        }

        @Override
        boolean seeksFromEnd() {
          return false;
        }
      };
    }
  }

  /** A link in {@code ns}: leads to the namespace itself. */
  private final class NsLink extends Link {
    private final Object namespace;

    NsLink(Object namespace) {
      this.namespace = namespace;
    }

    @Override
    @Nullable Inode file(Task follower) {
      return mayRead(follower, task) ? new NsFile(namespace) : null;
    }

    @Override
    @Nullable String text(Task task) {
      return namespace instanceof NetState net ? "net:[" + net.inum() + "]" : null;
    }
  }

  /** {@code ptrace_may_access(task, PTRACE_MODE_READ_FSCREDS)}. */
  static boolean mayRead(Task reader, Task target) {
    if (reader.tgid() == target.tgid()) {
      return true;
    }
    Cred cred = reader.cred();
    Cred of = target.cred();
    boolean sameUser =
        cred.euid() == of.euid() && cred.euid() == of.suid() && cred.euid() == of.uid();
    boolean sameGroup =
        cred.egid() == of.egid() && cred.egid() == of.sgid() && cred.egid() == of.gid();
    boolean ptrace = cred.nsCapable(of.userNs(), Capability.CAP_SYS_PTRACE);
    boolean dumpable =
        target.dumpable() == 1 || cred.nsCapable(target.mmUserNs(), Capability.CAP_SYS_PTRACE);
    boolean noMore = cred.userNs() == of.userNs() && (of.permitted() & ~cred.effective()) == 0;
    return ((sameUser && sameGroup) || ptrace) && dumpable && (noMore || ptrace);
  }

  /**
   * A file of mode 0644 that belongs to the process's user, or to the root of its program if it
   * cannot be looked into ({@code task_dump_owner}).
   */
  private abstract class OwnFile extends RegularFile {
    @Override
    public int mode() {
      return 0644;
    }

    @Override
    public int uid() {
      return ownerUid();
    }

    @Override
    public int gid() {
      return ownerGid();
    }
  }

  private int ownerUid() {
    return task.dumpable() == 1 ? task.cred().euid() : orRoot(task.mmUserNs().uidMap().toKernel(0));
  }

  private int ownerGid() {
    return task.dumpable() == 1 ? task.cred().egid() : orRoot(task.mmUserNs().gidMap().toKernel(0));
  }

  private static int orRoot(int id) {
    return id == IdMap.INVALID ? 0 : id;
  }

  /** {@code oom_score_adj}. */
  private final class OomScoreAdj extends OwnFile {
    @Override
    Object open(Task opener, int flags) {
      return new OomScoreAdjFile(task, ProcTaskDirectory.this::ended);
    }
  }

  /** {@code uid_map}, {@code gid_map} or {@code setgroups}. */
  private final class IdMapEntry extends OwnFile {
    private final IdMapFile.Kind kind;

    IdMapEntry(IdMapFile.Kind kind) {
      this.kind = kind;
    }

    /** <b>Errors:</b> EACCES to write {@code setgroups} without CAP_SYS_ADMIN in the namespace. */
    @Override
    int checkOpen(Task opener, int flags) {
      boolean refused =
          kind == IdMapFile.Kind.SETGROUPS
              && (flags & Abi.O_ACCMODE) != Abi.O_RDONLY
              && !opener.cred().nsCapable(task.cred().userNs(), Capability.CAP_SYS_ADMIN);
      return refused ? Errno.EACCES.negated() : 0;
    }

    @Override
    Object open(Task opener, int flags) {
      return new IdMapFile(kind, task.cred().userNs(), opener.cred());
    }
  }
}
