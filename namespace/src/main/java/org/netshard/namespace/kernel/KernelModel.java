package org.netshard.namespace.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.anon.FileOps;
import org.netshard.namespace.anon.PidFd;
import org.netshard.namespace.cgroup.CgroupTasks;
import org.netshard.namespace.cgroup.CgroupTree;
import org.netshard.namespace.cgroup.CgroupVersion;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.net.NetSockets;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.net.TaskFiles;
import org.netshard.namespace.security.SecurityHooks;
import org.netshard.namespace.task.Family;
import org.netshard.namespace.task.FdTable;
import org.netshard.namespace.task.KernelEvents;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.namespace.vfs.FileHandle;
import org.netshard.namespace.vfs.Vfs;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.family.FamilyTable;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.ObjCgroup.Slab;
import org.netshard.protocol.profile.KernelProfile;

/**
 * One machine: what it is, what it has, and who runs on it.
 *
 * <p>It belongs to one {@code Kernel} actor; those below it read and change their parts of it while
 * they hold the baton.
 */
public final class KernelModel implements CgroupTasks, TaskFiles {
  private static final long SYSCALL_NS = 1000;

  private final MachineState machine;
  private final CgroupTree cgroups;
  private @Nullable Vfs vfs;
  private static final String INIT = "init";

  private final Map<Integer, Task> tasks = new TreeMap<>();

  /** The threads besides the first of each process that has any, by its number. */
  private Map<Integer, List<Task>> moreThreads = Map.of();

  private @Nullable Set<Integer> killed;
  private Map<String, NetState> named = Map.of();
  private SecurityHooks hooks = SecurityHooks.NONE;
  private int lastPid;
  private long syscallNs = SYSCALL_NS;
  private long socketsCreated;
  private long socketsOpen;
  private long openFiles;
  private @Nullable KernelEvents events;
  private @Nullable ExitNotify exits;

  /** A machine without tasks. */
  public KernelModel(MachineState machine) {
    this.machine = machine;
    KernelProfile profile = machine.profile();
    this.cgroups =
        new CgroupTree(
            profile.cgroupVersion() == 1 ? CgroupVersion.V1 : CgroupVersion.V2,
            profile.chargeCpus());
    cgroups.memcontrol().setNosocket(profile.nosocket());
    cgroups.setTasks(this);
    machine.setTaskFiles(this);
  }

  /** A file that stands for a process, or for one that is gone; nobody pays for it. */
  @Override
  public OpenFile pidFile(int tgid) {
    List<Task> threads = threadGroup(tgid);
    Family family = threads.isEmpty() ? exits().zombie(tgid) : threads.get(0).family();
    return new OpenFile(OpenFile.Kind.OTHER, Abi.O_RDWR, new PidFd(family));
  }

  /** The tree of files that its tasks see; made when a task first looks at it. */
  public Vfs vfs() {
    Vfs present = vfs;
    if (present == null) {
      present = new Vfs(cgroups, tasks::get, named::get);
      vfs = present;
    }
    return present;
  }

  /** Credentials of the initial task: root with every capability. */
  public Cred rootCred() {
    return Cred.of(0, 0, new int[0], Capability.ALL, machine.initUserNs());
  }

  /** The security hooks of socket creation. */
  public SecurityHooks hooks() {
    return hooks;
  }

  /** Installs the security hooks. */
  public void setHooks(SecurityHooks newHooks) {
    hooks = newHooks;
  }

  /** Names a namespace, as {@code ip netns add} does. */
  public void named(String name, NetState net) {
    if (named.isEmpty()) {
      named = new LinkedHashMap<>(2);
    }
    if (named.put(name, net) != null) {
      throw new IllegalStateException("two namespaces named " + name);
    }
  }

  /** The namespace with this name, or null. */
  public @Nullable NetState namedNet(String name) {
    return named.get(name);
  }

  /** All sockets of a namespace that a task can reach, by task and descriptor. */
  @Override
  public NetSockets sockets(NetState net) {
    NetSockets found = new NetSockets(net);
    for (Task task : tasks.values()) {
      FdTable fds = task.fds();
      for (int fd = fds.nextOpen(0); fd >= 0; fd = fds.nextOpen(fd + 1)) {
        OpenFile file = fds.get(fd);
        if (file != null) {
          found.add(file);
        }
      }
    }
    return found;
  }

  /** The name of a namespace, {@code init} for the first, or null if it has none. */
  public @Nullable String nameOf(NetState net) {
    for (Map.Entry<String, NetState> one : named.entrySet()) {
      if (one.getValue() == net) {
        return one.getKey();
      }
    }
    return net == machine.initNet() ? INIT : null;
  }

  /** Virtual time that a system call takes, in nanoseconds. */
  public long syscallNs() {
    return syscallNs;
  }

  /** Sets the virtual time that a system call takes, in nanoseconds; 0 for none. */
  public void setSyscallNs(long nanoseconds) {
    syscallNs = nanoseconds;
  }

  /** {@code fs.nr_open}: the highest limit of descriptors that a task may be given. */
  public long nrOpen() {
    return machine.initNet().sysctl(Sysctl.FS_NR_OPEN);
  }

  /** {@code fs.file-max}: how many files may be open. */
  private long fileMax() {
    return machine.initNet().sysctl(Sysctl.FS_FILE_MAX);
  }

  /** The CPU that a task runs on. */
  public int cpuOf(Task task) {
    return profile().chargeCpus() == 0 ? 0 : task.pid() % profile().chargeCpus();
  }

  @Override
  public @Nullable Task find(int pid) {
    return tasks.get(pid);
  }

  @Override
  public List<Task> threadGroup(int tgid) {
    List<Task> threads = new ArrayList<>(1);
    Task first = tasks.get(tgid);
    if (first != null && first.tgid() == tgid) {
      threads.add(first);
    }
    threads.addAll(moreThreads.getOrDefault(tgid, List.of()));
    return threads;
  }

  /** Notes that a task was killed, and did not end by itself. */
  public void noteKilled(int pid) {
    if (killed == null) {
      killed = new TreeSet<>();
    }
    killed.add(pid);
  }

  /** Whether a task was killed. */
  public boolean killed(int pid) {
    return killed != null && killed.contains(pid);
  }

  /** The other threads of a task. */
  public List<Task> threadsOf(Task task) {
    if (task.pid() == task.tgid() && !moreThreads.containsKey(task.tgid())) {
      return List.of();
    }
    List<Task> threads = threadGroup(task.tgid());
    threads.remove(task);
    return threads;
  }

  /** Who is told of the ends of processes. */
  public ExitNotify exits() {
    ExitNotify present = exits == null ? new ExitNotify(this) : exits;
    exits = present;
    return present;
  }

  /** What it can let happen besides the call that is under way. */
  public KernelEvents events() {
    KernelEvents present = events;
    if (present == null) {
      throw new IllegalStateException("a machine that does not run");
    }
    return present;
  }

  /** Says who lets things happen. */
  public void setEvents(KernelEvents newEvents) {
    events = newEvents;
  }

  /**
   * Sends a signal to a process, of which a thread takes it that does not block it, or to one
   * thread ({@code send_signal_locked}, {@code complete_signal}).
   */
  public void sendSignal(Task target, int signal, boolean process) {
    if (!target.signals().send(signal, process)) {
      return;
    }
    Task taker = target;
    if (process && (target.signals().blocked() & Signal.bit(signal)) != 0) {
      for (Task thread : threadsOf(target)) {
        if ((thread.signals().blocked() & Signal.bit(signal)) == 0) {
          taker = thread;
          break;
        }
      }
    }
    if (taker.signals().areWaiting()) {
      events().signalled(taker);
    }
  }

  /** What the kernel is. */
  public KernelProfile profile() {
    return machine.profile();
  }

  /** Its address families. */
  public FamilyTable families() {
    return machine.families();
  }

  /** What its namespaces share. */
  public MachineState machine() {
    return machine;
  }

  /** Its memory cgroups. */
  public CgroupTree cgroups() {
    return cgroups;
  }

  /** The next free pid. */
  public int nextPid() {
    return ++lastPid;
  }

  /** Adds a task. */
  public void add(Task task) {
    if (tasks.put(task.pid(), task) != null) {
      throw new IllegalStateException("two tasks with pid " + task.pid());
    }
    if (task.pid() != task.tgid()) {
      if (moreThreads.isEmpty()) {
        moreThreads = new TreeMap<>();
      }
      moreThreads.computeIfAbsent(task.tgid(), key -> new ArrayList<>(1)).add(task);
    }
    cgroups.fork(task.cgroup(), task);
  }

  /** The task with this pid, or null. */
  public @Nullable Task task(int pid) {
    return find(pid);
  }

  /** Takes a task out that has ended. */
  public void remove(Task task) {
    tasks.remove(task.pid());
    List<Task> threads = moreThreads.get(task.tgid());
    if (threads != null && threads.remove(task) && threads.isEmpty()) {
      moreThreads.remove(task.tgid());
    }
    cgroups.exit(task.cgroup(), task);
  }

  /** All tasks by pid. */
  public Map<Integer, Task> tasks() {
    return tasks;
  }

  /** Counts a socket that a call made. */
  public void socketOpened() {
    socketsCreated++;
    socketsOpen++;
  }

  /** Counts a socket whose last reference is gone. */
  public void socketClosed() {
    socketsOpen--;
  }

  /** Sockets that calls made. */
  public long socketsCreated() {
    return socketsCreated;
  }

  /** Sockets that are open. */
  public long socketsOpen() {
    return socketsOpen;
  }

  /**
   * Takes room for one more open file of a task ({@code alloc_empty_file}), and for the dentry that
   * a socket's has.
   *
   * <p><b>Errors</b>, in order: ENOMEM without room for the dentry, ENFILE at {@code fs.file-max}
   * without CAP_SYS_ADMIN, ENOMEM without room for the file.
   *
   * @return 0 or {@code -errno}
   */
  public int allocFile(Cred cred, @Nullable ObjCgroup objcg, OpenFile.Kind kind) {
    boolean dentry = kind == OpenFile.Kind.SOCKET;
    if (objcg != null && dentry) {
      if (!objcg.charge(profile().dentryBytes(), Slab.RECLAIMABLE, Gfp.KERNEL)) {
        return -profile().fileErrno();
      }
    }
    int result = 0;
    if (openFiles >= fileMax() && !cred.nsCapable(machine.initUserNs(), Capability.CAP_SYS_ADMIN)) {
      result = Errno.ENFILE.negated();
    } else if (objcg != null
        && !objcg.charge(profile().fileBytes(), Slab.UNRECLAIMABLE, Gfp.KERNEL)) {
      result = -profile().fileErrno();
    }
    if (result == 0) {
      openFiles++;
    } else if (objcg != null && dentry) {
      objcg.uncharge(profile().dentryBytes(), Slab.RECLAIMABLE);
    }
    return result;
  }

  @Override
  public long openFiles() {
    return openFiles;
  }

  /** Gives back what {@link #allocFile} took. */
  public void freeFile(@Nullable ObjCgroup objcg, OpenFile.Kind kind) {
    openFiles--;
    if (objcg != null) {
      objcg.uncharge(profile().fileBytes(), Slab.UNRECLAIMABLE);
      if (kind == OpenFile.Kind.SOCKET) {
        objcg.uncharge(profile().dentryBytes(), Slab.RECLAIMABLE);
      }
    }
  }

  /** Gives back what a file without references held. */
  public void releaseFile(OpenFile file) {
    file.forget();
    if (file.kind() != OpenFile.Kind.OTHER) {
      freeFile(file.objcg(), file.kind());
    }
    if (file.kind() == OpenFile.Kind.NSFS && file.payload() instanceof NetState net) {
      net.put();
    } else if (file.payload() instanceof FileHandle handle) {
      handle.release();
    } else if (file.payload() instanceof FileOps ops) {
      ops.release();
    }
  }
}
