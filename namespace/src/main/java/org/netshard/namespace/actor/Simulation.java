package org.netshard.namespace.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.event.EventQueue;
import org.netshard.namespace.event.TraceHash;
import org.netshard.namespace.kernel.KernelLedger;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.kernel.KernelOperations;
import org.netshard.namespace.kernel.KernelSeed;
import org.netshard.namespace.kernel.MemorySeries;
import org.netshard.namespace.kernel.RunLedger;
import org.netshard.namespace.net.MachineImage;
import org.netshard.namespace.net.MachineState;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.profile.BadProfileException;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.Observe;
import org.netshard.namespace.task.KernelEvents;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.actor.KernelMessage;
import org.netshard.protocol.actor.Lane;
import org.netshard.protocol.actor.MemCgroupMessage;
import org.netshard.protocol.actor.NetMessage;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.NetNs;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Progress;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.Softirqs;
import org.netshard.protocol.core.TimerEvent;
import org.netshard.protocol.cred.Cred;

/**
 * The events of one kernel: takes them from the queue in order, lets calls be made ({@link
 * CallFlow}), and keeps what came of them.
 */
final class Simulation implements KernelView, KernelEvents, Softirqs {
  /**
   * Time from the last reference of a namespace until {@code cleanup_net} has ended it, most of
   * which it waits for other processors: 30 to 60 ms on an idle Linux 6.18.
   */
  private static final long CLEANUP_DELAY_NS = 40_000_000;

  private final KernelModel model;
  private final EventQueue<Runnable> queue = new EventQueue<>(Simulation::isCancelled);
  private final TraceHash hash;
  private final String name;
  private final ActorContext<KernelMessage> context;
  private @Nullable RunLedger ledger;
  private @Nullable SyscallTable syscalls;
  private @Nullable CallFlow flow;
  private long nowNs;
  private long events;
  private boolean cleanupQueued;
  private boolean batonOut;
  private boolean receiving;
  private @Nullable KernelBoot boot;
  private String crash = "";
  private Set<ProgramRun> programs = Set.of();
  private List<Runnable> frozen = List.of();
  private final @Nullable KernelLedger memory;
  private final MemorySeries series;
  private final @Nullable Captures captures;
  private long eventsChecked;

  private Simulation(
      String name,
      Observe observe,
      KernelModel model,
      ActorContext<KernelMessage> context,
      String capturesWithin)
      throws BadSpecException {
    this.name = name;
    this.model = model;
    this.context = context;
    this.hash = new TraceHash(name);
    model.machine().setSoftirqs(this);
    model.setEvents(this);
    this.memory =
        observe.ledger() ? new KernelLedger(model, List.of(), this::heldFiles, this::kept) : null;
    this.series = new MemorySeries(model, observe.sampleNs());
    this.captures = Captures.of(observe.pcapFolder(), name, model, capturesWithin);
  }

  /**
   * A machine as described, at virtual time 0, which {@link #run} up to time 1 sets up; {@link
   * #finishBoot} does the rest.
   *
   * @param capturesWithin folder in which captures may be written, or empty
   * @throws BadSpecException if it cannot be as described
   */
  static Simulation boot(
      String name, KernelSpec spec, ActorContext<KernelMessage> context, String capturesWithin)
      throws BadSpecException {
    MachineState machine = new MachineState(image(spec), KernelSeed.of(spec.seed(), name));
    KernelModel model = new KernelModel(machine);
    Simulation simulation = new Simulation(name, spec.observe(), model, context, capturesWithin);
    simulation.boot = KernelBoot.begin(spec, model, simulation);
    return simulation;
  }

  /** Whether the machine is being set up, so that time stands still. */
  boolean booting() {
    return boot != null;
  }

  /**
   * Places the tasks, when the machine has been set up, and begins.
   *
   * @throws BadSpecException if a line of the setup failed, or the machine cannot be as described
   */
  void finishBoot() throws BadSpecException {
    KernelBoot begun = boot;
    boot = null;
    if (begun != null && crash.isEmpty()) {
      begun.finish();
    }
  }

  private static MachineImage image(KernelSpec spec) throws BadSpecException {
    try {
      return MachineImage.of(spec.profile(), spec.profileText());
    } catch (BadProfileException bad) {
      throw new BadSpecException(String.valueOf(bad.getMessage()));
    }
  }

  /** Lets something happen when the cgroups have changed, as the task for it is frozen now. */
  void whenThawed(Runnable event) {
    if (frozen.isEmpty()) {
      frozen = new ArrayList<>(2);
    }
    frozen.add(event);
  }

  /** A program has no step any more. */
  void ended(ProgramRun run) {
    programs.remove(run);
  }

  @Override
  public void attach(Program program) {
    ProgramRun added = new ProgramRun(this, program);
    if (programs.isEmpty()) {
      programs = new LinkedHashSet<>(2);
    }
    programs.add(added);
    added.schedule();
  }

  @Override
  public void netRx(NetNs net, Packet packet, long atNs) {
    queue.add(atNs, () -> receive(net, packet));
  }

  @Override
  public void txDropped(NetNs net, Packet packet) {
    if (captures != null) {
      captures.dropped((NetState) net, packet, nowNs);
    }
  }

  @Override
  public void timer(TimerEvent event) {
    queue.add(event.atNs(), event);
  }

  @Override
  public void cancel(TimerEvent event) {
    event.markCancelled();
    queue.cancelled();
  }

  private static boolean isCancelled(Runnable event) {
    return event instanceof TimerEvent timer && timer.isCancelled();
  }

  /** A packet comes to a namespace, if that is still there. */
  private void receive(NetNs net, Packet packet) {
    NetState state = (NetState) net;
    if (!state.alive()) {
      return;
    }
    hash.add(nowNs, state.cookie(), packet);
    if (captures != null) {
      captures.comes(state, packet);
    }
    Call baton = syscalls().baton();
    NetMessage rx = new NetMessage.NetRx(baton, packet);
    receiving = true;
    batonOut = true;
    baton.pass("Kernel", syscalls().nets().of(state), rx, "net_rx_action");
  }

  /** A task is woken that sleeps in the call of a step. */
  void noteWakeup(Program.@Nullable Step sleeping) {
    HopTrace trace = model.machine().trace();
    if (trace != null && sleeping != null) {
      String who = "pid " + sleeping.pid() + " in " + sleeping.call().callName();
      trace.hop("Kernel", "Kernel", who, "try_to_wake_up");
    }
  }

  /** Lets something happen at a moment of virtual time. */
  void at(long timeNs, Runnable event) {
    queue.add(timeNs, event);
  }

  @Override
  public void later(long timeNs, Runnable action) {
    queue.add(Math.max(nowNs, timeNs), action);
  }

  @Override
  public void whenIdle(Runnable action) {
    queue.add(
        nowNs,
        () -> {
          if (queue.nextTime() <= nowNs) {
            whenIdle(action);
          } else {
            action.run();
          }
        });
  }

  @Override
  public void interrupt(int pid) {
    programs.forEach(run -> run.interrupt(pid));
  }

  @Override
  public void signalled(Task task) {
    if (flow != null && flow.makes(task.pid())) {
      return;
    }
    for (ProgramRun run : programs) {
      if (run.interrupt(task.pid())) {
        return;
      }
    }
    // It runs its program, which a signal interrupts at once.
    queue.add(nowNs, () -> callFlow().lookAtSignals(task));
  }

  /** A signal has come to a task. */
  void signalCame(Task task, int signal, String what) {
    hash.add(nowNs, "signal " + signal + " " + task.pid() + " " + what);
    List.copyOf(programs).forEach(run -> run.program().signalled(task.pid(), signal, nowNs));
  }

  /**
   * Handles events before {@code endNs}.
   *
   * @param eventsMax how many at most
   * @return true if there is none left before that time, false if the turn is over or the baton out
   */
  boolean run(long endNs, int eventsMax) {
    for (int i = 0; i < eventsMax; i++) {
      if (batonOut) {
        return false;
      }
      if (!crash.isEmpty()) {
        return true;
      }
      checkMemory();
      thaw();
      queueCleanup();
      if (queue.nextTime() >= endNs) {
        return true;
      }
      // A call takes time; who was due meanwhile comes after it.
      nowNs = Math.max(nowNs, queue.nextTime());
      model.machine().setNowNs(nowNs);
      series.passTo(nowNs);
      events++;
      model.cgroups().memcontrol().begin(nowNs, 0, true);
      queue.remove().run();
    }
    return false;
  }

  /** Lets programs go on whose tasks stood still, if the cgroups have changed. */
  private void thaw() {
    if (!frozen.isEmpty() && model.cgroups().takeThawed()) {
      List<Runnable> waiting = frozen;
      frozen = List.of();
      waiting.forEach(event -> queue.add(nowNs, event));
    }
  }

  private Iterator<OpenFile> heldFiles() {
    List<OpenFile> held = new ArrayList<>();
    for (ProgramRun run : programs) {
      OpenFile file = run.held();
      if (file != null) {
        held.add(file);
      }
    }
    return held.iterator();
  }

  private Iterator<Progress.Kept> kept() {
    List<Progress.Kept> all = new ArrayList<>();
    for (ProgramRun run : programs) {
      if (run.state() instanceof Progress.Kept one) {
        all.add(one);
      }
    }
    return all.iterator();
  }

  /** Sums up all memory after an event, if the run is watched so. */
  private void checkMemory() {
    KernelLedger check = memory;
    if (check == null || eventsChecked == events) {
      return;
    }
    eventsChecked = events;
    try {
      check.check();
    } catch (AssertionError mismatch) {
      throw new AssertionError("ledger after " + event() + ": " + mismatch.getMessage(), mismatch);
    }
  }

  /** The baton is home. */
  void resume(long partResult) {
    batonOut = false;
    if (receiving) {
      receiving = false;
      if (captures != null) {
        captures.done(nowNs);
      }
      return;
    }
    callFlow().goOn(syscalls().resume(partResult));
  }

  /** The last reference to a namespace may go with a call, or with a packet or a timer of TCP. */
  void queueCleanup() {
    if (!cleanupQueued && model.machine().cleanupPending()) {
      cleanupQueued = true;
      queue.add(nowNs + CLEANUP_DELAY_NS, this::cleanupNet);
    }
  }

  /** The work item that ends namespaces without references ({@code cleanup_net}). */
  private void cleanupNet() {
    cleanupQueued = false;
    for (NetState net : model.machine().runCleanup()) {
      hash.add(nowNs, "cleanup_net " + net.cookie());
      syscalls().nets().stop(net);
    }
  }

  /** The programs that have a step. */
  Set<ProgramRun> programs() {
    return programs;
  }

  /** What is hashed of everything that happens. */
  TraceHash hash() {
    return hash;
  }

  /** A call goes on in other actors. */
  void passBaton() {
    batonOut = true;
  }

  /** Time passes, as a call was made. */
  void passSyscallTime() {
    nowNs += booting() ? 0 : model.syscallNs();
  }

  /** Whether a call is under way in other actors. */
  boolean batonOut() {
    return batonOut;
  }

  /** Time of the next event, or {@link EventQueue#NEVER}. */
  long nextTime() {
    return crash.isEmpty() ? queue.nextTime() : EventQueue.NEVER;
  }

  /** Events handled. */
  long events() {
    return events;
  }

  /** Calls answered. */
  long calls() {
    return ledger == null ? 0 : ledger.calls();
  }

  /** The event that is being handled, for messages. */
  String event() {
    return "t=" + nowNs + " ns, event " + events + ", " + syscalls().baton();
  }

  /** A bug ends this simulation. */
  void crashed(String where, String message, Throwable cause) {
    batonOut = false;
    crash = where + " handling " + message + " at " + event() + ": " + cause;
    hash.add(nowNs, "crashed " + where);
  }

  /** What this kernel did. */
  KernelReport report() {
    series.end(nowNs);
    String unwritten = captures == null ? "" : captures.flush();
    if (!unwritten.isEmpty()) {
      warn(unwritten);
    }
    programs.forEach(ProgramRun::tellSleeper);
    return ledger().report(model, series, hash.hex(), events, nowNs, crash);
  }

  @Override
  public long nowNs() {
    return nowNs;
  }

  @Override
  public KernelModel model() {
    return model;
  }

  @Override
  public @Nullable Cred cred(int pid) {
    Task task = model.task(pid);
    return task == null ? null : task.cred();
  }

  @Override
  public int lastChildPid() {
    return syscalls().lastChildPid();
  }

  @Override
  public @Nullable Sk sock(int pid, int fd) {
    Task task = model.task(pid);
    OpenFile file = task == null ? null : task.fds().get(fd);
    return file != null && file.payload() instanceof SocketFile socket ? socket.sk() : null;
  }

  @Override
  public int installUnsimulated(int pid, boolean cloexec) {
    Task task = model.task(pid);
    if (task == null) {
      return Errno.ESRCH.negated();
    }
    int fd = task.fds().lowestFree(0, task.nofile());
    if (fd >= 0) {
      task.fds().install(fd, new OpenFile(OpenFile.Kind.OTHER, 0, null), cloexec);
    }
    return fd;
  }

  @Override
  public void trace(@Nullable HopTrace trace) {
    syscalls().baton().setTrace(trace);
    model.machine().setTrace(trace);
  }

  @Override
  public void output(KernelReport.Output output) {
    hash.add(nowNs, output.line() + "\n" + output.text());
    ledger().output(output);
  }

  @Override
  public void warn(String warning) {
    ledger().warn(warning);
  }

  /** Changes the kernel itself, as a module that is loaded or unloaded does. */
  void operate(KernelOperation operation) {
    int result = KernelOperations.perform(operation, model.profile(), model.families());
    hash.add(nowNs, operation.kind() + " " + result);
    if (result < 0) {
      String function = operation.kind().functionName();
      ledger().warn(operation.place() + ": " + function + ": " + Errno.resultText(result));
    }
  }

  /** The ledger of this run; made when there is something to note. */
  RunLedger ledger() {
    RunLedger present = ledger;
    if (present == null) {
      present = new RunLedger(name);
      ledger = present;
    }
    return present;
  }

  /** The call that is under way. */
  CallFlow callFlow() {
    CallFlow present = flow;
    if (present == null) {
      present = new CallFlow(this);
      flow = present;
    }
    return present;
  }

  /** How calls are made. */
  SyscallTable syscalls() {
    SyscallTable present = syscalls;
    if (present == null) {
      ActorRef<MemCgroupMessage> memCgroups =
          context.spawn(MemCgroup.create(model.cgroups()), "MemCgroup", Lane.SAME);
      Call baton = new Call(context.getSelf(), memCgroups);
      present = new SyscallTable(model, new NetActors(context, model), baton);
      syscalls = present;
    }
    return present;
  }
}
