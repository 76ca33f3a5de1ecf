package org.netshard.node.trace;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.core.HopTrace;

/** Makes one call and keeps every hop of it, in order. */
public final class CallTrace implements Program, HopTrace {
  private final int pid;
  private final Syscall call;
  private final List<Hop> hops = new ArrayList<>();
  private boolean made;
  private long result;
  private long nowNs;

  /**
   * One hop of a call.
   *
   * @param timeNs virtual time
   * @param from who hands the baton on
   * @param to who gets it; the same for work inside one actor
   * @param message the message, or what the work is about
   * @param function the kernel function that it stands for
   */
  public record Hop(long timeNs, String from, String to, String message, String function) {
    /** Whether the baton stayed where it was. */
    public boolean inside() {
      return from.equals(to);
    }
  }

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
  public @Nullable Step next(KernelView kernel, long now) {
    if (made) {
      return null;
    }
    made = true;
    nowNs = now;
    kernel.trace(this);
    return new Step(now, pid, call);
  }

  @Override
  public void completed(KernelView kernel, Syscall ended, long value, long now) {
    kernel.trace(null);
    result = value;
    nowNs = now;
  }

  @Override
  public void hop(String from, String to, Object message, String function) {
    boolean note = message instanceof String || message instanceof Number;
    String text = note ? message.toString() : message.getClass().getSimpleName();
    hops.add(new Hop(nowNs, from, note ? from : role(text, to), text, function));
  }

  /** What an actor is, by the message that it gets. */
  private static String role(String message, String actor) {
    return switch (message) {
      case "SockCreate", "InodeCharged", "CreateFailed", "SockRelease", "PostCreate" -> "Net";
      case "Create" -> actor.replaceAll("\\.\\d+$", "");
      case "SkAlloc", "SkCharged", "SkFree" -> actor.replaceAll("\\.\\d+$", "");
      case "InitData", "Perform", "Release", "Socketpair" -> "Sock";
      case "Charge", "Uncharge" -> "MemCgroup";
      case "Done" -> "Kernel";
      default -> actor;
    };
  }

  /** The hops, in order. */
  public List<Hop> hops() {
    return Collections.unmodifiableList(hops);
  }

  /** What the call returned: 0 and above, or {@code -errno}. */
  public long result() {
    return result;
  }

  private String outcome() {
    if (!Errno.isError(result)) {
      return "= " + result;
    }
    Errno errno = Errno.byNumber((int) -result);
    String why = errno == null ? "" : " (" + errno.message() + ")";
    return "= -1 " + Errno.resultText(result) + why + ", " + whereItEnded();
  }

  private String whereItEnded() {
    if (hops.isEmpty()) {
      return "refused before any hop";
    }
    // The last hop that went on before the baton turned back says where the call ended.
    Hop last = hops.get(hops.size() - 1);
    for (Hop hop : hops) {
      if (hop.message().equals("CreateFailed") || hop.message().equals("Release")) {
        last = hop;
        break;
      }
    }
    return "ended in " + last.from() + ", " + last.function();
  }

  /** The hops as an indented call graph. */
  public String text(String line) {
    StringBuilder text = new StringBuilder(line).append('\n');
    int depth = 0;
    for (Hop hop : hops) {
      String what =
          hop.inside() ? hop.from() + ": " + hop.message() : hop.from() + " → " + hop.to();
      String message = hop.inside() ? "" : hop.message();
      boolean back = hop.to().equals("Kernel") && !hop.inside();
      depth = back ? 0 : depth;
      text.append(
          String.format(
              Locale.ROOT,
              "%10d ns  %-50s %-14s %s%n",
              hop.timeNs(),
              "  ".repeat(depth) + what,
              message,
              hop.function()));
      depth += hop.inside() || back ? 0 : 1;
    }
    return text.append(String.format(Locale.ROOT, "%10d ns  %s%n", nowNs, outcome())).toString();
  }

  /** Mermaid would read a hyphen as the beginning of an arrow. */
  private static String participant(String actor) {
    return actor.replace('-', '_');
  }

  /** The hops as a Mermaid sequence diagram. */
  public String mermaid(String line) {
    StringBuilder text = new StringBuilder("sequenceDiagram\n");
    text.append("  Note over Kernel: ").append(line.replace(";", ",")).append('\n');
    for (Hop hop : hops) {
      if (hop.inside()) {
        text.append("  Note over ").append(participant(hop.from())).append(": ");
        text.append(hop.function());
      } else {
        text.append("  ").append(participant(hop.from())).append("->>");
        text.append(participant(hop.to())).append(": ");
        text.append(hop.message()).append(" (").append(hop.function()).append(')');
      }
      text.append('\n');
    }
    return text.append("  Note over Kernel: ").append(outcome()).append('\n').toString();
  }
}
