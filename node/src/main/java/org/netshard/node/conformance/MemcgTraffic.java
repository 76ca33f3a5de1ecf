package org.netshard.node.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;

/**
 * The experiments in which connections of TCP carry data: what is queued, whose memory it is, and
 * how a sender stops at a limit.
 *
 * <p>The steps of one experiment follow one another and share its sockets, as in {@code
 * p7_memcg_tcp.py}.
 */
final class MemcgTraffic {
  private static final String TCP = "memory.kmem.tcp.";
  private static final int CHUNK = 16_384;
  private static final int LARGE_CHUNK = 65_536;
  private static final long MS = 1_000_000L;
  private static final String NETSTAT = "/proc/net/netstat";

  private final MemcgProcess process;
  private final Shell watcher;
  private final MemcgTcpTable table;
  private final List<Step> steps = new ArrayList<>();
  private Observed said = new Observed();
  private int listener = -1;
  private int client = -1;
  private int accepted = -1;
  private long sent;
  private long count;
  private String last = "";

  private record Step(Pattern pattern, BiConsumer<MatchResult, Observed> run) {}

  /** The experiments of a process. */
  MemcgTraffic(MemcgProcess process, Shell watcher, MemcgTcpTable table) {
    this.process = process;
    this.watcher = watcher;
    this.table = table;
    step(".*: (\\d{1,9}) bytes queued", (m, recorded) -> inactive(true));
    step(".*OLD sockets", (m, recorded) -> inactive(false));
    step("a new pair of sockets, nothing sent", (m, recorded) -> pair(0));
    step("(\\d{1,9}) bytes on the new pair", (m, recorded) -> sendAndLook(number(m, 1), 20));
    step("connected, not accepted", (m, recorded) -> connected());
    step("accepted", (m, recorded) -> accept());
    step("send\\((\\d{1,9})\\), total \\d{1,9}", (m, recorded) -> sendAndLook(number(m, 1), 60));
    step("receiver reads 1 byte", (m, recorded) -> later(p -> p.recv(accepted, 1, got -> {})));
    step("receiver reads the rest .*", (m, recorded) -> later(p -> p.readAll(accepted, got -> {})));
    step("(client|accepted|listener) closed", (m, recorded) -> close(m.group(1)));
    step("(\\d{1,4}) one-byte sends .*", (m, recorded) -> oneByte(number(m, 1)));
    step("the process has exited", (m, recorded) -> exited());
    step("connect and accept over loopback", (m, recorded) -> connectAndAccept());
    step("non-blocking sender until .*", (m, recorded) -> fill(2000));
    step("counters of the netns", (m, recorded) -> {});
    step("then the receiver reads.*", (m, recorded) -> later(p -> drain(now() + 6000 * MS, 0)));
    step("SO_ERROR of .*", (m, recorded) -> errors());
    step("blocking sender .*", (m, recorded) -> blocking());
    step("usage with (\\d{1,9}) bytes queued", (m, recorded) -> pairThenSend(number(m, 1)));
    step("write limit (.*)", (m, recorded) -> writeLimit(m.group(1)));
    step("sender in S .*|receiver in R .*", (m, recorded) -> acrossCgroups());
    step("child limit 1 GiB, parent limit (\\d{1,9}), .*", (m, recorded) -> hierarchy(m.group(1)));
    step("many bytes queued.*", (m, recorded) -> separate());
  }

  private void step(String pattern, BiConsumer<MatchResult, Observed> run) {
    steps.add(new Step(Pattern.compile(pattern), run));
  }

  private static int number(MatchResult match, int group) {
    return Integer.parseInt(match.group(group));
  }

  /**
   * Plans the calls of a step.
   *
   * @return what they observe, complete when they have been made; null if the step is not known
   */
  @Nullable Observed run(String step, Observed recorded) {
    for (Step one : steps) {
      Matcher matcher = one.pattern().matcher(step);
      if (matcher.matches()) {
        said = new Observed();
        one.run().accept(matcher, recorded);
        lookAll(step, recorded);
        return said;
      }
    }
    return null;
  }

  private long now() {
    return table.nowNs();
  }

  private void later(Consumer<MemcgProcess> then) {
    process.later(() -> then.accept(process));
  }

  // ---- what a step looks at

  /** Whatever the row has of the usual figures. */
  private void lookAll(String step, Observed recorded) {
    Observed into = said;
    if (step.equals("the process has exited")) {
      return;
    }
    process.later(
        () -> {
          for (String key : recorded.keys()) {
            look(key, into);
          }
          if (step.equals("counters of the netns") || recorded.keys().contains("PruneCalled")) {
            process.counters(NETSTAT, "", values -> putAll(recorded, values, into));
          }
        });
  }

  private static void putAll(Observed recorded, Map<String, String> values, Observed into) {
    values.forEach(
        (name, value) -> {
          if (recorded.keys().contains(name)) {
            into.put(name, value);
          }
        });
  }

  private void look(String key, Observed into) {
    Consumer<String> put = text -> into.put(key, text);
    switch (key) {
      case "receiver" -> process.memInfo(accepted, into.keys().contains(key) ? t -> {} : put);
      case "sender" -> process.memInfo(client, into.keys().contains(key) ? t -> {} : put);
      case "SIOCINQ", "queued", "SIOCINQ receiver" ->
          process.ioctl(accepted, Abi.FIONREAD, value -> put.accept(Integer.toString(value)));
      case "SIOCOUTQ", "SIOCOUTQ sender" ->
          process.ioctl(client, Abi.TIOCOUTQ, value -> put.accept(Integer.toString(value)));
      case "pages" ->
          table.number(
              TCP + "usage_in_bytes", value -> put.accept(Double.toString(value / 4096.0)));
      case "usage", "max_usage" -> watcher.cat(table.folder() + "/" + TCP + key + "_in_bytes", put);
      case "failcnt" -> watcher.cat(table.folder() + "/" + TCP + key, put);
      case "S", "R", "child", "parent" -> table.counters(key, put);
      default -> {
        // What the calls of the step said.
      }
    }
  }

  // ---- connections

  /** A listener, a client and the accepted end ({@code pair}). */
  private void pair(int port) {
    later(
        p -> {
          p.listen(
              port,
              fd -> {
                listener = fd;
                p.port(fd, bound -> p.client(bound, listener, made -> client = made));
              });
          p.later(() -> p.accept(listener, fd -> accepted = fd));
        });
  }

  private void send(int bytes) {
    later(p -> p.send(client, bytes, result -> {}));
  }

  private void inactive(boolean isFirst) {
    Observed into = said;
    if (isFirst) {
      pair(0);
    } else {
      watcher.echo(
          table.folder() + "/" + TCP + "limit_in_bytes",
          Long.toString(1L << 30),
          result -> into.put("write", result));
    }
    send(200_000);
    process.sleep(20);
  }

  private void pairThenSend(int bytes) {
    pair(0);
    send(bytes);
    process.sleep(20);
  }

  private void sendAndLook(int bytes, int milliseconds) {
    send(bytes);
    process.sleep(milliseconds);
  }

  private void connected() {
    later(
        p ->
            p.client(
                MemcgTcpTable.SERVER_PORT,
                table.listener(),
                fd -> {
                  listener = table.listener();
                  client = fd;
                }));
  }

  private void accept() {
    later(p -> p.accept(listener, fd -> accepted = fd));
  }

  private void close(String which) {
    later(
        p ->
            p.close(
                switch (which) {
                  case "client" -> client;
                  case "accepted" -> accepted;
                  default -> listener;
                }));
    process.sleep(60);
  }

  private void oneByte(int wanted) {
    if (client < 0) {
      pair(0);
      later(p -> p.set(client, Abi.IPPROTO_TCP, TcpOption.TCP_NODELAY, UserMem.ofInt(1)));
    }
    later(p -> oneByteMore(wanted));
  }

  private void oneByteMore(int wanted) {
    process.ioctl(
        accepted,
        Abi.FIONREAD,
        there -> {
          if (there < wanted) {
            process.send(client, 1, result -> {});
            process.sleep(1);
            process.later(() -> oneByteMore(wanted));
          }
        });
  }

  private void exited() {
    table.endTask();
    watcher.sleep(100);
    for (String key : new String[] {"usage", "max_usage", "failcnt"}) {
      look(key, said);
    }
  }

  private void connectAndAccept() {
    Observed into = said;
    pair(0);
    later(
        p -> {
          into.put("accepted", accepted >= 0 ? "True" : "False");
          p.get(
              client,
              Abi.IPPROTO_TCP,
              TcpOption.TCP_INFO,
              value -> into.put("ESTABLISHED", value.getByte(0) == 1 ? "True" : "False"));
        });
  }

  // ---- limits

  /** Sends until there has been no room for 300 ms, or for so long. */
  private void fill(int milliseconds) {
    Observed into = said;
    later(
        p -> {
          sent = 0;
          sendUntilFull(now() + milliseconds * MS, CHUNK, true);
          p.later(
              () -> {
                into.put("accepted by send", Long.toString(sent));
                into.put("then", last);
              });
        });
  }

  private void sendUntilFull(long untilNs, int chunk, boolean waits) {
    if (now() >= untilNs) {
      return;
    }
    process.send(
        client,
        chunk,
        result -> {
          if (!Errno.isError(result)) {
            sent += result;
            count++;
            sendUntilFull(untilNs, chunk, waits);
            return;
          }
          last = Errno.valueOf(Errno.resultText(result).split(" ", 2)[0]).name();
          if (waits) {
            process.poll(
                client,
                MemcgProcess.POLLOUT,
                300,
                ready -> {
                  if (ready > 0) {
                    sendUntilFull(untilNs, chunk, true);
                  }
                });
          }
        });
  }

  private void drain(long untilNs, long before) {
    Observed into = said;
    if (before >= sent || now() >= untilNs) {
      into.put("sent", Long.toString(sent)).put("received", Long.toString(before));
      return;
    }
    process.poll(
        accepted,
        MemcgProcess.POLLIN,
        500,
        ready ->
            process.readAll(accepted, got -> process.later(() -> drain(untilNs, before + got))));
  }

  private void errors() {
    Observed into = said;
    later(
        p -> {
          p.soError(client, text -> into.put("sender", text));
          p.soError(accepted, text -> into.put("receiver", text));
        });
  }

  private void blocking() {
    Observed into = said;
    pair(0);
    later(
        p -> {
          p.call(Syscall.of(SyscallName.FCNTL, client, Abi.F_SETFL, 0), (result, made) -> {});
          UserMem second = UserMem.zeroed(16);
          second.putLong(0, 1);
          p.set(client, Abi.SOL_SOCKET, SoOption.SO_SNDTIMEO_OLD, second);
          sent = 0;
          sendUntilFull(Long.MAX_VALUE, CHUNK, false);
          p.later(
              () -> {
                into.put("accepted", sent > 0 ? "more than 0" : "0");
                into.put("last result", last);
                p.soError(client, text -> into.put("SO_ERROR", text));
              });
        });
  }

  private void writeLimit(String text) {
    Observed into = said;
    String file = table.folder() + "/" + TCP + "limit_in_bytes";
    watcher.cat(
        table.folder() + "/" + TCP + "usage_in_bytes",
        usage -> {
          boolean isUsage = text.equals("= usage");
          watcher.echo(file, isUsage ? usage : text, result -> into.put("result", result));
          watcher.cat(
              file,
              limit -> {
                if (isUsage) {
                  into.put("limit now ", limit.equals(usage) ? "= usage=True" : "= usage=False");
                } else {
                  into.put("limit now", limit);
                }
              });
        });
  }

  private void acrossCgroups() {
    Observed into = said;
    table.enter("R");
    later(p -> p.listen(6002, fd -> listener = fd));
    table.enter("S");
    later(p -> p.client(6002, listener, fd -> client = fd));
    table.enter("R");
    accept();
    fillAndTell(1500, into);
  }

  private void hierarchy(String parentLimit) {
    Observed into = said;
    table.limit("parent", parentLimit);
    table.limit("child", Long.toString(1L << 30));
    pair(0);
    fillAndTell(1500, into);
  }

  private void fillAndTell(int milliseconds, Observed into) {
    later(
        p -> {
          sent = 0;
          sendUntilFull(now() + milliseconds * MS, CHUNK, true);
          p.later(() -> into.put("accepted", Long.toString(sent)));
        });
  }

  /** Whether what TCP holds is part of the memory that is counted besides. */
  private void separate() {
    Observed into = said;
    pair(0);
    long[] before = new long[2];
    table.number("memory.usage_in_bytes", value -> before[0] = value);
    table.number("memory.kmem.usage_in_bytes", value -> before[1] = value);
    later(
        p -> {
          count = 0;
          sendUntilFull(Long.MAX_VALUE, LARGE_CHUNK, false);
          p.sleep(20);
          p.later(() -> into.put("queued about", Long.toString(count * LARGE_CHUNK)));
        });
    table.number(TCP + "usage_in_bytes", value -> into.put("kmem.tcp usage", Long.toString(value)));
    table.number(
        "memory.usage_in_bytes",
        value -> into.put("usage grows by", Long.toString(value - before[0])));
    table.number(
        "memory.kmem.usage_in_bytes",
        value -> into.put("kmem usage grows by", Long.toString(value - before[1])));
  }
}
