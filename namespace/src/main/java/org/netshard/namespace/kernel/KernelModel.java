package org.netshard.namespace.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.MemCgroupTree;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.security.SecurityHooks;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.family.FamilyTable;
import org.netshard.protocol.profile.KernelProfile;

/**
 * One machine: what it is, what it has, and who runs on it.
 *
 * <p>It belongs to one {@code Kernel} actor; those below it read and change their parts of it while
 * they hold the baton.
 */
public final class KernelModel {
  private static final long SYSCALL_NS = 1000;
  private static final String NR_OPEN = "fs.nr_open";

  private final MachineState machine;
  private final MemCgroupTree cgroups = new MemCgroupTree();
  private final Map<Integer, Task> tasks = new TreeMap<>();
  private final Map<String, NetState> named = new LinkedHashMap<>();
  private SecurityHooks hooks = new SecurityHooks(List.of());
  private int lastPid;
  private long socketsCreated;
  private long socketsOpen;

  /** A machine without tasks. */
  public KernelModel(MachineState machine) {
    this.machine = machine;
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
    if (named.put(name, net) != null) {
      throw new IllegalStateException("two namespaces named " + name);
    }
  }

  /** The namespace with this name, or null. */
  public @Nullable NetState namedNet(String name) {
    return named.get(name);
  }

  /** Virtual time that a system call takes, in nanoseconds. */
  public long syscallNs() {
    return SYSCALL_NS;
  }

  /** {@code fs.nr_open}: the highest limit of descriptors that a task may be given. */
  public long nrOpen() {
    String value = machine.initNet().readSysctl(NR_OPEN, rootCred());
    if (value == null) {
      throw new IllegalStateException("the kernel profile has no " + NR_OPEN);
    }
    return Long.parseLong(value);
  }

  /** The other threads of a task. */
  public List<Task> threadsOf(Task task) {
    List<Task> threads = new ArrayList<>(0);
    for (Task other : tasks.values()) {
      if (other != task && other.tgid() == task.tgid()) {
        threads.add(other);
      }
    }
    return threads;
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
  public MemCgroupTree cgroups() {
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
  }

  /** The task with this pid, or null. */
  public @Nullable Task task(int pid) {
    return tasks.get(pid);
  }

  /** Takes a task out that has ended. */
  public void remove(Task task) {
    tasks.remove(task.pid());
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

  /** Gives back what a file without references held. */
  public void releaseFile(OpenFile file) {
    if (file.kind() == OpenFile.Kind.NSFS && file.payload() instanceof NetState net) {
      net.put();
    }
  }
}
