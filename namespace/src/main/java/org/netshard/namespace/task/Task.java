package org.netshard.namespace.task;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.Cgroup;
import org.netshard.namespace.cgroup.CgroupTask;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.net.NetState;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.CallingTask;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/**
 * A task: who it is, in which namespace, and what it has open.
 *
 * <p><b>Source:</b> {@code include/linux/sched.h}, {@code struct task_struct}.
 */
public final class Task implements CgroupTask, CallingTask {
  /** {@code fs.suid_dumpable}. */
  private static final int SUID_DUMPABLE = 0;

  private final int pid;
  private final int tgid;
  private final String name;
  private Cgroup cgroup;
  private Cred cred;
  private NetState net;
  private FdTable fds;
  private @Nullable ProcessMemory memory;
  private int nofile;
  private int nofileHard;
  private int dumpable = 1;
  private UserNamespace mmUserNs;
  private PidNamespace pidNs = PidNamespace.INITIAL;
  private PidNamespace pidNsForChildren = pidNs;
  private int deathSignal;
  private boolean noNewPrivs;
  private byte @Nullable [] comm;
  private @Nullable Signals signals;
  private @Nullable Family family;
  private @Nullable FsStruct fs;

  /**
   * A task whose program has no memory yet; it takes a reference of its namespace.
   *
   * @param pid its number
   * @param tgid number of its thread group, which {@code getpid} gives
   * @param name its name, for rules and reports
   * @param cgroup the cgroup that it starts in
   * @param cred its credentials
   * @param net its network namespace
   * @param fds its descriptors
   * @param nofile RLIMIT_NOFILE
   */
  public Task(
      int pid,
      int tgid,
      String name,
      Cgroup cgroup,
      Cred cred,
      NetState net,
      FdTable fds,
      int nofile) {
    this.pid = pid;
    this.tgid = tgid;
    this.name = name;
    this.cgroup = cgroup;
    this.cred = cred;
    this.net = net;
    this.fds = fds;
    this.nofile = nofile;
    this.nofileHard = nofile;
    this.mmUserNs = cred.userNs();
    net.get();
  }

  /**
   * A child as {@code copy_process} makes it: like its parent, but that no signal waits for the
   * parent's end.
   *
   * @param childPid its number
   * @param childTgid number of its thread group: the parent's for a thread
   * @param childFds its descriptors
   * @param exitSignal what tells the parent of the end of a process; 0 for nothing, below 0 for a
   *     process that becomes a child of this one's parent
   */
  public Task child(int childPid, int childTgid, FdTable childFds, int exitSignal) {
    Task child = new Task(childPid, childTgid, name, cgroup, cred, net, childFds, nofile);
    boolean thread = childTgid == tgid;
    child.memory = thread ? memory().share() : memory == null ? null : memory.copy();
    child.nofileHard = nofileHard;
    child.dumpable = dumpable;
    child.mmUserNs = mmUserNs;
    child.pidNs = pidNs;
    child.pidNsForChildren = pidNsForChildren;
    child.noNewPrivs = noNewPrivs;
    child.comm = comm;
    child.fs = thread ? fs() : fs == null ? null : fs.copy();
    child.family = thread ? family() : relative(childTgid, exitSignal);
    child.signals = thread || signals != null ? signals().child(thread) : null;
    return child;
  }

  /** What it knows of files, shared by threads; made when first asked for. */
  private FsStruct fs() {
    FsStruct present = fs == null ? new FsStruct() : fs;
    fs = present;
    return present;
  }

  @Override
  public int umask() {
    return fs == null ? FsStruct.UMASK : fs.umask();
  }

  /** {@code umask(2)}; the old one. */
  public int setUmask(int mask) {
    int old = umask();
    fs().setUmask(mask & 0777);
    return old;
  }

  private Family relative(int childTgid, int exitSignal) {
    return exitSignal < 0 ? family().sibling(childTgid) : family().child(childTgid, exitSignal);
  }

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public int tgid() {
    return tgid;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  @Override
  public Cgroup cgroup() {
    return cgroup;
  }

  @Override
  public void setCgroup(Cgroup newCgroup) {
    cgroup = newCgroup;
  }

  @Override
  public @Nullable Object file(int fd) {
    OpenFile file = fd < 0 ? null : fds().get(fd);
    if (file == null || FdCalls.isPath(file)) {
      return null;
    }
    Object payload = file.payload();
    return payload == null ? file : payload;
  }

  /** The memory cgroup that pays for what it allocates; null for the root, which is not charged. */
  public @Nullable MemcgState memcg() {
    MemcgState memcg = cgroup.memcg();
    return memcg.isRoot() ? null : memcg;
  }

  /** The memory that it shares with the threads of its process; made when first asked for. */
  public ProcessMemory memory() {
    ProcessMemory present = memory == null ? new ProcessMemory() : memory;
    memory = present;
    return present;
  }

  @Override
  public long rssPages() {
    return memory == null ? 0 : memory.rssPages();
  }

  @Override
  public int oomScoreAdj() {
    return memory == null ? 0 : memory.oomScoreAdj();
  }

  @Override
  public @Nullable PassedFile fget(int fd) {
    OpenFile file = fds.get(fd);
    if (file != null) {
      file.get();
    }
    return file;
  }

  @Override
  public int receiveFd(PassedFile file, boolean cloexec) {
    int fd = fds.lowestFree(0, nofile);
    if (fd >= 0) {
      fds.install(fd, (OpenFile) file, cloexec);
    }
    return fd;
  }

  @Override
  public int receivePidfd(int process) {
    int fd = fds.lowestFree(0, nofile);
    if (fd >= 0) {
      fds.install(fd, (OpenFile) net.machine().pidFile(process), true);
    }
    return fd;
  }

  @Override
  public void sigpipe() {
    signals().send(Signal.SIGPIPE, false);
  }

  @Override
  public Cred cred() {
    return cred;
  }

  /**
   * Replaces its credentials ({@code commit_creds}): when they belong to somebody else, or allow
   * what the old ones did not, the task cannot be looked into any more.
   */
  public void setCred(Cred newCred) {
    if (cred.euid() != newCred.euid()
        || cred.egid() != newCred.egid()
        || !cred.allowsAllOf(newCred)) {
      dumpable = SUID_DUMPABLE;
      deathSignal = 0;
    }
    cred = newCred;
  }

  /**
   * Begins another program: only what a user may do who has not just become another can be looked
   * into.
   *
   * @param path of the program, whose last part becomes the name of the task
   */
  public void execve(UserMem path) {
    dumpable = cred.euid() == cred.uid() && cred.egid() == cred.gid() ? 1 : SUID_DUMPABLE;
    mmUserNs = cred.userNs();
    if (memory != null) {
      memory.drop();
    }
    setCred(CredCalls.execve(cred));
    if (signals != null) {
      signals.execve();
    }
    byte[] bytes = path.content();
    int end = 0;
    int start = 0;
    while (end < bytes.length && bytes[end] != 0) {
      start = bytes[end++] == '/' ? end : start;
    }
    comm = Arrays.copyOf(Arrays.copyOfRange(bytes, start, Math.min(end, start + 15)), 16);
  }

  /** Its relatives; made when first asked for. */
  public Family family() {
    Family present = family == null ? new Family(tgid) : family;
    family = present;
    return present;
  }

  /** Its relatives; null if nobody asked yet, as it has none. */
  public @Nullable Family familyIfAny() {
    return family;
  }

  /** Its signals; made when first asked for. */
  public Signals signals() {
    Signals present = signals == null ? new Signals(new SignalHandlers()) : signals;
    signals = present;
    return present;
  }

  /** Whether a signal may wait for it, or have been ignored; if not, its signals need no look. */
  public boolean hasSignals() {
    return signals != null;
  }

  /** Whether its children are in another pid namespace than itself. */
  public boolean hasOtherPidNsForChildren() {
    return pidNs != pidNsForChildren;
  }

  /** Its children get a new pid namespace ({@code nsproxy->pid_ns_for_children}). */
  void unsharePidNs() {
    pidNsForChildren = new PidNamespace();
  }

  /**
   * Begins in the pid namespace that its parent has for it.
   *
   * @return whether there can be tasks in it ({@code alloc_pid})
   */
  public boolean enterPidNs() {
    if (pidNsForChildren.ended()) {
      return false;
    }
    pidNs = pidNsForChildren;
    if (pid == tgid) {
      pidNs.add(pid);
    }
    return true;
  }

  /** Its process has ended; true if all others of its pid namespace must end too. */
  public boolean leavePidNs() {
    return pidNs.remove(tgid);
  }

  /** Whether two tasks are in one pid namespace. */
  public boolean sharesPidNs(Task other) {
    return pidNs == other.pidNs;
  }

  /** Its network namespace ({@code nsproxy->net_ns}). */
  public NetState net() {
    return net;
  }

  /** Moves it to another namespace ({@code switch_task_namespaces}). */
  public void setNet(NetState newNet) {
    newNet.get();
    net.put();
    net = newNet;
  }

  /** Its descriptors. */
  public FdTable fds() {
    return fds;
  }

  /** Gives it descriptors of its own ({@code unshare_files}). */
  public void unshareFds() {
    if (fds.shared()) {
      FdTable own = fds.copy();
      fds.leave();
      fds = own;
    }
  }

  /** RLIMIT_NOFILE, the soft limit. */
  public int nofile() {
    return nofile;
  }

  /** RLIMIT_NOFILE, the hard limit. */
  public int nofileHard() {
    return nofileHard;
  }

  /** Sets RLIMIT_NOFILE. */
  public void setNofile(int soft, int hard) {
    nofile = soft;
    nofileHard = hard;
  }

  /** Gives the reference of its namespace, and what it has of memory, back, when it ends. */
  public void leave() {
    net.put();
    if (memory != null) {
      memory.leave();
    }
  }

  /** {@code PR_GET_DUMPABLE}. */
  public int dumpable() {
    return dumpable;
  }

  /** The user namespace in which its program began ({@code mm->user_ns}). */
  public UserNamespace mmUserNs() {
    return mmUserNs;
  }

  /** {@code PR_SET_DUMPABLE}. */
  public void setDumpable(int value) {
    dumpable = value;
  }

  /** {@code PR_GET_PDEATHSIG}: signal that the end of the parent sends; 0 for none. */
  public int deathSignal() {
    return deathSignal;
  }

  /** {@code PR_SET_PDEATHSIG}. */
  public void setDeathSignal(int signal) {
    deathSignal = signal;
  }

  /** {@code PR_GET_NO_NEW_PRIVS}; a child has it from its parent. */
  public boolean noNewPrivs() {
    return noNewPrivs;
  }

  /** {@code PR_SET_NO_NEW_PRIVS}; it cannot be taken back. */
  public void setNoNewPrivs() {
    noNewPrivs = true;
  }

  /** {@code PR_GET_NAME}: 16 bytes with a NUL at the end; at first the task's name. */
  byte[] comm() {
    byte[] name = comm == null ? name().getBytes(StandardCharsets.UTF_8) : comm;
    byte[] copy = Arrays.copyOf(name, 16);
    copy[15] = 0;
    return copy;
  }

  /** {@code PR_SET_NAME}, and {@code execve}. */
  void setComm(byte[] newComm) {
    comm = newComm.clone();
  }
}
