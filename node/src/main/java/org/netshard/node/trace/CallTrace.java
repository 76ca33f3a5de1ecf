package org.netshard.node.trace;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.actor.KernelMessage;
import org.netshard.protocol.actor.NetMessage;
import org.netshard.protocol.actor.ProtoSwMessage;
import org.netshard.protocol.actor.SockMessage;
import org.netshard.protocol.core.HopTrace;

/**
 * Makes one call and keeps every hop of it and of what it lets happen, in order.
 *
 * <p>Before it, the task may make other calls, and a thread of it may begin one in which it sleeps,
 * so that there are sockets that talk. The loopback device is up.
 */
public final class CallTrace implements Program, HopTrace {
  private static final String KERNEL = "Kernel";

  /** {@code CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD}. */
  private static final int THREAD = 0x10f00;

  /** Time in which the thread has come to its sleep. */
  private static final long ASLEEP_NS = 100_000;

  private final int pid;
  private final Syscall call;
  private final List<Hop> hops = new ArrayList<>();
  private final List<Syscall> before;
  private final @Nullable Syscall waiting;
  private int prepared;
  private String failed = "";
  private boolean made;
  private boolean ended;
  private int hopsOfCall;
  private @Nullable KernelView view;
  private long result;
  private long endedNs;

  /**
   * One hop of a call.
   *
   * @param timeNs virtual time
   * @param from who hands the baton on
   * @param to who gets it; the same for work inside one actor
   * @param message the message, or what the work is about
   * @param function the kernel function that it stands for
   * @param result what the message says went wrong: {@code -errno}, or 0
   */
  public record Hop(
      long timeNs, String from, String to, String message, String function, long result) {
    /** Whether the baton stayed where it was. */
    public boolean inside() {
      return from.equals(to);
    }
  }

  /**
   * The part of the kernel that refused a call.
   *
   * @param actor its name
   * @param function the kernel function
   */
  public record End(String actor, String function) {}

  /** Traces a call of the task with this pid. */
  public CallTrace(int pid, Syscall call) {
    this(pid, List.of(), null, call);
  }

  /**
   * Traces a call of the task with this pid.
   *
   * @param before calls that it makes first
   * @param waiting a call that a thread of it then begins, or null
   */
  public CallTrace(int pid, List<Syscall> before, @Nullable Syscall waiting, Syscall call) {
    this.pid = pid;
    this.before = List.copyOf(before);
    this.waiting = waiting;
    this.call = call;
  }

  /** The call of a thread that sleeps when the traced call begins. */
  private record Waiting(int pid, Syscall call, boolean[] made) implements Program {
    @Override
    public String name() {
      return "waiting";
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      if (made[0]) {
        return null;
      }
      made[0] = true;
      return new Step(nowNs, pid, call);
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {}
  }

  @Override
  public String name() {
    return "trace";
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    view = kernel;
    if (made || !failed.isEmpty()) {
      return null;
    }
    kernel.model().machine().initNet().setLoUp(true);
    if (prepared < before.size()) {
      return new Step(nowNs, pid, before.get(prepared));
    }
    long atNs = nowNs;
    if (waiting != null) {
      if (prepared == before.size()) {
        return new Step(nowNs, pid, Syscall.of(SyscallName.CLONE, THREAD, UserMem.NULL));
      }
      kernel.attach(new Waiting(kernel.lastChildPid(), waiting, new boolean[1]));
      atNs = nowNs + ASLEEP_NS;
    }
    made = true;
    kernel.later(atNs, () -> kernel.trace(this));
    return new Step(atNs, pid, call);
  }

  @Override
  public void completed(KernelView kernel, Syscall ended, long value, long nowNs) {
    if (!made) {
      if (Errno.isError(value)) {
        failed = ended.callName() + ": " + Errno.resultText(value);
      }
      prepared++;
      return;
    }
    result = value;
    endedNs = nowNs;
    hopsOfCall = hops.size();
    this.ended = true;
  }

  @Override
  public void hop(String from, String to, Object message, String function) {
    boolean note = message instanceof String || message instanceof Number;
    String text = note ? message.toString() : message.getClass().getSimpleName();
    String target = note ? from : role(text, to);
    long nowNs = view == null ? 0 : view.nowNs();
    hops.add(new Hop(nowNs, from, target, text, function, error(message)));
  }

  /** What an actor is, by the message that it gets. */
  private static String role(String message, String actor) {
    return switch (message) {
      case "SockCreate", "InodeCharged", "CreateFailed", "SockRelease", "PostCreate", "NetRx" ->
          "Net";
      case "Create", "SkAlloc", "SkCharged", "SkFree" -> actor.replaceAll("\\.\\d+$", "");
      case "InitData", "Perform", "Release", "Socketpair" -> "Sock";
      case "Charge", "Uncharge" -> "MemCgroup";
      case "Done" -> KERNEL;
      default -> actor;
    };
  }

  /** The error that a message brings, or 0. */
  private static long error(Object message) {
    long said = 0;
    if (message instanceof KernelMessage.Done done) {
      said = done.result();
    } else if (message instanceof NetMessage.CreateFailed failed) {
      said = failed.result();
    } else if (message instanceof ProtoSwMessage.SkFree freed) {
      said = freed.result();
    } else if (message instanceof SockMessage.Release release) {
      said = release.call().refusal();
    }
    return Errno.isError(said) ? said : 0;
  }

  /** Which call before it failed, and how; empty if none did. */
  public String failed() {
    return failed;
  }

  /** How many hops there were when the call ended; the others are of what it let happen. */
  public int hopsOfCall() {
    return ended ? hopsOfCall : hops.size();
  }

  /** The hops, in order. */
  public List<Hop> hops() {
    return Collections.unmodifiableList(hops);
  }

  /** What the call returned: 0 and above, or {@code -errno}. */
  public long result() {
    return result;
  }

  /** Virtual time at which the call ended, in nanoseconds. */
  public long endedNs() {
    return endedNs;
  }

  /**
   * Where a failed call ended: who first handed on the error that the call returned, else the
   * kernel itself. Null for a call that did not fail.
   */
  public @Nullable End end() {
    if (!Errno.isError(result)) {
      return null;
    }
    Hop last = null;
    for (Hop hop : hops.subList(0, hopsOfCall())) {
      if (hop.result() == result) {
        return new End(hop.from(), hop.function());
      }
      last = hop;
    }
    return last != null && last.inside()
        ? new End(last.from(), last.function())
        : new End(KERNEL, "sys_" + call.name().kernelName());
  }
}
