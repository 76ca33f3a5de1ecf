package org.netshard.namespace.task;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.Cgroup;
import org.netshard.namespace.cgroup.CgroupTask;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.net.NetState;
import org.netshard.protocol.cred.Cred;

/**
 * A task: who it is, in which namespace, and what it has open.
 *
 * <p><b>Source:</b> {@code include/linux/sched.h}, {@code struct task_struct}.
 */
public final class Task implements CgroupTask {
  private final int pid;
  private final int tgid;
  private final String name;
  private Cgroup cgroup;
  private Cred cred;
  private NetState net;
  private FdTable fds;
  private final ProcessMemory memory;
  private int nofile;
  private int nofileHard;
  private int dumpable = 1;
  private int deathSignal;
  private boolean noNewPrivs;
  private byte @Nullable [] comm;

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
    this(pid, tgid, name, cgroup, cred, net, fds, new ProcessMemory(), nofile);
  }

  private Task(
      int pid,
      int tgid,
      String name,
      Cgroup cgroup,
      Cred cred,
      NetState net,
      FdTable fds,
      ProcessMemory memory,
      int nofile) {
    this.pid = pid;
    this.tgid = tgid;
    this.name = name;
    this.cgroup = cgroup;
    this.cred = cred;
    this.net = net;
    this.fds = fds;
    this.memory = memory;
    this.nofile = nofile;
    this.nofileHard = nofile;
    net.get();
  }

  /**
   * A child, with all that a child has from its parent.
   *
   * @param childPid its number
   * @param childTgid number of its thread group: the parent's for a thread
   * @param childFds its descriptors
   */
  public Task child(int childPid, int childTgid, FdTable childFds) {
    boolean thread = childTgid == tgid;
    return new Task(
        childPid,
        childTgid,
        name,
        cgroup,
        cred,
        net,
        childFds,
        thread ? memory.share() : memory.copy(),
        nofile);
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

  /** The memory cgroup that pays for what it allocates; null for the root, which is not charged. */
  public @Nullable MemcgState memcg() {
    MemcgState memcg = cgroup.memcg();
    return memcg.isRoot() ? null : memcg;
  }

  /** The memory that it shares with the threads of its process. */
  public ProcessMemory memory() {
    return memory;
  }

  /** Gives its program's memory back, as {@code execve} does. */
  public void dropMemory() {
    memory.drop();
  }

  @Override
  public long rssPages() {
    return memory.rssPages();
  }

  @Override
  public int oomScoreAdj() {
    return memory.oomScoreAdj();
  }

  @Override
  public Cred cred() {
    return cred;
  }

  /** Replaces its credentials ({@code commit_creds}). */
  public void setCred(Cred newCred) {
    cred = newCred;
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
    memory.leave();
  }

  /** {@code PR_GET_DUMPABLE}. */
  public int dumpable() {
    return dumpable;
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

  /** {@code PR_SET_NAME}. */
  void setComm(byte[] newComm) {
    comm = newComm.clone();
  }
}
