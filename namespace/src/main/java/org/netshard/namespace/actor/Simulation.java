package org.netshard.namespace.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.event.EventQueue;
import org.netshard.namespace.event.TraceHash;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.namespace.kernel.RunLedger;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.profile.BadProfileException;
import org.netshard.namespace.profile.KernelProfiles;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelOperation;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.task.OpenFile;
import org.netshard.namespace.task.Task;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.actor.Call;
import org.netshard.protocol.actor.KernelMessage;
import org.netshard.protocol.actor.Lane;
import org.netshard.protocol.actor.MemCgroupMessage;
import org.netshard.protocol.core.HopTrace;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.profile.KernelProfile;

/**
 * The events of one kernel: takes them from the queue in order, makes the calls of its programs,
 * and keeps what came of them.
 */
final class Simulation implements KernelView {
  /** Time from the last reference of a namespace to the work item that ends it. */
  private static final long CLEANUP_DELAY_NS = 1_000_000;

  private final KernelModel model;
  private final EventQueue<Event> queue = new EventQueue<>();
  private final TraceHash hash;
  private final RunLedger ledger;
  private final Call call;
  private final SocketCalls sockets;
  private final SyscallTable syscalls;
  private final OomKill oomKill;
  private long nowNs;
  private long events;
  private final NetActors actors;
  private boolean cleanupQueued;
  private boolean batonOut;
  private @Nullable ProgramRun running;
  private @Nullable KernelBoot boot;
  private String crash = "";

  /** Something that happens at a moment of virtual time. */
  @FunctionalInterface
  interface Event {
    /** Lets it happen. */
    void happen();
  }

  private Simulation(
      String name,
      KernelModel model,
      ActorContext<KernelMessage> context,
      NetActors actors,
      ActorRef<MemCgroupMessage> memCgroups) {
    this.model = model;
    this.actors = actors;
    this.hash = new TraceHash(name);
    this.ledger = new RunLedger(name);
    this.call = new Call(context.getSelf(), memCgroups);
    this.sockets = new SocketCalls(model, actors, call);
    this.syscalls = new SyscallTable(model, sockets, call);
    this.oomKill = new OomKill(model, syscalls);
  }

  /**
   * A machine as described, at virtual time 0, which {@link #run} up to time 1 sets up; {@link
   * #finishBoot} does the rest.
   *
   * @throws BadSpecException if it cannot be as described
   */
  static Simulation boot(String name, KernelSpec spec, ActorContext<KernelMessage> context)
      throws BadSpecException {
    KernelModel model = KernelBoot.build(profile(spec));
    NetActors actors = new NetActors(context, model);
    ActorRef<MemCgroupMessage> memCgroups =
        context.spawn(MemCgroup.create(model.cgroups()), "MemCgroup", Lane.SAME);
    Simulation simulation = new Simulation(name, model, context, actors, memCgroups);
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

  /** The virtual time that a call takes. */
  private long syscallNs() {
    return booting() ? 0 : model.syscallNs();
  }

  private static KernelProfile profile(KernelSpec spec) throws BadSpecException {
    try {
      return KernelProfiles.load(spec.profile(), spec.profileText());
    } catch (BadProfileException bad) {
      throw new BadSpecException(String.valueOf(bad.getMessage()));
    }
  }

  /** One program of this kernel, and the step that it waits for or makes. */
  private final class ProgramRun implements Event {
    private final Program program;
    private Program.@Nullable Step step;
    private long notBeforeNs;

    ProgramRun(Program program) {
      this.program = program;
    }

    /** Asks for the next step and puts it into the queue. */
    void schedule() {
      Program.Step next = program.next(Simulation.this, nowNs);
      step = next;
      if (next != null) {
        queue.add(Math.max(Math.max(nowNs, notBeforeNs), next.atNs()), this);
      }
    }

    @Override
    public void happen() {
      Program.Step made = step;
      if (made == null) {
        throw new IllegalStateException(program.name() + " has no step to make");
      }
      running = this;
      begin(made);
    }
  }

  /** Adds a program; its first step is asked for at once. */
  void attach(Program program) {
    new ProgramRun(program).schedule();
  }

  /** Lets something happen at a moment of virtual time. */
  void at(long timeNs, Event event) {
    queue.add(timeNs, event);
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
      if (queue.nextTime() >= endNs || !crash.isEmpty()) {
        return true;
      }
      // A call takes time; who was due meanwhile comes after it.
      nowNs = Math.max(nowNs, queue.nextTime());
      model.machine().setNowNs(nowNs);
      events++;
      model.cgroups().memcontrol().begin(nowNs, 0, true);
      queue.remove().happen();
    }
    return false;
  }

  private void begin(Program.Step step) {
    Task task = model.task(step.pid());
    if (task == null) {
      if (!model.killed(step.pid())) {
        throw new IllegalStateException("no task with pid " + step.pid());
      }
      running = null;
      return;
    }
    int cpu = model.cpuOf(task);
    model.machine().setCpu(cpu);
    model.cgroups().memcontrol().begin(nowNs, cpu, false);
    call.begin(step.call(), task.pid(), task.cred(), task.memcg());
    after(syscalls.perform(task, step.call()));
  }

  /** The baton is home. */
  void resume(long partResult) {
    batonOut = false;
    after(sockets.resume(partResult));
  }

  /** Goes on after a part of a call, or of the end of a task that is killed. */
  private void after(long result) {
    if (result == SocketCalls.PENDING) {
      batonOut = true;
      return;
    }
    if (oomKill.idle() && model.cgroups().kills().isEmpty()) {
      end(result);
      return;
    }
    long killing = oomKill.idle() ? oomKill.begin(result) : oomKill.next();
    if (killing == SocketCalls.PENDING) {
      batonOut = true;
      return;
    }
    ProgramRun interrupted = running;
    if (interrupted == null || interrupted.step == null) {
      throw new IllegalStateException("memory ran out without a call");
    }
    oomKill.killed().forEach(pid -> hash.add(nowNs, "SIGKILL " + pid));
    if (oomKill.killed().contains(call.pid())) {
      nowNs += syscallNs();
      running = null;
    } else if (oomKill.restart()) {
      begin(interrupted.step);
    } else {
      end(oomKill.result());
    }
  }

  private void end(long result) {
    ProgramRun ended = running;
    if (ended == null || ended.step == null) {
      throw new IllegalStateException("a result without a call");
    }
    Syscall made = ended.step.call();
    nowNs += syscallNs();
    model.machine().setNowNs(nowNs);
    throttle(ended, made);
    hash.add(nowNs, ended.step.pid(), made, result);
    ledger.count(made.name(), result);
    ended.program.completed(this, made, result, nowNs);
    running = null;
    if (model.machine().cleanupPending() && !cleanupQueued) {
      cleanupQueued = true;
      queue.add(nowNs + CLEANUP_DELAY_NS, this::cleanupNet);
    }
    ended.schedule();
  }

  /** A task that has passed {@code memory.high} sleeps before it makes its next call. */
  private void throttle(ProgramRun program, Syscall made) {
    Task task = model.task(call.pid());
    long sleepNs = model.cgroups().memcontrol().takeThrottleNs(task == null ? null : task.memcg());
    if (sleepNs > 0) {
      program.notBeforeNs = nowNs + sleepNs;
      hash.add(nowNs, "mem_cgroup_handle_over_high " + made.name() + " " + sleepNs);
    }
  }

  /** The work item that ends namespaces without references ({@code cleanup_net}). */
  private void cleanupNet() {
    cleanupQueued = false;
    for (NetState net : model.machine().runCleanup()) {
      hash.add(nowNs, "cleanup_net " + net.cookie());
      actors.stop(net);
    }
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
    return ledger.calls();
  }

  /** The event that is being handled, for messages. */
  String event() {
    return "t=" + nowNs + " ns, event " + events + ", " + call;
  }

  /** A bug ends this simulation. */
  void crashed(String where, String message, Throwable cause) {
    batonOut = false;
    crash = where + " handling " + message + " at " + event() + ": " + cause;
    hash.add(nowNs, "crashed " + where);
  }

  /** What this kernel did. */
  KernelReport report() {
    return ledger.report(model, hash.hex(), events, nowNs, crash);
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
    return syscalls.lastChildPid();
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
    call.setTrace(trace);
  }

  @Override
  public void output(KernelReport.Output output) {
    hash.add(nowNs, output.line() + "\n" + output.text());
    ledger.output(output);
  }

  @Override
  public void warn(String warning) {
    ledger.warn(warning);
  }

  /** Changes the kernel itself, as a module that is loaded or unloaded does. */
  void operate(KernelOperation operation) {
    int result = KernelOperations.perform(operation, model.families());
    hash.add(nowNs, operation.kind() + " " + result);
    if (result < 0) {
      ledger.warn(operation.place() + ": " + operation.kind() + ": " + Errno.resultText(result));
    }
  }

  /** The ledger of this run. */
  RunLedger ledger() {
    return ledger;
  }

  /** The baton, for those who trace it. */
  Call call() {
    return call;
  }
}
