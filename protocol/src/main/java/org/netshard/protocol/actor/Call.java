package org.netshard.protocol.actor;

import akka.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.core.Caller;
import org.netshard.protocol.core.CallingTask;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.PassedFile;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.family.SockCreate;
import org.netshard.protocol.memcg.Memcg;
import org.netshard.protocol.memcg.ObjCgroup;

/**
 * The baton: the one system call that a kernel is answering.
 *
 * <p>A kernel has one of these and uses it for every call. Only the actor that was handed it may
 * touch it, and hands it on with exactly one message. It never leaves the lane of its kernel.
 */
public final class Call implements Caller {
  private final ActorRef<KernelMessage> kernel;
  private final ActorRef<MemCgroupMessage> memCgroups;
  private final SockCreate create = new SockCreate();
  private @Nullable HopTrace trace;
  private @Nullable Syscall syscall;
  private @Nullable Cred cred;
  private int pid;
  private int fileFlags;
  private @Nullable Memcg memcg;
  private @Nullable Progress progress;
  private @Nullable CallingTask task;
  private @Nullable PassedFile accepted;
  private @Nullable Sk acceptedSk;
  private @Nullable ActorRef<NetMessage> net;
  private @Nullable ActorRef<SockMessage> sock;
  private @Nullable Sk sk;
  private int refusal;

  /**
   * The baton of a kernel.
   *
   * @param kernel where it comes home
   * @param memCgroups who binds socks of tasks outside the root cgroup
   */
  public Call(ActorRef<KernelMessage> kernel, ActorRef<MemCgroupMessage> memCgroups) {
    this.kernel = kernel;
    this.memCgroups = memCgroups;
  }

  /**
   * Begins a call, or goes on with one that has slept.
   *
   * @param newTask who makes it
   * @param newMemcg the memory cgroup of the task; null for the root
   * @param newProgress how far it is
   */
  public void begin(
      Syscall newSyscall,
      int newPid,
      Cred newCred,
      @Nullable Memcg newMemcg,
      CallingTask newTask,
      Progress newProgress) {
    task = newTask;
    progress = newProgress;
    fileFlags = 0;
    syscall = newSyscall;
    pid = newPid;
    cred = newCred;
    memcg = newMemcg;
    net = null;
    sock = null;
    sk = null;
    refusal = 0;
  }

  /** The call as the program made it. */
  public Syscall syscall() {
    return known(syscall);
  }

  /** Sets what a sock is asked on behalf of the call: {@code sendfile} has it write. */
  public void setSyscall(Syscall onBehalf) {
    syscall = onBehalf;
  }

  @Override
  public Progress progress() {
    return known(progress);
  }

  @Override
  public void accepted(PassedFile file) {
    accepted = file;
  }

  /** The connection that was accepted. */
  public PassedFile accepted() {
    return known(accepted);
  }

  @Override
  public void acceptedSk(Sk child) {
    acceptedSk = child;
  }

  /** The sock that was accepted and has no file yet, or null; it is given out once. */
  public @Nullable Sk takeAcceptedSk() {
    Sk child = acceptedSk;
    acceptedSk = null;
    return child;
  }

  @Override
  public CallingTask task() {
    return known(task);
  }

  @Override
  public int fileFlags() {
    return fileFlags;
  }

  /** Says through which file the call is made. */
  public void setFileFlags(int flags) {
    fileFlags = flags;
  }

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public Cred cred() {
    return known(cred);
  }

  /** The task's memory cgroup; null for the root, which is never charged. */
  public @Nullable Memcg memcg() {
    return memcg;
  }

  @Override
  public @Nullable ObjCgroup objcg() {
    return memcg == null ? null : memcg.objcg();
  }

  /** The socket that the call makes, if it makes one. */
  public SockCreate create() {
    return create;
  }

  /** Notes the namespace in which a socket is made. */
  public void setNet(ActorRef<NetMessage> newNet) {
    net = newNet;
  }

  /** The namespace in which a socket is made. */
  public ActorRef<NetMessage> net() {
    return known(net);
  }

  /** Notes the sock that was made. */
  public void made(ActorRef<SockMessage> newSock, Sk newSk) {
    sock = newSock;
    sk = newSk;
  }

  /** The sock that was made. */
  public ActorRef<SockMessage> sock() {
    return known(sock);
  }

  /** The model of the sock that was made. */
  public Sk sk() {
    return known(sk);
  }

  /** Notes why a socket that is ready must be released again. */
  public void refuse(int result) {
    refusal = result;
  }

  /** Why the socket is released: {@code -errno}, or 0 if it is closed. */
  public int refusal() {
    return refusal;
  }

  /** Begins the release of one more socket in the same call. */
  public void beginRelease() {
    refusal = 0;
  }

  /** Who binds socks to memory cgroups. */
  public ActorRef<MemCgroupMessage> memCgroups() {
    return memCgroups;
  }

  /** The kernel, to which the baton comes home. */
  public ActorRef<KernelMessage> kernel() {
    return kernel;
  }

  /** Switches the trace of hops on, or off with null. */
  public void setTrace(@Nullable HopTrace newTrace) {
    trace = newTrace;
  }

  /** Whether hops are traced. */
  public boolean traced() {
    return trace != null;
  }

  /** Hands the baton on. */
  public <M> void pass(String from, ActorRef<M> to, M message, String function) {
    if (trace != null) {
      trace.hop(from, to.path().name(), message, function);
    }
    to.tell(message);
  }

  /** Notes work of a kernel function inside the actor that holds the baton. */
  public void note(String where, Object what, String function) {
    if (trace != null) {
      trace.hop(where, where, what, function);
    }
  }

  /** Brings the baton home with the result of the call, or of its present part. */
  public void done(String from, long result, String function) {
    pass(from, kernel, new KernelMessage.Done(this, result), function);
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the baton does not carry this now");
    }
    return value;
  }

  @Override
  public String toString() {
    return syscall == null ? "no call" : "pid " + pid + " " + syscall;
  }
}
