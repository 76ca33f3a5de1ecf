package org.netshard.node.replay;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.node.strace.StraceEvent;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/** Replaces the process ids that calls of a log name by those of the simulation. */
final class LogPids {
  /** A process that is in no simulation. */
  private static final int NOBODY = 1 << 29;

  private static final int P_PID = 1;

  private static final Pattern PROC_PID = Pattern.compile("/proc/([1-9]\\d{0,8})(/.*)");

  private final Map<Integer, LogProcess> processes;
  private final Map<Integer, Integer> ended = new TreeMap<>();

  /**
   * Reads a map that goes on changing.
   *
   * @param processes the processes of the log that there are, by their number there
   */
  LogPids(Map<Integer, LogProcess> processes) {
    this.processes = processes;
  }

  /** A process has ended, but may be waited for. */
  void ended(LogProcess process) {
    ended.put(process.logPid(), process.pid());
  }

  /** The call as it is made; null if it names a process of which nothing is known. */
  @Nullable Syscall inSimulation(Syscall call, StraceEvent.Call recorded) {
    return switch (call.name()) {
      case CAPSET, CAPGET -> inMemory(call, 0, recorded);
      case PRLIMIT64 -> inArgument(call, 0, recorded);
      case FCNTL ->
          switch (call.intArg(1)) {
            case Abi.F_SETOWN -> inArgument(call, 2, recorded);
            case Abi.F_SETOWN_EX -> inMemory(call, 2, recorded);
            default -> call;
          };
      case KILL, TKILL -> inArgument(call, 0, recorded);
      case WAIT4 -> call.intArg(0) == -1 ? call : inArgument(call, 0, recorded);
      case WAITID -> call.intArg(0) == P_PID ? inArgument(call, 1, recorded) : call;
      case TGKILL -> {
        Syscall group = inArgument(call, 0, recorded);
        yield group == null ? null : inArgument(group, 1, recorded);
      }
      case SENDMMSG -> {
        FdsInMemory.headers(call).forEach(header -> inCredentials(header, recorded));
        yield call;
      }
      case OPENAT -> inPath(call, recorded);
      case SENDMSG -> {
        inCredentials(call.mem(1), recorded);
        yield call;
      }
      default -> call;
    };
  }

  private void inCredentials(UserMem header, StraceEvent.Call recorded) {
    for (int at : FdsInMemory.credentials(header)) {
      UserMem control = header.pointer(FdsInMemory.CONTROL);
      Integer pid = simulated(control.getInt(at), recorded);
      if (pid != null) {
        control.putInt(at, pid);
      }
    }
  }

  /** The simulated number, 0 for none; or null. Of a process group the number is below 0. */
  private @Nullable Integer simulated(int pid, StraceEvent.Call recorded) {
    if (pid == 0 || pid == Integer.MIN_VALUE) {
      return pid;
    }
    LogProcess process = processes.get(Math.abs(pid));
    if (process != null) {
      return pid < 0 ? -process.pid() : process.pid();
    }
    Integer gone = ended.get(Math.abs(pid));
    if (gone != null) {
      return pid < 0 ? -gone : gone;
    }
    boolean known =
        recorded.result().is(Errno.ESRCH)
            || recorded.result().is(Errno.ECHILD)
            || recorded.result().is(Errno.ENOENT)
            || recorded.name().equals(SyscallName.CAPSET.kernelName());
    return known ? (Integer) (pid < 0 ? -NOBODY : NOBODY) : null;
  }

  private @Nullable Syscall inArgument(Syscall call, int index, StraceEvent.Call recorded) {
    Integer pid = simulated(call.intArg(index), recorded);
    return pid == null ? null : call.withArg(index, pid);
  }

  /** In the second word of a structure. */
  private @Nullable Syscall inMemory(Syscall call, int index, StraceEvent.Call recorded) {
    UserMem memory = call.mem(index);
    if (!memory.accessible(0, 2 * Integer.BYTES)) {
      return call;
    }
    Integer pid = simulated(memory.getInt(Integer.BYTES), recorded);
    if (pid == null) {
      return null;
    }
    memory.putInt(Integer.BYTES, pid);
    return call;
  }

  private @Nullable Syscall inPath(Syscall call, StraceEvent.Call recorded) {
    String path = new String(call.mem(1).content(), StandardCharsets.UTF_8);
    Matcher matcher =
        PROC_PID.matcher(path.endsWith("\0") ? path.substring(0, path.length() - 1) : path);
    if (!matcher.matches()) {
      return call;
    }
    Integer pid = simulated(Integer.parseInt(matcher.group(1)), recorded);
    if (pid == null) {
      return null;
    }
    String mapped = "/proc/" + pid + matcher.group(2) + '\0';
    UserMem memory = UserMem.of(mapped.getBytes(StandardCharsets.UTF_8));
    return Syscall.of(call.name(), call.arg(0), memory, call.arg(2), call.arg(3));
  }
}
