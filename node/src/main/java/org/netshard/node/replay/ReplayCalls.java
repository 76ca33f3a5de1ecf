package org.netshard.node.replay;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.node.strace.CallDecoder;
import org.netshard.node.strace.Notation;
import org.netshard.node.strace.ReadyFiles;
import org.netshard.node.strace.ResultComparison;
import org.netshard.node.strace.StraceEvent;
import org.netshard.node.strace.StraceSyntaxException;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Signal;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.inet.ReuseportGroup;
import org.netshard.protocol.ping.PingOps;

/**
 * What the calls of a log are in the simulation, and what their results come to.
 *
 * <p>A call that this kernel does not have changes only what the log shows of it: the descriptors
 * that it gave exist from then on, as files that are not simulated. After a difference the
 * simulation is brought back to what the log says, so that one difference is counted once.
 */
final class ReplayCalls {
  private static final String STILL_SLEEPING = "still sleeping, and nothing left to wake it";

  private final String file;
  private final ReplaySetup setup;
  private final LogOrder order;
  private final ReplayResult result = new ReplayResult();
  private final Map<Integer, LogProcess> processes = new LinkedHashMap<>();
  private final LogPids pids = new LogPids(processes);
  private final LogNames names = new LogNames();
  private final IdentityHashMap<Sk, String> noLongerNew = new IdentityHashMap<>();
  private final ReplayTiming timing;
  private @Nullable RecordedChoices choices;

  /** Processes whose last call was not made. */
  private final Set<Integer> notMade = new TreeSet<>();

  private final Map<Integer, List<Integer>> cameToTasks = new TreeMap<>();
  private final List<Quiet> quiet = new ArrayList<>();

  /** A call that the log does not have, made to bring the simulation to what it says. */
  record Quiet(int pid, Syscall call) {}

  /**
   * The calls of a log.
   *
   * @param file the log, for messages
   * @param order in which order they were made
   * @param setup makes the first process of the log
   */
  ReplayCalls(String file, LogOrder order, ReplaySetup setup) {
    this.file = file;
    this.setup = setup;
    this.order = order;
    this.timing = new ReplayTiming(order, result);
  }

  /** What came of it. */
  ReplayResult result() {
    timing.end();
    if (order.showsSignals()) {
      cameToTasks.values().forEach(this::notInLog);
    }
    cameToTasks.clear();
    setup.warnings().forEach(result::warn);
    return result;
  }

  private void notInLog(List<Integer> signals) {
    for (int signal : signals) {
      if (signal == Signal.SIGPIPE) {
        String text = "no signal";
        result.different(new ReplayResult.Difference(file, 0, "SIGPIPE", text, "SIGPIPE came"));
      }
    }
  }

  /** Calls to be made besides, each once. */
  List<Quiet> takeQuiet() {
    List<Quiet> taken = List.copyOf(quiet);
    quiet.clear();
    return taken;
  }

  /** A process has ended; null if it was not there. */
  @Nullable LogProcess exited(StraceEvent.Exit exit) {
    LogProcess process = processes.remove(exit.pid());
    if (process != null && order.showsWaits()) {
      pids.ended(process);
    }
    return process;
  }

  /** A thread has become its process's only one. */
  void superseded(StraceEvent.Superseded superseded) {
    LogProcess by = processes.remove(superseded.by());
    if (by != null) {
      processes.put(superseded.pid(), new LogProcess(superseded.pid(), by.pid(), by.fds()));
    }
  }

  /** Begins a call, or does what the log shows of one that is not simulated. */
  PendingCall begin(KernelView kernel, StraceEvent.Call call) {
    LogProcess process = process(kernel, call.pid());
    notMade.remove(call.pid());
    choices(kernel).setLine(call.place().startLine());
    Task task = kernel.model().task(process.pid());
    if (task == null) {
      String ended = "its process has ended";
      return notMade(kernel, call, process, new CallPlan(null, ended, false));
    }
    CallPlan plan = CallPlan.of(call, process, task, pids, noLongerNew);
    if (plan.syscall() == null) {
      return notMade(kernel, call, process, plan);
    }
    Syscall made = names.inSimulation(plan.syscall());
    StateChange.directory(call, made, task);
    Object target = ReplayTiming.target(task, made);
    HiddenEcho.complete(call, made, target);
    if (timing.isDone(call, made, task)) {
      PendingCall done = new PendingCall(call, process, made, null, target);
      timing.countDone(done, difference(call, "made before"));
      return new PendingCall(call, process, null, null, null);
    }
    RecordedReadiness.prepareSendfile(call, made, task);
    PendingCall begun = new PendingCall(call, process, made, before(made, task), target);
    begun.setFiles(RecordedReadiness.of(call, made, process, task));
    return begun;
  }

  private RecordedChoices choices(KernelView kernel) {
    RecordedChoices known = choices;
    if (known == null) {
      known = new RecordedChoices(order.calls(), processes, names, kernel.model());
      ReuseportGroup.choose(kernel.model().machine(), known);
      choices = known;
    }
    return known;
  }

  private static PendingCall.@Nullable Before before(Syscall call, Task task) {
    return switch (call.name()) {
      case UNSHARE, SETNS, SETRESUID, SETRESGID, SETUID, SETGID, SETGROUPS, CAPSET, PRCTL -> {
        task.net().get();
        yield new PendingCall.Before(task.cred(), task.net());
      }
      default -> null;
    };
  }

  private LogProcess process(KernelView kernel, int logPid) {
    return processes.computeIfAbsent(
        logPid, pid -> new LogProcess(pid, setup.firstProcess(kernel.model()), new FdNames()));
  }

  private PendingCall notMade(
      KernelView kernel, StraceEvent.Call call, LogProcess process, CallPlan plan) {
    notMade.add(call.pid());
    if (call.result().known() && plan.recorded()) {
      result.recorded(call.name());
    } else if (call.result().known()) {
      result.notSimulated(call.name(), plan.reason());
    }
    Task task = kernel.model().task(process.pid());
    PendingCall shown = new PendingCall(call, process, null, null, null);
    if (task == null) {
      return shown;
    }
    for (int fd : FdOrigins.of(call)) {
      install(task, process, fd, call);
    }
    StateChange.note(call, process, task, noLongerNew);
    StateChange.loopback(call, process, task);
    StateChange.files(call, task);
    CloseRange.closed(call, process, task)
        .forEach(fd -> quiet.add(new Quiet(process.pid(), Syscall.close(fd))));
    return shown;
  }

  private static void install(Task task, LogProcess process, int recorded, StraceEvent.Call call) {
    int fd = recorded;
    if (task.fds().get(fd) != null) {
      fd = task.fds().lowestFree(0, Integer.MAX_VALUE);
    }
    Object file =
        FdOrigins.givesRecorded(call.name())
            ? new RecordedFile(call.name())
            : new UnsimulatedFile(FdOrigins.givesSocket(call.name()), call.name());
    int flags = call.text().contains("O_PATH") ? Abi.O_PATH : Abi.O_RDWR;
    OpenFile opened = new OpenFile(OpenFile.Kind.OTHER, flags, file);
    task.fds().install(fd, opened, FdOrigins.closeOnExec(call));
    process.fds().map(recorded, fd);
  }

  /** A call is over. */
  void over(KernelView kernel, PendingCall was, Syscall call, long simulated) {
    StraceEvent.Call recorded = was.recorded();
    if (needsMore(call, simulated)) {
      result.notSimulated(recorded.name(), "a connection");
      Sk sk = kernel.sock(was.process().pid(), call.intArg(0));
      // A refused AF_UNIX socket is what it was.
      if (sk == null || !sk.isUnix() || !recorded.result().isError()) {
        otherName(kernel, was, call);
      }
    } else if (RecordedCalls.isNameFromOutside(recorded, call, simulated)) {
      result.recorded(recorded.name());
      if (!recorded.result().isError()) {
        otherName(kernel, was, call);
      }
    } else if (recorded.result().errorName().startsWith("ERESTART")) {
      compareRestart(was, call, simulated);
    } else if (recorded.result().known()) {
      if (!compare(was, call, simulated, chosenPort(kernel, was, call))) {
        otherName(kernel, was, call);
      }
      names.learn(recorded, call, simulated);
    }
    follow(kernel, was, call, simulated);
  }

  /** A call that a signal has ended, so that only {@code strace} sees its result. */
  private void compareRestart(PendingCall was, Syscall call, long simulated) {
    StraceEvent.Call recorded = was.recorded();
    int wanted =
        switch (recorded.result().errorName()) {
          case "ERESTARTSYS" -> Progress.ERESTARTSYS;
          case "ERESTARTNOHAND" -> Progress.ERESTARTNOHAND;
          default -> Progress.ERESTART_RESTARTBLOCK;
        };
    if (wanted == simulated) {
      result.same(recorded.name());
    } else {
      result.different(
          difference(
              recorded, "result: " + Errno.resultText(simulated) + " of " + call.callName()));
    }
  }

  /** A signal has come to a task of the simulation. */
  void signalCame(int pid, int signal) {
    cameToTasks.computeIfAbsent(pid, one -> new ArrayList<>()).add(signal);
  }

  /**
   * Compares a signal of the log, if the simulation knows where it is from; a SIGPIPE always is
   * from a call.
   */
  void signal(StraceEvent.Signal signal) {
    Long number = Notation.constant(signal.signal());
    LogProcess process = processes.get(signal.pid());
    if (number == null || process == null || signal.stopped()) {
      return;
    }
    List<Integer> came = cameToTasks.getOrDefault(process.pid(), List.of());
    int at = came.indexOf(number.intValue());
    if (at >= 0) {
      came.remove(at);
      result.same(signal.signal());
    } else if (number == Signal.SIGPIPE && notMade.contains(signal.pid())) {
      result.notSimulated(signal.signal(), "the call is not");
    } else if (number == Signal.SIGPIPE) {
      int line = signal.place().startLine();
      String shown = "--- " + signal.signal() + " ---";
      result.different(
          new ReplayResult.Difference(file, line, signal.signal(), shown, "no signal came"));
    }
  }

  /** Whether a call would go on with packets or with other tasks, which are not there yet. */
  private static boolean needsMore(Syscall call, long simulated) {
    return call.name() == SyscallName.CONNECT && simulated == Errno.ENOSYS.negated();
  }

  /** Name and peer of a socket may be others than in the log from now on. */
  private void otherName(KernelView kernel, PendingCall was, Syscall call) {
    Sk sk = kernel.sock(was.process().pid(), call.intArg(0));
    boolean named =
        call.name() == SyscallName.BIND
            || call.name() == SyscallName.LISTEN
            || call.name() == SyscallName.CONNECT;
    if (sk != null && named) {
      noLongerNew.put(sk, call.callName());
    }
  }

  /** Whether a call tells a port that the kernel has chosen, from whatever range. */
  private static boolean chosenPort(KernelView kernel, PendingCall was, Syscall call) {
    Sk sk = kernel.sock(was.process().pid(), call.intArg(0));
    if (sk == null || !sk.isInet()) {
      return false;
    }
    return switch (call.name()) {
      case GETSOCKNAME -> !sk.locked(Sk.SOCK_BINDPORT_LOCK);
      case GETPEERNAME -> sk.ops() instanceof PingOps;
      default -> false;
    };
  }

  /** Counts a result; false if it is not the recorded one. */
  private boolean compare(PendingCall was, Syscall call, long simulated, boolean chosenPort) {
    StraceEvent.Call recorded = was.recorded();
    String difference;
    try {
      difference =
          was.stuck()
              ? STILL_SLEEPING
              : ReplayComparison.difference(was, call, simulated, chosenPort);
    } catch (StraceSyntaxException unknown) {
      result.notSimulated(recorded.name(), CallPlan.reason(unknown));
      return true;
    }
    ReplayResult.Difference found = difference == null ? null : difference(recorded, difference);
    if (timing.count(was, call, simulated, found)) {
      return true;
    }
    if (found == null) {
      result.same(recorded.name());
      return true;
    }
    if (CallDecoder.hidesValue(recorded)) {
      result.notSimulated(recorded.name(), "the log does not show the value");
    } else {
      result.different(found);
    }
    return false;
  }

  private ReplayResult.Difference difference(StraceEvent.Call recorded, String text) {
    int line = recorded.place().startLine();
    return new ReplayResult.Difference(file, line, recorded.name(), recorded.text(), text);
  }

  /**
   * Whether a call that has failed for now may be made again, as another one was under way in the
   * log that may have made what it found there.
   */
  boolean mayTryAgain(PendingCall was, Syscall call, long simulated) {
    StraceEvent.Result wanted = was.recorded().result();
    boolean more = wanted.known() && !wanted.isError();
    boolean nothing =
        ReplayTiming.isAgain(simulated)
            || (simulated == 0 && wanted.value() > 0 && ReadyFiles.areAskedFor(call));
    return more && nothing && order.concurrent(was.recorded());
  }

  /** Brings descriptors, processes and what a process may do to what the log says. */
  private void follow(KernelView kernel, PendingCall was, Syscall call, long simulated) {
    StraceEvent.Call recorded = was.recorded();
    LogProcess process = was.process();
    Task task = kernel.model().task(process.pid());
    PendingCall.Before before = was.before();
    if (before != null) {
      if (task != null && recorded.result().isError() && !Errno.isError(simulated)) {
        task.setCred(before.cred());
        task.setNet(before.net());
      }
      before.net().put();
      return;
    }
    if (task != null && isFork(call)) {
      child(kernel, recorded, process, task, simulated);
    }
    if (task == null || !(givesFds(call) || CallPlan.asksForFd(call, task))) {
      return;
    }
    List<Integer> wanted = recordedFds(recorded);
    List<Integer> given = Errno.isError(simulated) ? List.of() : simulatedFds(call, simulated);
    for (int i = 0; i < Math.max(wanted.size(), given.size()); i++) {
      if (i >= given.size()) {
        install(task, process, wanted.get(i), recorded);
      } else if (i >= wanted.size()) {
        quiet.add(new Quiet(process.pid(), Syscall.close(given.get(i))));
      } else {
        process.fds().map(wanted.get(i), given.get(i));
      }
    }
  }

  private static boolean isFork(Syscall call) {
    return switch (call.name()) {
      case FORK, VFORK, CLONE, CLONE3 -> true;
      default -> false;
    };
  }

  /** Names a child, makes one that only the log has, and ends one that it does not have. */
  private void child(
      KernelView kernel,
      StraceEvent.Call recorded,
      LogProcess process,
      Task parent,
      long simulated) {
    boolean made = !Errno.isError(simulated);
    if (!LogOrder.makesProcess(recorded)) {
      if (made) {
        quiet.add(new Quiet((int) simulated, Syscall.of(SyscallName.EXIT, 0)));
      }
      return;
    }
    int pid = made ? kernel.lastChildPid() : kernel.model().nextPid();
    if (!made) {
      kernel.model().add(parent.child(pid, pid, parent.fds().copy(), Signal.SIGCHLD));
    }
    int logChild = (int) recorded.result().value();
    boolean shared = made && recorded.text().contains("CLONE_FILES");
    FdNames names = shared ? process.fds() : process.fds().copy();
    processes.put(logChild, new LogProcess(logChild, pid, names));
  }

  private static boolean givesFds(Syscall call) {
    return switch (call.name()) {
      case SOCKET, SOCKETPAIR, DUP, DUP2, DUP3, OPEN, OPENAT, CREAT -> true;
      case ACCEPT, ACCEPT4, PIPE, PIPE2, EVENTFD2, EPOLL_CREATE, EPOLL_CREATE1, RECVMSG -> true;
      case TIMERFD_CREATE, RECVMMSG -> true;
      case FCNTL -> CallPlan.duplicates(call.intArg(1));
      case GETSOCKOPT -> ResultComparison.returnsPidfd(call);
      default -> false;
    };
  }

  private static List<Integer> recordedFds(StraceEvent.Call recorded) {
    if (!recorded.result().known() || recorded.result().isError()) {
      return List.of();
    }
    return switch (recorded.name()) {
      case "socketpair", "pipe", "pipe2", "recvmsg", "recvmmsg" -> FdOrigins.of(recorded);
      case "getsockopt" -> pidfd(ResultComparison.recordedPidfd(recorded));
      default -> List.of((int) recorded.result().value());
    };
  }

  private static List<Integer> simulatedFds(Syscall call, long simulated) {
    return switch (call.name()) {
      case PIPE, PIPE2 -> List.of(call.mem(0).getInt(0), call.mem(0).getInt(Integer.BYTES));
      case RECVMSG -> FdsInMemory.received(call.mem(1));
      case RECVMMSG ->
          FdsInMemory.headers(call).stream()
              .limit(Math.max(0, simulated))
              .flatMap(header -> FdsInMemory.received(header).stream())
              .toList();
      case SOCKETPAIR -> List.of(call.mem(3).getInt(0), call.mem(3).getInt(Integer.BYTES));
      case GETSOCKOPT -> pidfd(call.mem(4).getInt(0) < Integer.BYTES ? -1 : call.mem(3).getInt(0));
      default -> List.of((int) simulated);
    };
  }

  /** A descriptor, of which too short an option shows only a part. */
  private static List<Integer> pidfd(int fd) {
    return fd < 0 ? List.of() : List.of(fd);
  }
}
