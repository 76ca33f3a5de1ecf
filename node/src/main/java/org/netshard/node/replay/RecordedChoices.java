package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.SocketFile;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.node.strace.ResultComparison;
import org.netshard.node.strace.StraceEvent;
import org.netshard.node.strace.StraceValue;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.ReuseportChoice;

/**
 * Which sock of those that share a port Linux chose by a secret of its own: the one from which the
 * log has the connection accepted, or the datagram received.
 *
 * <p>Calls that took something from such a sock are given to what comes in the order in which they
 * ended, those that tell another port than the flow's left out.
 */
final class RecordedChoices implements ReuseportChoice {
  private static final int PORT_AT = 2;

  private final List<StraceEvent.Call> takers;
  private final Map<Integer, LogProcess> processes;
  private final LogNames names;
  private final KernelModel model;
  private final IdentityHashMap<StraceEvent.Call, Integer> taken = new IdentityHashMap<>();
  private int line;

  /**
   * Those of a log.
   *
   * @param log its calls
   * @param processes its processes
   * @param names the ports that are known
   * @param model the kernel in which it is replayed
   */
  RecordedChoices(
      List<StraceEvent.Call> log,
      Map<Integer, LogProcess> processes,
      LogNames names,
      KernelModel model) {
    List<StraceEvent.Call> takes = new ArrayList<>(log);
    takes.removeIf(call -> !takesFlow(call));
    takes.sort(Comparator.comparingInt(LogOrder::endLine));
    this.takers = takes;
    this.processes = processes;
    this.names = names;
    this.model = model;
  }

  private static boolean takesFlow(StraceEvent.Call call) {
    return call.result().known()
        && !call.result().isError()
        && switch (call.name()) {
          case "accept", "accept4" -> true;
          case "recvfrom", "recvmsg", "recvmmsg", "read", "readv" ->
              !call.text().contains("MSG_PEEK") && !call.text().contains("MSG_ERRQUEUE");
          default -> false;
        };
  }

  /** Says where in the log the replay is: what was over before took what had come before. */
  void setLine(int newLine) {
    line = newLine;
  }

  @Override
  public @Nullable Sk of(List<Sk> socks, int sport) {
    boolean datagram = socks.get(0).type() == Abi.SOCK_DGRAM;
    for (StraceEvent.Call taker : takers) {
      if (LogOrder.endLine(taker) < line) {
        continue;
      }
      Integer by = taken.get(taker);
      // A connection's first segment may come again, a datagram does not.
      boolean free = by == null || (!datagram && by == sport);
      Sk sk = free ? sock(taker) : null;
      if (sk != null && socks.contains(sk) && isFrom(taker, sport)) {
        taken.put(taker, sport);
        return sk;
      }
    }
    return null;
  }

  private @Nullable Sk sock(StraceEvent.Call taker) {
    LogProcess process = processes.get(taker.pid());
    Task task = process == null ? null : model.task(process.pid());
    if (process == null
        || task == null
        || !(taker.arguments().get(0).plain() instanceof StraceValue.IntValue fd)) {
      return null;
    }
    OpenFile file = task.fds().get(process.fds().simulated((int) fd.value()));
    return file != null && file.payload() instanceof SocketFile socket ? socket.sk() : null;
  }

  /** Whether a call tells no other port, of those that are known. */
  private boolean isFrom(StraceEvent.Call taker, int sport) {
    if (!taker.text().contains("sin")) {
      return true;
    }
    byte[] name = ResultComparison.recordedName(taker);
    if (name.length < PORT_AT + Short.BYTES) {
      return true;
    }
    Integer port = names.simulatedPort(UserMem.of(name).getShort(PORT_AT));
    return port == null || port == sport;
  }
}
