package org.netshard.node.conformance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.cgroup.MemcgState;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * Memory cgroups of version 1: their files, who pays for which socket, and what happens at limits.
 *
 * <p>The rows of one experiment follow one another: they share its cgroups and its process, which
 * runs in a namespace of its own. Whatever a row observes is read from the simulated kernel's
 * files. What carries data is made by {@link MemcgTraffic}, {@link MemcgOwners} and {@link
 * MemcgKinds}.
 */
final class MemcgTcpTable extends TableProgram {
  private static final String ROOT = "/sys/fs/cgroup/memory";
  private static final String TCP = "memory.kmem.tcp.";
  private static final String TCP_LIMIT = TCP + "limit_in_bytes";
  private static final long GIB = 1L << 30;
  private static final int SOCKADDR_IN_BYTES = 16;
  private static final int BACKLOG = 5;

  /** Port of {@link #SERVER}. */
  static final int SERVER_PORT = 6000;

  /** AF_INET, port 6000, 127.0.0.1. */
  private static final byte[] SERVER = {2, 0, 0x17, 0x70, 127, 0, 0, 1};

  private static final long PAUSE_NS = 1000;
  private static final int STEP_COLUMN = 2;
  private static final int OBSERVED_COLUMN = 3;

  /** Experiments that are not about TCP alone. */
  private static final List<String> KINDS = List.of("other kinds", "UDP limit", "sockstat");

  private static final Pattern LIMIT = Pattern.compile("(?:UDP )?limit (\\d{1,18})(?: blocking)?");
  private static final Pattern LIMITED = Pattern.compile("(sender|receiver) limited (\\d{1,18})");
  private static final Pattern WRITE = Pattern.compile("write (\\S+) to (\\S+)(?: / (.+))?");
  private static final Pattern MADE = Pattern.compile("(TCP|UDP|MPTCP|RAW|UNIX) sockets? made");
  private static final Pattern REMOVE =
      Pattern.compile("rmdir(?: (\\w+))?(?: of (\\w+) while .*)?");

  /** Experiments of which the second goes on in the cgroup of the first, with its counters. */
  private static final Set<String> SAME_CGROUP = Set.of("growth", "truesize");

  private final Map<String, String> cgroups = new LinkedHashMap<>();
  private @Nullable Shell watcher;
  private String experiment = "";
  private String main = "";
  private int cgroupsMade;
  private int task;
  private int stranger;
  private long socket = -1;
  private @Nullable KernelModel model;
  private @Nullable MemcgTraffic traffic;
  private @Nullable MemcgOwners owners;
  private @Nullable MemcgKinds kinds;

  MemcgTcpTable(List<TableRow> rows, TableResult result) {
    super(rows, result);
  }

  @Override
  String profile() {
    return "cgroup { version = 1 }";
  }

  /** Ends the last process, as connections that are full would probe for ever. */
  @Override
  void atEnd() {
    endTask();
  }

  @Override
  long pauseNs() {
    return PAUSE_NS;
  }

  /** The process that stays outside, in the initial namespace, and looks on. */
  private Shell watcher(KernelModel model) {
    Shell present = watcher;
    if (present == null) {
      int pid =
          process(
              model, cred(model, 0, 0, new int[0], ROOT_CAPS), model.machine().initNet(), NOFILE);
      present = new Shell(this, pid);
      watcher = present;
    }
    return present;
  }

  @Override
  void row(TableRow row, KernelModel model) {
    this.model = model;
    Shell shell = watcher(model);
    String step = row.cell(STEP_COLUMN);
    if (!row.cell(1).equals(experiment) || cgroups.isEmpty()) {
      endTask();
      boolean stays = SAME_CGROUP.contains(experiment) && SAME_CGROUP.contains(row.cell(1));
      experiment = row.cell(1);
      begin(shell, step, model, stays && !cgroups.isEmpty());
    }
    Observed recorded = Observed.of(row.cell(OBSERVED_COLUMN));
    if (experiment.equals("hard limit") && HardLimit.knows(step)) {
      new HardLimit(this, shell, newCgroup(shell, "hard"), model)
          .run(step, said -> compare(row, recorded, said));
    } else if (REMOVE.matcher(step).matches()) {
      remove(row, recorded, shell);
    } else if (experiment.equals("files") || step.startsWith("memory.")) {
      files(row, recorded, shell);
    } else {
      sockets(row, shell);
    }
  }

  private void compare(TableRow row, Observed recorded, Observed simulated) {
    boolean same =
        row.cell(1).equals("truesize")
            ? recorded.isSameButForJoining(simulated)
            : recorded.isSameAs(simulated);
    result().compare(row, row.cell(OBSERVED_COLUMN), simulated.toString(), same);
  }

  private String newCgroup(Shell shell, String name) {
    String path = ROOT + "/oracle-" + cgroupsMade++;
    shell.mkdir(path);
    cgroups.put(name, path);
    main = path;
    return path;
  }

  /** Makes the cgroups of an experiment, and its process. */
  private void begin(Shell shell, String step, KernelModel model, boolean stays) {
    if (stays) {
      startProcess(shell, model);
      return;
    }
    cgroups.clear();
    Matcher limited = LIMITED.matcher(experiment);
    Matcher limit = LIMIT.matcher(experiment);
    if (experiment.equals("hard limit")) {
      // Each of its rows makes a cgroup, unless it is one about files.
      if (!HardLimit.knows(step)) {
        newCgroup(shell, "hard");
      }
      return;
    }
    if (experiment.equals("who pays")) {
      shell.echo(newCgroup(shell, "B") + "/" + TCP_LIMIT, Long.toString(GIB));
      shell.echo(newCgroup(shell, "A") + "/" + TCP_LIMIT, Long.toString(GIB));
    } else if (limited.matches()) {
      boolean sender = limited.group(1).equals("sender");
      String few = limited.group(2);
      String many = Long.toString(GIB);
      shell.echo(newCgroup(shell, "S") + "/" + TCP_LIMIT, sender ? few : many);
      shell.echo(newCgroup(shell, "R") + "/" + TCP_LIMIT, sender ? many : few);
    } else if (experiment.equals("hierarchy")) {
      String parent = newCgroup(shell, "parent");
      shell.mkdir(parent + "/kid");
      cgroups.put("child", parent + "/kid");
      main = parent + "/kid";
    } else {
      String path = newCgroup(shell, "");
      if (limit.matches()) {
        shell.echo(path + "/" + TCP_LIMIT, limit.group(1));
      } else if (!experiment.equals("files") && !experiment.equals("inactive")) {
        shell.echo(path + "/" + TCP_LIMIT, Long.toString(GIB));
      }
    }
    if (!experiment.equals("files")) {
      startProcess(shell, model);
    }
  }

  private void startProcess(Shell shell, KernelModel model) {
    task = process(model, model.rootCred(), freshNetns(model), NOFILE);
    shell.echo(main + "/cgroup.procs", Integer.toString(task));
    stranger = process(model, model.rootCred(), freshNetns(model), NOFILE);
    MemcgProcess process = new MemcgProcess(this, task);
    traffic = new MemcgTraffic(process, shell, this);
    owners = new MemcgOwners(process, this);
    kinds = new MemcgKinds(process, new MemcgProcess(this, stranger), this);
  }

  /** Ends the process of the experiment, if it has not ended. */
  void endTask() {
    if (task != 0) {
      call(task, Syscall.of(SyscallName.EXIT_GROUP, 0));
      call(stranger, Syscall.of(SyscallName.EXIT_GROUP, 0));
      task = 0;
      socket = -1;
      traffic = null;
      owners = null;
      kinds = null;
    }
  }

  // ---- what experiments with data ask for

  long nowNs() {
    KernelModel present = model;
    if (present == null) {
      throw new IllegalStateException("no row has begun");
    }
    return present.machine().nowNs();
  }

  /** The cgroup in which the process began. */
  String folder() {
    return main;
  }

  /** The socket that a row has let wait for connections. */
  int listener() {
    return (int) socket;
  }

  private Shell shell() {
    Shell present = watcher;
    if (present == null) {
      throw new IllegalStateException("no row has begun");
    }
    return present;
  }

  /** Moves the process to a cgroup. */
  void enter(String name) {
    shell().echo(cgroups.get(name) + "/cgroup.procs", Integer.toString(task));
  }

  void limit(String name, String bytes) {
    shell().echo(cgroups.get(name) + "/" + TCP_LIMIT, bytes);
  }

  /** Reads a number of {@link #folder()}. */
  void number(String file, LongConsumer then) {
    shell().cat(main + "/" + file, text -> then.accept(Long.parseLong(text)));
  }

  /** Reads how much memory TCP has of a cgroup; no name is {@link #folder()}. */
  void usage(String name, Consumer<String> then) {
    shell().cat(cgroups.getOrDefault(name, main) + "/" + TCP + "usage_in_bytes", then);
  }

  /** Reads the three counters of {@link #folder()}. */
  void memory(Observed said) {
    counters(main, said);
  }

  private void counters(String folder, Observed said) {
    for (String key : new String[] {"usage", "max_usage", "failcnt"}) {
      String file = key.equals("failcnt") ? key : key + "_in_bytes";
      shell().cat(folder + "/" + TCP + file, text -> said.put(key, text));
    }
  }

  /** Reads the three counters of a cgroup; what comes is as Python shows a dictionary. */
  void counters(String name, Consumer<String> then) {
    Observed said = new Observed();
    counters(cgroups.getOrDefault(name, main), said);
    call(
        shell().pid(),
        Syscall.of(SyscallName.LSEEK, 0, 0, 0),
        (ignored, call) ->
            then.accept("{'" + said.toString().replace("=", "': '").replace("; ", "', '") + "'}"));
  }

  // ---- files

  private void files(TableRow row, Observed recorded, Shell shell) {
    String step = row.cell(STEP_COLUMN);
    Matcher write = WRITE.matcher(step);
    if (write.matches()) {
      write(row, recorded, write, shell);
    } else if (step.startsWith("tcp_mem, udp_mem")) {
      sysctls(row, recorded, shell);
    } else if (step.equals("/proc/net/protocols header")) {
      shell.cat(
          "/proc/net/protocols",
          text -> {
            String columns = words(text.lines().findFirst().orElse(""));
            compare(row, recorded, new Observed().put("columns", columns));
          });
    } else if (step.startsWith("memory.stat keys")) {
      statKeys(row, recorded, shell);
    } else {
      read(row, recorded, step.startsWith("root cgroup") ? ROOT : main, shell);
    }
  }

  private static String words(String text) {
    return String.join(" ", text.strip().split("\\s+", -1));
  }

  /** Reads the files that the row names, or writes the one that its step names. */
  private void read(TableRow row, Observed recorded, String folder, Shell shell) {
    String step = row.cell(STEP_COLUMN);
    Observed said = new Observed();
    for (String key : recorded.keys()) {
      String file = key.startsWith("memory.") ? key : step;
      if (key.startsWith("write ")) {
        String text = key.substring("write ".length());
        shell.echo(folder + "/" + file, text, result -> said.put(key, result));
      } else if (key.startsWith("memory.") || key.equals("reads")) {
        shell.cat(folder + "/" + file, text -> said.put(key, text));
      } else {
        result().notSimulated(row, "the figure " + key);
        return;
      }
    }
    atLast(row, recorded, said, shell);
  }

  /** Compares when all that was planned before has been done. */
  private void atLast(TableRow row, Observed recorded, Observed said, Shell shell) {
    call(
        shell.pid(),
        Syscall.of(SyscallName.LSEEK, 0, 0, 0),
        (ignored, call) -> compare(row, recorded, said));
  }

  /** {@code write 0 to memory.a.b / c}: the others are of the same kind as the first. */
  private void write(TableRow row, Observed recorded, Matcher write, Shell shell) {
    String first = write.group(2);
    String text = write.group(1);
    Observed said = new Observed();
    if (write.group(3) == null) {
      shell.echo(main + "/" + first, text, result -> said.put("result", result));
      if (recorded.keys().contains("reads")) {
        shell.cat(main + "/" + first, value -> said.put("reads", value));
      }
    } else {
      String kind = first.substring(0, first.lastIndexOf('.') + 1);
      for (String one :
          (first.substring(kind.length()) + " / " + write.group(3)).split(" / ", -1)) {
        String key = one.replace("_in_bytes", "");
        shell.echo(main + "/" + kind + one, text, result -> said.put(key, result));
      }
    }
    atLast(row, recorded, said, shell);
  }

  private void sysctls(TableRow row, Observed recorded, Shell shell) {
    Observed said = new Observed();
    for (String name : new String[] {"tcp_mem", "udp_mem"}) {
      shell.cat("/proc/sys/net/ipv4/" + name, text -> said.put(name, words(text)));
    }
    call(
        shell.pid(),
        Syscall.of(SyscallName.LSEEK, 0, 0, 0),
        (ignored, call) ->
            compare(row, recorded, said.put("page", Integer.toString(MemcgState.PAGE_SIZE))));
  }

  private void statKeys(TableRow row, Observed recorded, Shell shell) {
    shell.cat(
        main + "/memory.stat",
        text -> {
          List<String> keys =
              text.lines()
                  .map(line -> line.split(" ", 2)[0])
                  .filter(k -> k.contains("sock") || k.contains("slab") || k.contains("kernel"))
                  .toList();
          String said = keys.isEmpty() ? "none" : String.join(" ", keys);
          compare(row, recorded, new Observed().put("keys", said));
        });
  }

  // ---- sockets

  /** {@code rmdir}, of what the row names, when the process has ended unless it says otherwise. */
  private void remove(TableRow row, Observed recorded, Shell shell) {
    Matcher matcher = REMOVE.matcher(row.cell(STEP_COLUMN));
    if (matcher.matches() && matcher.group(2) != null) {
      removeBehindSockets(row, recorded, matcher.group(2), shell);
      return;
    }
    endTask();
    String named = matcher.group(1) == null ? "" : matcher.group(1);
    Observed said = new Observed();
    for (String key : recorded.keys()) {
      String path = cgroups.getOrDefault(key, cgroups.getOrDefault(named, main));
      shell.rmdir(path, result -> said.put(key, result));
      cgroups.values().remove(path);
    }
    atLast(row, recorded, said, shell);
  }

  /** A task makes sockets in a cgroup, moves on, and the cgroup is removed. */
  private void removeBehindSockets(TableRow row, Observed recorded, String name, Shell shell) {
    String path = cgroups.get(name);
    String other =
        cgroups.values().stream().filter(one -> !one.equals(path)).findFirst().orElse(null);
    if (path == null || other == null) {
      result().notSimulated(row, "no second cgroup to move to");
      return;
    }
    if (owners == null || !owners.hasPair()) {
      call(task, Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0));
    }
    shell.echo(other + "/cgroup.procs", Integer.toString(task));
    shell.rmdir(path, result -> compare(row, recorded, new Observed().put("result", result)));
    cgroups.remove(name);
  }

  private void sockets(TableRow row, Shell shell) {
    Observed recorded = Observed.of(row.cell(OBSERVED_COLUMN));
    String step = row.cell(STEP_COLUMN);
    Matcher made = MADE.matcher(step);
    if (step.equals("no socket")) {
      observe(row, recorded, new Observed(), shell);
    } else if (step.equals("socket()")) {
      make(row, recorded, Abi.SOCK_STREAM, 0, 1, shell);
    } else if (step.equals("bind, listen")) {
      listen(row, recorded, shell);
    } else if (made.matches()) {
      int count = step.contains("sockets") ? 2 : 1;
      switch (made.group(1)) {
        case "TCP" -> make(row, recorded, Abi.SOCK_STREAM, 0, count, shell);
        case "MPTCP" -> make(row, recorded, Abi.SOCK_STREAM, Abi.IPPROTO_MPTCP, count, shell);
        case "UDP" -> make(row, recorded, Abi.SOCK_DGRAM, 0, count, shell);
        default -> result().notSimulated(row, "the step \"" + step + "\"");
      }
    } else {
      data(row, recorded, step, shell);
    }
  }

  /** A step in which data flow. */
  private void data(TableRow row, Observed recorded, String step, Shell shell) {
    Observed said = null;
    if (owners != null && experiment.equals("who pays")) {
      said = owners.run(step, recorded);
    } else if (kinds != null && KINDS.stream().anyMatch(experiment::startsWith)) {
      said = kinds.run(step, recorded);
    } else if (traffic != null) {
      said = traffic.run(step, recorded);
    }
    if (said == null) {
      result().notSimulated(row, "the step \"" + step + "\"");
    } else {
      atLast(row, recorded, said, shell);
    }
  }

  private void make(
      TableRow row, Observed recorded, int type, int protocol, int count, Shell shell) {
    Observed said = new Observed();
    for (int i = 0; i < count; i++) {
      call(
          task,
          Syscall.socket(Abi.AF_INET, type, protocol),
          (fd, call) -> {
            socket = fd;
            if (recorded.keys().contains("result")) {
              said.put("result", okOrErrno(fd));
            }
          });
    }
    observe(row, recorded, said, shell);
  }

  /** Lets the socket that was made last wait for connections. */
  private void listen(TableRow row, Observed recorded, Shell shell) {
    UserMem address = UserMem.zeroed(SOCKADDR_IN_BYTES);
    address.put(0, SERVER, SERVER.length);
    if (socket < 0) {
      call(task, Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM, 0), (fd, call) -> socket = fd);
    }
    call(
        task,
        Syscall.of(SyscallName.LSEEK, 0, 0, 0),
        (ignored, none) -> {
          call(task, Syscall.of(SyscallName.BIND, socket, address, SOCKADDR_IN_BYTES));
          call(
              task,
              Syscall.of(SyscallName.LISTEN, socket, BACKLOG),
              (result, call) -> {
                if (result < 0) {
                  throw new IllegalStateException("listen: " + okOrErrno(result));
                }
              });
        });
    observe(row, recorded, new Observed(), shell);
  }

  /** Reads the counters of socket memory that the row has. */
  private void observe(TableRow row, Observed recorded, Observed said, Shell shell) {
    for (String key : recorded.keys()) {
      Consumer<String> put = text -> said.put(key, text);
      switch (key) {
        case "usage", "max_usage" -> shell.cat(main + "/" + TCP + key + "_in_bytes", put);
        case "failcnt" -> shell.cat(main + "/" + TCP + key, put);
        default -> {
          // What the calls said.
        }
      }
    }
    atLast(row, recorded, said, shell);
  }
}
