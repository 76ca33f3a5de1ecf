package org.netshard.namespace.vfs;

import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.net.ProcNet;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * {@code /proc/PID} and {@code /proc/PID/task/TID}: {@code cgroup}, {@code oom_score_adj}, {@code
 * ns/net}, and in {@code net} the files {@code sockstat}, {@code sockstat6} and {@code protocols}.
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
      case "cgroup" -> new TextFile(this::cgroupText);
      case "oom_score_adj" -> new OomScoreAdj();
      case "net" -> directory(this::net);
      case "ns" -> directory(entry -> entry.equals("net") ? new NsLink() : null);
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

  private @Nullable Inode net(String name) {
    NetState net = task.net();
    return switch (name) {
      case "sockstat" -> new TextFile(() -> ProcNet.sockstat(net));
      case "sockstat6" -> new TextFile(() -> ProcNet.sockstat6(net));
      case "protocols" -> new TextFile(() -> ProcNet.protocols(net));
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
  private static final class TextFile extends RegularFile {
    private final Text text;

    TextFile(Text text) {
      this.text = text;
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

        @Override
        boolean seeksFromEnd() {
          return false;
        }
      };
    }
  }

  /** {@code ns/net}: leads to the namespace itself. */
  private final class NsLink extends Link {
    @Override
    @Nullable Inode file(Task follower) {
      return mayRead(follower, task) ? new NsFile(task.net()) : null;
    }
  }

  /** The file of a network namespace; what stands behind it is the namespace. */
  private static final class NsFile extends RegularFile {
    private final NetState net;

    NsFile(NetState net) {
      this.net = net;
    }

    @Override
    Object open(Task opener, int flags) {
      return net;
    }
  }

  /** {@code ptrace_may_access(task, PTRACE_MODE_READ_FSCREDS)}. */
  private static boolean mayRead(Task reader, Task target) {
    Cred cred = reader.cred();
    Cred of = target.cred();
    if (reader.tgid() == target.tgid() || cred.nsCapable(of.userNs(), Capability.CAP_SYS_PTRACE)) {
      return true;
    }
    boolean sameUser =
        cred.euid() == of.euid() && cred.euid() == of.suid() && cred.euid() == of.uid();
    boolean sameGroup =
        cred.egid() == of.egid() && cred.egid() == of.sgid() && cred.egid() == of.gid();
    boolean noMore = cred.userNs() == of.userNs() && (of.permitted() & ~cred.effective()) == 0;
    return sameUser && sameGroup && noMore && target.dumpable() == 1;
  }

  /** {@code oom_score_adj}. */
  private final class OomScoreAdj extends RegularFile {
    @Override
    Object open(Task opener, int flags) {
      return new OomScoreAdjFile(task, ProcTaskDirectory.this::ended);
    }

    @Override
    public int mode() {
      return 0644;
    }

    @Override
    public int uid() {
      return task.dumpable() == 1 ? task.cred().euid() : 0;
    }

    @Override
    public int gid() {
      return task.dumpable() == 1 ? task.cred().egid() : 0;
    }
  }
}
