package org.netshard.node.packetdrill;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.node.packetdrill.PlannedScript.Planned;
import org.netshard.node.packetdrill.code.CodeException;
import org.netshard.node.packetdrill.script.Action;
import org.netshard.node.packetdrill.script.EventTime;
import org.netshard.node.packetdrill.script.EventTime.Kind;
import org.netshard.node.packetdrill.script.Expr;
import org.netshard.node.packetdrill.script.PacketSpec;
import org.netshard.node.packetdrill.script.ScriptPrinter;
import org.netshard.node.packetdrill.script.ScriptSyntaxException;
import org.netshard.node.scenario.Place;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.core.Packet;
import org.netshard.protocol.core.Waiter;

/**
 * A script at work: its events one after the other, each at its time.
 *
 * <p>It runs on the lane of its kernel, as programs do. A call, a packet that comes, a command or
 * code is done at its time; for a packet that is expected it waits until one was sent. A time is
 * relative to when the event before was done, but between packets that come to when it should have
 * been. It goes on only when nothing else is left to be done at a moment, so all that an event
 * brings about at once comes before the next event.
 */
final class ScriptRun implements Program, Waiter {
  private static final long NS_PER_S = 1_000_000_000L;

  /** When the clock of scripts starts: some kernels take time 0 for no time. */
  private static final long BEGIN_NS = NS_PER_S;

  /** How long a packet that may come at any time is waited for. */
  private static final long ANY_TIME_NS = 3600 * NS_PER_S;

  private final String file;
  private final PlannedScript script;
  private final Settings settings;
  private final Consumer<String> log;
  private final Fds fds = new Fds();
  private final Sockets sockets;
  private final Map<String, Object> variables = new TreeMap<>();
  private @Nullable SentPackets sent;
  private @Nullable KernelView kernel;
  private @Nullable ScriptMachine machine;
  private @Nullable BlockingCall blocking;
  private @Nullable ShellRun shell;
  private boolean poked;
  private boolean busy;
  private int position;
  private long startNs;
  private long dueNs = -1;
  private long dueEndNs;
  private long lastDueNs;
  private boolean lastInbound;
  private boolean finished;

  private String failure = "";
  private final List<String> notes = new ArrayList<>();

  /** A call that the second thread makes. */
  private record BlockingCall(Planned planned, long endNs) {}

  /**
   * A script.
   *
   * @param file its name, for messages
   * @param script the script
   * @param log who is told of each event
   */
  ScriptRun(String file, PlannedScript script, Consumer<String> log) {
    this.file = file;
    this.script = script;
    this.settings = script.settings();
    this.log = log;
    this.sockets = new Sockets(settings);
  }

  /** Whether it has come to its end, good or bad. */
  boolean finished() {
    return finished;
  }

  /** What was not as expected, or empty. */
  String failure() {
    return failure;
  }

  /** What failed in the shell and did not matter to it, with places. */
  List<String> notes() {
    return notes;
  }

  /** The kernel has nothing to do any more, though the script is not at its end. */
  void stuck() {
    if (finished) {
      return;
    }
    BlockingCall call = blocking;
    if (busy && position < script.events().size()) {
      Planned planned = script.events().get(position);
      String what = planned.event().action() instanceof Action.Call made ? made.name() : "this";
      fail(planned.place(), what + ": waits for ever; a call that blocks has the time of its end");
    } else if (call != null) {
      notEnded(call);
    } else {
      throw new IllegalStateException(file + ": the script does not end");
    }
  }

  private void notEnded(BlockingCall call) {
    String due = ScriptPrinter.seconds(call.endNs());
    fail(call.planned().place(), "the call is due to return at " + due + ", but has not returned");
  }

  @Override
  public String name() {
    return "packetdrill";
  }

  /** Begins; its calls are made by programs of their own. */
  @Override
  public @Nullable Step next(KernelView view, long nowNs) {
    if (kernel == null) {
      kernel = view;
      ScriptMachine made = ScriptMachine.make(view.model());
      machine = made;
      sent = new SentPackets(settings, sockets, log);
      made.tun().readers().add(this);
      ShellRun shellOfScript = new ShellRun(view, made, notes::add, this::failInShell);
      shell = shellOfScript;
      shellOfScript.lines(
          ScriptMachine.network(settings),
          problem -> {
            if (!problem.isEmpty()) {
              throw new IllegalStateException(problem);
            }
            shellOfScript.run(script.init(), this::start);
          });
    }
    return null;
  }

  @Override
  public void completed(KernelView view, Syscall call, long result, long nowNs) {
    throw new IllegalStateException("no call was asked for");
  }

  private void failInShell(String problem) {
    failure = problem;
    finished = true;
  }

  private void start() {
    startNs = Math.max(BEGIN_NS, kernel().nowNs());
    lastDueNs = 0;
    kernel().later(startNs, this::poke);
  }

  private KernelView kernel() {
    return known(kernel);
  }

  private ScriptMachine machine() {
    return known(machine);
  }

  private SentPackets sent() {
    return known(sent);
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the script has not begun");
    }
    return value;
  }

  /** Nanoseconds since the script began. */
  private long now() {
    return kernel().nowNs() - startNs;
  }

  /** A packet has been sent. */
  @Override
  public boolean wake(int key) {
    for (Packet packet = machine().tun().read(); packet != null; packet = machine().tun().read()) {
      sent().add(SentPacket.of(packet, kernel().nowNs()));
    }
    if (startNs > 0) {
      poke();
    }
    return true;
  }

  /** Goes on as soon as nothing else is to be done now. */
  private void poke() {
    if (!poked && !finished) {
      poked = true;
      kernel()
          .whenIdle(
              () -> {
                poked = false;
                advance();
              });
    }
  }

  private void fail(Place place, String problem) {
    if (!finished) {
      failure = place + ": " + problem;
      finished = true;
    }
  }

  private void advance() {
    if (finished || busy) {
      return;
    }
    if (position == script.events().size()) {
      end();
      return;
    }
    Planned planned = script.events().get(position);
    try {
      if (dueNs < 0) {
        begin(planned.event().time());
      }
      if (planned.event().action() instanceof Action.Packet packet && !packet.packet().inbound()) {
        expect(planned, packet.packet());
      } else if (now() < dueNs) {
        kernel().later(startNs + dueNs, this::poke);
      } else if (now() > dueNs + toleranceNs()) {
        fail(
            planned.place(),
            "this is to be done at %s, but it is %s already"
                .formatted(ScriptPrinter.seconds(dueNs), ScriptPrinter.seconds(now())));
      } else {
        perform(planned);
      }
    } catch (ScriptFailure wrong) {
      fail(planned.place(), String.valueOf(wrong.getMessage()));
    } catch (ScriptSyntaxException wrong) {
      fail(planned.place(), String.valueOf(wrong.getMessage()));
    }
  }

  /** Reckons when the next event is due. */
  private void begin(EventTime time) {
    Planned planned = script.events().get(position);
    boolean inbound =
        planned.event().action() instanceof Action.Packet packet && packet.packet().inbound();
    long base = time.kind() == Kind.ABSOLUTE ? 0 : inbound && lastInbound ? lastDueNs : now();
    dueNs = base + time.ns();
    dueEndNs = base + time.endNs();
    if (planned.event().action() instanceof Action.Call call && call.blocks()) {
      dueEndNs = base + call.endNs();
    }
    lastInbound = inbound;
  }

  /** By how much the time of the present event may be wrong. */
  private long toleranceNs() {
    double part = settings.tolerancePercent() / 100 * (dueNs - lastDueNs);
    return Math.max(settings.toleranceNs(), (long) part);
  }

  private void done(Planned planned) {
    log.accept(ScriptPrinter.seconds(now()) + " " + ScriptPrinter.print(planned.event().action()));
    next();
  }

  private void next() {
    lastDueNs = dueNs;
    dueNs = -1;
    position++;
    poke();
  }

  private void expect(Planned planned, PacketSpec packet) {
    Kind kind = planned.event().time().kind();
    long last = kind == Kind.ANY ? dueNs + ANY_TIME_NS : dueEndNs + toleranceNs();
    SentPackets.Outcome outcome = sent().find(packet, kind == Kind.ANY ? -1 : dueNs, startNs);
    if (outcome == null) {
      if (now() >= last) {
        throw new ScriptFailure(
            "no packet was sent up to %s%n  expected: %s %s"
                .formatted(
                    ScriptPrinter.seconds(last),
                    ScriptPrinter.seconds(dueNs),
                    ScriptPrinter.print(packet)));
      }
      kernel().later(startNs + last, this::poke);
      return;
    }
    String problem = outcome.problem();
    if (problem == null && kind != Kind.ANY) {
      problem = untimely(planned.event().time(), outcome.timeNs());
    }
    if (problem != null) {
      throw new ScriptFailure(
          "%s%n  expected: %s %s%n  found:    %s %s"
              .formatted(
                  problem,
                  ScriptPrinter.print(planned.event().time()).equals("*")
                      ? "*"
                      : ScriptPrinter.seconds(dueNs),
                  ScriptPrinter.print(packet),
                  ScriptPrinter.seconds(outcome.timeNs()),
                  ScriptPrinter.print(outcome.found())));
    }
    log.accept(
        ScriptPrinter.seconds(outcome.timeNs()) + " " + ScriptPrinter.print(outcome.found()));
    next();
  }

  private @Nullable String untimely(EventTime time, long sentNs) {
    if (sentNs >= dueNs - toleranceNs() && sentNs <= dueEndNs + toleranceNs()) {
      return null;
    }
    String wanted =
        time.isRange()
            ? "between " + ScriptPrinter.seconds(dueNs) + " and " + ScriptPrinter.seconds(dueEndNs)
            : "at " + ScriptPrinter.seconds(dueNs);
    return "time: the packet is due %s, but was sent at %s"
        .formatted(wanted, ScriptPrinter.seconds(sentNs));
  }

  private void perform(Planned planned) {
    Action action = planned.event().action();
    if (action instanceof Action.Packet packet) {
      Conn conn = sockets.receiver(packet.packet());
      byte[] bytes = new PacketWriter(settings, conn).write(packet.packet());
      int gsoSize = packet.packet().transport() instanceof PacketSpec.Tcp ? settings.mss() : 0;
      long taken = machine().tun().write(bytes, gsoSize);
      if (taken < 0) {
        throw new ScriptFailure("the device does not take the packet: " + Errno.resultText(taken));
      }
      done(planned);
    } else if (action instanceof Action.Call call) {
      call(planned, call);
    } else if (action instanceof Action.Code) {
      code(planned);
    } else {
      busy = true;
      known(shell)
          .run(
              planned.steps(),
              () -> {
                busy = false;
                done(planned);
              });
    }
  }

  private void call(Planned planned, Action.Call call) {
    if (call.blocks() && blocking != null) {
      // The second thread makes one call after the other; it pokes when it is free.
      return;
    }
    MadeCall made =
        new CallMaker(settings, fds, startNs).make(planned.place(), call, sockets.isPing());
    sockets.begins(made.call());
    boolean blocks = call.blocks();
    long endNs = dueEndNs;
    int who = blocks ? machine().tid() : machine().pid();
    if (blocks) {
      blocking = new BlockingCall(planned, endNs);
    } else {
      busy = true;
    }
    kernel()
        .attach(
            new OneCall(
                call.name(),
                who,
                made.call(),
                (after, result) -> ended(planned, call, made, after, result, endNs)));
    if (blocks) {
      done(planned);
    }
  }

  private void ended(
      Planned planned, Action.Call call, MadeCall made, Syscall after, long result, long endNs) {
    String problem = CallResult.problem(call, made, after, result);
    if (problem == null && call.blocks()) {
      problem = lateOrEarly(endNs);
    }
    if (problem != null) {
      fail(planned.place(), call.name() + ": " + problem);
      return;
    }
    if (result >= 0) {
      if (made.makesFd() && call.result() instanceof Expr.Num fd) {
        fds.opened(fd.value(), result);
      }
      sockets.ended(after, result);
    }
    if (call.blocks()) {
      blocking = null;
      log.accept(ScriptPrinter.seconds(now()) + " " + call.name() + " has returned " + result);
      poke();
    } else {
      busy = false;
      done(planned);
    }
  }

  private @Nullable String lateOrEarly(long endNs) {
    long wrong = Math.abs(now() - endNs);
    return wrong <= settings.toleranceNs()
        ? null
        : "it is due to return at %s, but returned at %s"
            .formatted(ScriptPrinter.seconds(endNs), ScriptPrinter.seconds(now()));
  }

  private void code(Planned planned) {
    Conn conn = sockets.underTest();
    if (conn == null || conn.fd < 0) {
      throw new ScriptFailure("there is no descriptor of a socket of which code could be told");
    }
    busy = true;
    CodeVariables.collect(
        kernel(),
        machine().pid(),
        conn,
        known -> {
          busy = false;
          variables.putAll(known);
          try {
            planned.code().run(variables, line -> log.accept("  " + line));
            done(planned);
          } catch (CodeException wrong) {
            fail(PlannedScript.line(planned.place(), wrong.line()), wrong.getMessage() + "");
          }
        });
  }

  /** The last event is over: calls that block must have ended, then the process ends. */
  private void end() {
    BlockingCall call = blocking;
    if (call != null) {
      notEnded(call);
      return;
    }
    busy = true;
    Syscall exit = Syscall.of(SyscallName.EXIT_GROUP, 0);
    kernel().attach(new OneCall("exit", machine().pid(), exit, (made, result) -> finished = true));
  }
}
