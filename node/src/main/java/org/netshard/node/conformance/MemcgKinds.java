package org.netshard.node.conformance;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * The experiments with data of sockets that are not TCP's, and that with the files that count all
 * sockets of a namespace or of the machine.
 */
final class MemcgKinds {
  private static final int UDP_PORT = 6003;
  private static final int DATAGRAM_BYTES = 1000;
  private static final int NETLINK_ROUTE = 0;
  private static final Pattern MORE = Pattern.compile("UDP: (\\d{1,4}) more datagrams .*");
  private static final Pattern MANY = Pattern.compile(".*?(\\d{1,4}) datagrams .*");

  private final MemcgProcess process;
  private final MemcgProcess stranger;
  private final MemcgTcpTable table;
  private int receiver = -1;
  private int sender = -1;
  private int accepted = -1;

  /**
   * The experiments of a process.
   *
   * @param stranger a process in a namespace of its own
   */
  MemcgKinds(MemcgProcess process, MemcgProcess stranger, MemcgTcpTable table) {
    this.process = process;
    this.stranger = stranger;
    this.table = table;
  }

  /** As {@link MemcgTraffic#run}. */
  @Nullable Observed run(String step, Observed recorded) {
    Observed said = new Observed();
    Matcher more = MORE.matcher(step);
    Matcher many = MANY.matcher(step);
    if (more.matches()) {
      udp(Integer.parseInt(more.group(1)), new TreeMap<>());
      process.sleep(10);
    } else if (step.equals("UDP receiver closed")) {
      udpClosed(said);
      return said;
    } else if (step.startsWith("AF_UNIX stream")) {
      unix();
    } else if (step.startsWith("NETLINK_ROUTE")) {
      netlink();
    } else if (step.startsWith("RAW icmp")) {
      raw();
    } else if (step.equals("TCP pair, nothing sent")) {
      pair();
    } else if (step.contains("/proc/net/sockstat")) {
      pair();
      process.later(this::fill);
      process.sleep(20);
      process.later(() -> sockstat(said));
      return said;
    } else if (step.startsWith("/proc/net/protocols TCP")) {
      protocols(said);
      return said;
    } else if (many.matches()) {
      overflow(Integer.parseInt(many.group(1)), recorded, said);
      return said;
    } else {
      return null;
    }
    process.later(() -> look(recorded, said));
    return said;
  }

  private void look(Observed recorded, Observed said) {
    for (String key : recorded.keys()) {
      switch (key) {
        case "usage" -> table.usage("", text -> said.put(key, text));
        case "receiver" -> process.memInfo(receiver, text -> said.put(key, text));
        default -> {
          // What the calls said.
        }
      }
    }
  }

  private static UserMem text(String header, int bytes, char filler) {
    byte[] content = new byte[header.length() + bytes];
    Arrays.fill(content, (byte) filler);
    byte[] head = header.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(head, 0, content, 0, head.length);
    return UserMem.of(content);
  }

  // ---- datagrams

  private void udp(int datagrams, Map<String, Integer> results) {
    if (sender < 0) {
      process.later(
          () ->
              process.socket(
                  Abi.AF_INET,
                  Abi.SOCK_DGRAM,
                  0,
                  fd -> {
                    receiver = fd;
                    process.bind(fd, UDP_PORT);
                  }));
      process.later(() -> process.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 0, fd -> sender = fd));
    }
    for (int i = 0; i < datagrams; i++) {
      process.later(
          () ->
              process.sendTo(
                  sender,
                  text("", DATAGRAM_BYTES, 'u'),
                  UDP_PORT,
                  result -> results.merge(TableProgram.okOrErrno(result), 1, Integer::sum)));
    }
  }

  private void udpClosed(Observed said) {
    process.later(
        () -> {
          process.close(receiver);
          receiver = -1;
        });
    table.usage("", text -> said.put("usage at once", text));
    process.sleep(250);
    table.usage("", text -> said.put("usage after 250 ms", text));
    process.later(
        () -> {
          process.close(sender);
          sender = -1;
        });
  }

  private void overflow(int datagrams, Observed recorded, Observed said) {
    boolean limited = recorded.keys().contains("kept");
    if (!limited) {
      // The process of this row is another one, of the root cgroup and in a namespace of its own.
      MemcgKinds other = new MemcgKinds(/* process= */ stranger, /* stranger= */ process, table);
      other.udp(datagrams, new TreeMap<>());
      stranger.later(
          () ->
              stranger.memInfo(
                  other.receiver,
                  text -> said.put("drops", text.substring(text.lastIndexOf(' ') + 1))));
      other.udpCounters(recorded, said);
      return;
    }
    Map<String, Integer> results = new TreeMap<>();
    udp(datagrams, results);
    process.sleep(20);
    process.later(() -> process.memInfo(receiver, text -> said.put("receiver", text)));
    table.memory(said);
    process.later(() -> kept(0, said));
    process.later(
        () -> {
          StringBuilder shown = new StringBuilder();
          results.forEach(
              (name, times) ->
                  shown
                      .append(shown.isEmpty() ? "'" : ", '")
                      .append(name)
                      .append("': ")
                      .append(times));
          said.put("sendto results", "{" + shown + "}");
        });
    udpCounters(recorded, said);
  }

  private void kept(int before, Observed said) {
    process.recv(
        receiver,
        DATAGRAM_BYTES,
        got -> {
          if (got >= 0) {
            kept(before + 1, said);
          } else {
            said.put("kept", Integer.toString(before));
          }
        });
  }

  private void udpCounters(Observed recorded, Observed said) {
    process.counters(
        "/proc/net/snmp",
        "Udp:",
        values ->
            values.forEach(
                (name, value) -> {
                  if (recorded.keys().contains(name)) {
                    said.put(name, value);
                  }
                }));
  }

  // ---- others

  private void unix() {
    process.call(
        Syscall.of(SyscallName.SOCKETPAIR, Abi.AF_UNIX, Abi.SOCK_STREAM, 0, UserMem.zeroed(8)),
        (result, made) -> process.send(made.mem(3).getInt(0), 100_000, sent -> {}));
  }

  private void netlink() {
    process.socket(
        Abi.AF_NETLINK,
        Abi.SOCK_RAW,
        NETLINK_ROUTE,
        fd -> {
          UserMem address = UserMem.zeroed(12);
          address.putShort(0, Abi.AF_NETLINK);
          process.call(
              Syscall.of(SyscallName.BIND, fd, address, address.size()), (result, made) -> {});
          UserMem request = UserMem.zeroed(20);
          request.putInt(0, 20);
          request.putShort(4, 18);
          request.putShort(6, 0x301);
          request.putInt(8, 1);
          process.call(
              Syscall.of(
                  SyscallName.SENDTO, fd, request, request.size(), 0, address, address.size()),
              (result, made) -> {});
        });
    process.sleep(20);
  }

  private void raw() {
    process.socket(
        Abi.AF_INET,
        Abi.SOCK_RAW,
        Abi.IPPROTO_ICMP,
        fd -> {
          receiver = fd;
          process.sendTo(fd, text("\b\0\u00f7\u00ff\0\0\0\0", DATAGRAM_BYTES, 'p'), 0, sent -> {});
        });
    process.sleep(20);
  }

  private void pair() {
    process.later(
        () ->
            process.listen(
                UDP_PORT,
                listener ->
                    process.client(
                        UDP_PORT,
                        listener,
                        fd -> {
                          sender = fd;
                          process.accept(listener, made -> accepted = made);
                        })));
  }

  private void fill() {
    process.send(
        sender,
        65_536,
        result -> {
          if (result >= 0) {
            fill();
          }
        });
  }

  private void sockstat(Observed said) {
    words(
        process,
        "/proc/net/sockstat",
        "TCP:",
        mine ->
            words(
                stranger,
                "/proc/net/sockstat",
                "TCP:",
                other -> {
                  said.put("TCP inuse A", mine.getOrDefault("inuse", ""));
                  said.put("B", other.getOrDefault("inuse", ""));
                  for (String key : new String[] {"orphan", "alloc", "mem"}) {
                    boolean same = mine.getOrDefault(key, "").equals(other.get(key));
                    said.put(key + " equal in A and B", truth(same));
                  }
                  said.put("alloc in B at least 3", truth(number(other, "alloc") >= 3));
                  said.put("mem seen in B at least 900 pages", truth(number(other, "mem") >= 900));
                }));
    words(
        process,
        "/proc/net/sockstat",
        "sockets:",
        mine -> said.put("sockets used A", mine.getOrDefault("used", "")));
  }

  private static String truth(boolean value) {
    return value ? "True" : "False";
  }

  private static long number(Map<String, String> values, String key) {
    return Long.parseLong(values.getOrDefault(key, "-1"));
  }

  /** Names and values of a line. */
  private static void words(
      MemcgProcess process, String file, String line, Consumer<Map<String, String>> then) {
    process.cat(
        file,
        text -> {
          Map<String, String> values = new TreeMap<>();
          for (String one : text.split("\n", -1)) {
            String[] words = one.strip().split("\\s+", -1);
            for (int i = 1; words[0].equals(line) && i + 1 < words.length; i += 2) {
              values.put(words[i], words[i + 1]);
            }
          }
          then.accept(values);
        });
  }

  private void protocols(Observed said) {
    tcpLine(
        process,
        mine ->
            tcpLine(
                stranger,
                other -> {
                  said.put("sockets A", mine[2]);
                  said.put("sockets B", other[2]);
                  said.put("memory equal in A and B", truth(mine[3].equals(other[3])));
                }));
  }

  private static void tcpLine(MemcgProcess process, Consumer<String[]> then) {
    process.cat(
        "/proc/net/protocols",
        text ->
            text.lines()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(words -> words[0].equals("TCP"))
                .findFirst()
                .ifPresent(then));
  }
}
