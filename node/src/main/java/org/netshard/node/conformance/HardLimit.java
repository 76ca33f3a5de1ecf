package org.netshard.node.conformance;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.kernel.KernelModel;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/**
 * A process that makes sockets until its memory cgroup is full, and one outside that watches it:
 * the program {@code p7h_hardlimit.c} of the recordings.
 */
final class HardLimit {
  private static final int SOCKETS_MAX = 16_000;
  private static final int NOFILE = 20_000;
  private static final int CLOSED = 100;

  private static final String KIND = "(AF_\\w+)(?: (STREAM|DGRAM|RAW|SEQPACKET))?";
  private static final String SIZE = "(\\d{1,9}) (KiB|MiB|GiB)";
  private static final Pattern ONE =
      Pattern.compile(
          KIND
              + ": socket\\(\\) until it fails, memory\\.limit_in_bytes = usage \\+ "
              + SIZE
              + ", oom_kill_disable=([01])");
  private static final Pattern MANY =
      Pattern.compile(
          KIND
              + ", ([1-9]\\d{0,2}) runs with the limit "
              + SIZE
              + " \\+ k pages above the usage, k=0\\.\\.\\d{1,3}(?: .*)?");

  private final MemcgTcpTable program;
  private final Shell shell;
  private final KernelModel model;
  private String folder;
  private int family;
  private int type;
  private int protocol;
  private int task;
  private long made;
  private long last;
  private long again;
  private long afterClose;
  private long usageBefore;
  private long kmemBefore;
  private long failcntBefore;
  private String limitResult = "";

  /**
   * A run.
   *
   * @param folder a cgroup without tasks
   */
  HardLimit(MemcgTcpTable program, Shell shell, String folder, KernelModel model) {
    this.program = program;
    this.shell = shell;
    this.folder = folder;
    this.model = model;
  }

  /** Whether a step of a table is such a run. */
  static boolean knows(String step) {
    Matcher one = ONE.matcher(step);
    Matcher many = MANY.matcher(step);
    return (one.matches() && isKind(one.group(1), one.group(2)))
        || (many.matches() && isKind(many.group(1), many.group(2)));
  }

  private static boolean isKind(String family, @Nullable String type) {
    return switch (family) {
      case "AF_INET", "AF_INET6", "AF_UNIX" -> type != null;
      case "AF_NETLINK", "AF_PACKET", "AF_VSOCK" -> true;
      default -> false;
    };
  }

  private void kind(String familyName, @Nullable String typeName) {
    family =
        switch (familyName) {
          case "AF_INET" -> Abi.AF_INET;
          case "AF_INET6" -> Abi.AF_INET6;
          case "AF_UNIX" -> Abi.AF_UNIX;
          case "AF_NETLINK" -> Abi.AF_NETLINK;
          case "AF_PACKET" -> Abi.AF_PACKET;
          default -> Abi.AF_VSOCK;
        };
    type =
        switch (typeName == null ? "" : typeName) {
          case "STREAM" -> Abi.SOCK_STREAM;
          case "DGRAM" -> Abi.SOCK_DGRAM;
          case "SEQPACKET" -> Abi.SOCK_SEQPACKET;
          case "RAW" -> Abi.SOCK_RAW;
          default -> family == Abi.AF_VSOCK ? Abi.SOCK_STREAM : Abi.SOCK_RAW;
        };
    boolean raw = type == Abi.SOCK_RAW && family != Abi.AF_NETLINK && family != Abi.AF_PACKET;
    boolean icmp = raw && family != Abi.AF_UNIX;
    protocol = !icmp ? 0 : family == Abi.AF_INET6 ? Abi.IPPROTO_ICMPV6 : Abi.IPPROTO_ICMP;
  }

  private static long bytes(String number, String unit) {
    int shift =
        switch (unit) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          default -> 30;
        };
    return Long.parseLong(number) << shift;
  }

  /** Plans the calls of a step that is {@linkplain #knows known}. */
  void run(String step, Consumer<Observed> then) {
    Matcher one = ONE.matcher(step);
    Matcher many = MANY.matcher(step);
    if (one.matches()) {
      kind(one.group(1), one.group(2));
      once(bytes(one.group(3), one.group(4)), one.group(5).equals("1"), () -> tell(then));
    } else if (many.matches()) {
      kind(many.group(1), many.group(2));
      times(Integer.parseInt(many.group(3)), bytes(many.group(4), many.group(5)), then);
    }
  }

  private void once(long headroom, boolean oomKillDisable, Runnable then) {
    shell.echo(folder + "/memory.oom_control", oomKillDisable ? "1" : "0");
    task = TableProgram.process(model, model.rootCred(), TableProgram.freshNetns(model), NOFILE);
    shell.echo(folder + "/cgroup.procs", Integer.toString(task));
    program.call(
        task,
        socket(),
        (fd, call) -> {
          if (!Errno.isError(fd)) {
            program.call(task, Syscall.close((int) fd));
          }
        });
    number("memory.usage_in_bytes", value -> usageBefore = value);
    number("memory.kmem.usage_in_bytes", value -> kmemBefore = value);
    number("memory.failcnt", value -> failcntBefore = value);
    shell.cat(
        folder + "/memory.usage_in_bytes",
        usage ->
            shell.echo(
                folder + "/memory.limit_in_bytes",
                Long.toString(Long.parseLong(usage) + headroom),
                result -> limitResult = result));
    made = 0;
    last = 0;
    again = 0;
    afterClose = 0;
    makeOne();
    // Who is killed gets no result; the watcher goes on in any case.
    number("memory.failcnt", value -> then.run());
  }

  private Syscall socket() {
    return Syscall.socket(family, type, protocol);
  }

  private void number(String file, LongConsumer then) {
    shell.cat(folder + "/" + file, text -> then.accept(Long.parseLong(text)));
  }

  private void makeOne() {
    program.call(
        task,
        socket(),
        (fd, call) -> {
          if (Errno.isError(fd)) {
            last = fd;
            thenAgain();
          } else if (++made < SOCKETS_MAX) {
            makeOne();
          }
        });
  }

  private void thenAgain() {
    program.call(task, socket(), (fd, call) -> again = fd);
    program.call(task, Syscall.close(CLOSED));
    program.call(task, socket(), (fd, call) -> afterClose = fd);
  }

  private boolean alive() {
    return model.task(task) != null;
  }

  private void tell(Consumer<Observed> then) {
    boolean alive = alive();
    boolean failed = last < 0;
    Observed said =
        new Observed()
            .put("observed", "limit write=" + limitResult)
            .put("made", Long.toString(made))
            .put("first errno", TableProgram.okOrErrno(last))
            .put("the same call again", failed ? TableProgram.okOrErrno(again) : "-")
            .put("after closing one socket", failed ? TableProgram.okOrErrno(afterClose) : "-")
            .put("task", alive ? "alive" : "killed by SIGKILL (OOM killer)");
    number(
        "memory.kmem.usage_in_bytes",
        now -> said.put("kmem bytes per socket", perSocket(alive, now - kmemBefore)));
    number(
        "memory.usage_in_bytes",
        now -> said.put("usage bytes per socket", perSocket(alive, now - usageBefore)));
    number("memory.failcnt", now -> said.put("failcnt grew", now > failcntBefore ? "yes" : "no"));
    end();
    shell.cat(
        folder + "/memory.oom_control",
        text -> {
          said.put("oom_control after", String.join(" ", text.split("\n", -1)));
          then.accept(said);
        });
  }

  private String perSocket(boolean alive, long bytes) {
    return alive && made > 0 ? Long.toString(bytes / made) : "-1";
  }

  private void end() {
    if (alive()) {
      program.call(task, Syscall.of(SyscallName.EXIT_GROUP, 0));
    }
  }

  private void times(int runs, long headroom, Consumer<Observed> then) {
    Map<String, Integer> first = new TreeMap<>();
    Map<String, Integer> next = new TreeMap<>();
    String parent = folder;
    for (int k = 0; k < runs; k++) {
      String own = parent + "/" + k;
      long above = headroom + 4096L * k;
      boolean isLast = k == runs - 1;
      shell.mkdir(own);
      // The folder that the calls of this run use is set when they are planned.
      shell.cat(
          parent + "/memory.use_hierarchy",
          ignored -> {
            folder = own;
            once(
                above,
                true,
                () -> {
                  first.merge(TableProgram.okOrErrno(last), 1, Integer::sum);
                  next.merge(TableProgram.okOrErrno(again), 1, Integer::sum);
                  end();
                });
            shell.rmdir(own, result -> {});
            if (isLast) {
              shell.cat(
                  parent + "/memory.use_hierarchy",
                  done ->
                      then.accept(
                          new Observed()
                              .put("first errno seen (times)", times(first))
                              .put("errno of the next call (times)", times(next))));
            }
          });
    }
  }

  private static String times(Map<String, Integer> counts) {
    StringBuilder text = new StringBuilder();
    counts.forEach(
        (errno, count) ->
            text.append(text.isEmpty() ? "" : " ").append(errno).append(':').append(count));
    return text.toString();
  }
}
