package org.netshard.node.trace;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.actor.KernelMessage;
import org.netshard.protocol.actor.NetMessage;
import org.netshard.protocol.actor.ProtoSwMessage;
import org.netshard.protocol.actor.SockMessage;
import org.netshard.protocol.core.HopTrace;

/** Makes one call and keeps every hop of it, in order. */
public final class CallTrace implements Program, HopTrace {
  private static final String KERNEL = "Kernel";

  private final int pid;
  private final Syscall call;
  private final List<Hop> hops = new ArrayList<>();
  private boolean made;
  private long result;
  private long beganNs;
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
    this.pid = pid;
    this.call = call;
  }

  @Override
  public String name() {
    return "trace";
  }

  @Override
  public @Nullable Step next(KernelView kernel, long nowNs) {
    if (made) {
      return null;
    }
    made = true;
    beganNs = nowNs;
    kernel.trace(this);
    return new Step(nowNs, pid, call);
  }

  @Override
  public void completed(KernelView kernel, Syscall ended, long value, long nowNs) {
    kernel.trace(null);
    result = value;
    endedNs = nowNs;
  }

  @Override
  public void hop(String from, String to, Object message, String function) {
    boolean note = message instanceof String || message instanceof Number;
    String text = note ? message.toString() : message.getClass().getSimpleName();
    String target = note ? from : role(text, to);
    hops.add(new Hop(beganNs, from, target, text, function, error(message)));
  }

  /** What an actor is, by the message that it gets. */
  private static String role(String message, String actor) {
    return switch (message) {
      case "SockCreate", "InodeCharged", "CreateFailed", "SockRelease", "PostCreate" -> "Net";
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
    for (Hop hop : hops) {
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
