package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.OracleTable;
import org.netshard.namespace.net.NetState;
import org.netshard.namespace.net.ProcNetFiles;
import org.netshard.namespace.program.KernelView;
import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.namespace.spec.SysctlSetting;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.SockAddr;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;

/** What {@code /proc/net} shows of a socket over its life, compared with a live kernel's table. */
class LifecycleTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final long NS_PER_MS = 1_000_000;
  private static final int FD = 3;
  private static final List<String> FILES =
      List.of(
          "tcp", "tcp6", "udp", "udp6", "udplite", "raw", "raw6", "icmp", "icmp6", "unix",
          "netlink", "packet");

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  /** The files of {@code /proc/net} at one moment. */
  record Moment(long result, Map<String, List<String>> files) {
    static Moment of(long result, NetState net) {
      Map<String, List<String>> files = new TreeMap<>();
      for (String name : FILES) {
        files.put(name, lines(name, net));
      }
      files.put("protocols", lines("protocols", net));
      files.put("sockstat", lines("sockstat", net));
      return new Moment(result, files);
    }

    private static List<String> lines(String name, NetState net) {
      Supplier<String> text = ProcNetFiles.text(name, net);
      if (text == null) {
        throw new AssertionError("there is no /proc/net/" + name);
      }
      return text.get().lines().map(String::strip).toList();
    }

    private List<String> file(String name) {
      return files.getOrDefault(name, List.of());
    }

    /** The fields of the lines of a file that has a line of names. */
    List<List<String>> rows(String name) {
      return file(name).stream().skip(1).map(line -> List.of(line.split(" +"))).toList();
    }

    int sockets(String protocol) {
      return rows("protocols").stream()
          .filter(row -> row.get(0).equals(protocol))
          .mapToInt(row -> Integer.parseInt(row.get(2)))
          .sum();
    }

    int used() {
      return Integer.parseInt(file("sockstat").get(0).replace("sockets: used ", ""));
    }

    /** Which protocols have more or fewer sockets than before. */
    String protocolsSince(Moment before) {
      String changed =
          rows("protocols").stream()
              .map(row -> row.get(0))
              .filter(name -> sockets(name) != before.sockets(name))
              .map(name -> name + signed(sockets(name) - before.sockets(name)))
              .collect(Collectors.joining(" "));
      return changed.isEmpty() ? "no change" : changed;
    }

    /** Which files have more or fewer lines than before. */
    String listedSince(Moment before) {
      String changed =
          FILES.stream()
              .filter(name -> file(name).size() != before.file(name).size())
              .collect(Collectors.joining(" "));
      return changed.isEmpty() ? "nowhere" : changed;
    }
  }

  /** Calls one after the other, and how things are before the first and after each. */
  static final class Life implements Program {
    private final List<Step> steps = new ArrayList<>();
    final List<Moment> moments = new ArrayList<>();
    private int position;
    private long atNs;

    Life call(Syscall call) {
      steps.add(new Step(atNs, 1, call));
      return this;
    }

    Life call(int pid, Syscall call) {
      steps.add(new Step(atNs, pid, call));
      return this;
    }

    Life waitMs(long ms) {
      atNs = ms * NS_PER_MS;
      return this;
    }

    @Override
    public String name() {
      return "life";
    }

    @Override
    public @Nullable Step next(KernelView kernel, long nowNs) {
      if (position == 0) {
        kernel.model().machine().initNet().setLoUp(true);
        look(kernel, 0);
      }
      return position == steps.size() ? null : steps.get(position++);
    }

    @Override
    public void completed(KernelView kernel, Syscall call, long result, long nowNs) {
      look(kernel, result);
    }

    private void look(KernelView kernel, long result) {
      moments.add(Moment.of(result, kernel.model().machine().initNet()));
    }

    /** Runs all; the moments begin with the one before the first call. */
    List<Moment> run() {
      return run(KIT);
    }

    /** The same for another class of tests, which has a kit of its own. */
    List<Moment> run(ActorTestKit kit) {
      KernelSpec spec =
          new KernelSpec(
              "machine",
              1,
              "linux-6.18",
              "",
              List.of(new SysctlSetting("net.ipv4.ping_group_range", "0 2147483647", "test")),
              List.of(),
              List.of(),
              List.of(),
              List.of(TestKernel.task("t", "/", Capability.ALL, 64)),
              List.of(),
              List.of());
      TestKernel kernel = new TestKernel(kit, spec);
      kernel.run(this);
      kernel.stop(kit);
      assertThat(moments).hasSize(steps.size() + 1);
      return moments;
    }
  }

  private static String signed(int change) {
    return String.format(Locale.ROOT, "%+d", change);
  }

  static String observed(String group, String step) {
    return OracleTable.rows("lifecycle").stream()
        .filter(row -> group.equals(row.get("group")) && step.equals(row.get("step")))
        .map(row -> row.getOrDefault("observed", ""))
        .findFirst()
        .orElseThrow();
  }

  static UserMem address(int family, int port) {
    byte[] storage = new byte[SockAddr.STORAGE_BYTES];
    int size;
    if (family == Abi.AF_INET6) {
      byte[] loopback = new byte[16];
      loopback[15] = 1;
      size = SockAddr.putIn6(storage, loopback, port, 0);
    } else if (family == Abi.AF_INET) {
      size = SockAddr.putIn(storage, 0x0100007f, port);
    } else {
      storage[0] = (byte) family;
      size = 12;
    }
    return UserMem.of(Arrays.copyOf(storage, size));
  }

  static Syscall named(SyscallName name, int fd, UserMem address) {
    return Syscall.of(name, fd, address, address.size());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "TCP, 2, 1, 0, TCP",
    "TCPv6, 10, 1, 0, TCPv6",
    "MPTCP, 2, 1, 262, MPTCP",
    "UDP, 2, 2, 0, UDP",
    "UDPv6, 10, 2, 0, UDPv6",
    "UDP-Lite, 2, 2, 136, UDP-Lite",
    "RAW, 2, 3, 1, RAW",
    "RAWv6, 10, 3, 58, RAWv6",
    "PING, 2, 2, 1, PING",
    "PINGv6, 10, 2, 58, PINGv6",
    "UNIX stream, 1, 1, 0, UNIX-STREAM",
    "UNIX dgram, 1, 2, 0, UNIX",
    "UNIX seqpacket, 1, 5, 0, UNIX",
    "NETLINK, 16, 3, 0, NETLINK",
    "PACKET, 17, 3, 768, PACKET",
    "XDP, 44, 3, 0, XDP",
  })
  void socketsAreCountedAndListed(
      String kind, int family, int type, int protocol, String protocolName) {
    boolean inet = family == Abi.AF_INET || family == Abi.AF_INET6;
    boolean bound = inet || family == Abi.AF_NETLINK;
    boolean listens = inet && type == Abi.SOCK_STREAM;
    Life life = new Life().call(Syscall.socket(family, type, protocol));
    if (bound) {
      life.call(named(SyscallName.BIND, FD, address(family, 0)));
    }
    if (listens) {
      life.call(Syscall.of(SyscallName.LISTEN, FD, 1));
    }
    life.call(Syscall.of(SyscallName.DUP, FD)).call(Syscall.close(FD)).call(Syscall.close(FD + 1));
    List<Moment> moments = life.waitMs(200).call(Syscall.close(FD)).run();
    Moment before = moments.get(0);
    Moment made = moments.get(1);
    int dup = 2 + (bound ? 1 : 0) + (listens ? 1 : 0);
    Moment dupOpen = moments.get(dup + 1);
    Moment closed = moments.get(dup + 2);
    Moment later = moments.get(dup + 3);
    assertThat(moments.get(dup).result()).isEqualTo(FD + 1);

    List<String> facts = new ArrayList<>();
    facts.add("protocols=" + made.protocolsSince(before));
    facts.add("sockets used=" + signed(made.used() - before.used()));
    facts.add("listed in=" + made.listedSince(before));
    if (bound) {
      Moment after = moments.get(2);
      int sockets = after.sockets(protocolName) - before.sockets(protocolName);
      if (inet) {
        facts.add("bind=" + (after.result() == 0 ? "OK" : after.result()));
        facts.add("protocols after bind=" + signed(sockets));
      }
      facts.add((inet ? "then" : "after bind") + " listed in=" + after.listedSince(before));
    }
    if (listens) {
      facts.add("protocols after listen=" + moments.get(3).protocolsSince(before));
      facts.add("after listen listed in=" + moments.get(3).listedSince(before));
    }
    int open = dupOpen.sockets(protocolName) - before.sockets(protocolName);
    facts.add("a dup open: protocols=" + signed(open));
    int left = closed.sockets(protocolName) - before.sockets(protocolName);
    facts.add("closed at once: protocols=" + signed(left));
    facts.add("used=" + signed(closed.used() - before.used()));
    facts.add("still listed=" + closed.listedSince(before));
    facts.add("200 ms later: used=" + signed(later.used() - before.used()));
    int last = later.sockets(protocolName) - before.sockets(protocolName);
    facts.add("200 ms later: protocols=" + signed(last));
    String observed = observed("counters", kind + ": socket, bind, dup, close");
    assertThat(String.join("; ", facts)).isEqualTo(observed);
  }

  /** {@code RefCount Proto Flags Type St} of a line of {@code /proc/net/unix}. */
  private static String fields(List<String> row) {
    return String.join(" ", row.subList(1, 6));
  }

  private static String path(List<String> row) {
    return row.size() > 7 ? row.get(7) : "-";
  }

  @Test
  void aUnixSocketThatListensAndOneThatWaitsToBeAccepted() {
    UserMem name = UserMem.of("\001\000\000zz".getBytes(StandardCharsets.US_ASCII));
    List<Moment> moments =
        new Life()
            .call(Syscall.socket(Abi.AF_UNIX, Abi.SOCK_STREAM, 0))
            .call(named(SyscallName.BIND, FD, name))
            .call(Syscall.of(SyscallName.LISTEN, FD, 5))
            .call(Syscall.socket(Abi.AF_UNIX, Abi.SOCK_STREAM, 0))
            .call(named(SyscallName.CONNECT, FD + 1, name))
            .call(Syscall.close(FD))
            .call(Syscall.close(FD + 1))
            .run();
    List<String> listener = moments.get(3).rows("unix").get(0);
    assertThat("fields=" + fields(listener) + "; name=" + path(listener))
        .isEqualTo(observed("unix line", "bind abstract, listen"));
    List<List<String>> rows =
        moments.get(5).rows("unix").stream()
            .sorted(Comparator.comparing(row -> row.get(3) + row.get(5) + path(row)))
            .toList();
    assertThat(
            "n=%d; RefCount Proto Flags Type St=%s; names=%s; inode 0 in=%d"
                .formatted(
                    rows.size(),
                    rows.stream().map(LifecycleTest::fields).collect(Collectors.joining(" | ")),
                    rows.stream().map(LifecycleTest::path).collect(Collectors.joining(" | ")),
                    rows.stream().filter(row -> row.get(6).equals("0")).count()))
        .isEqualTo(observed("unix line", "connected, not accepted: lines"));
    assertThat("n=" + moments.get(7).rows("unix").size())
        .isEqualTo(observed("unix line", "all closed"));
  }

  @Test
  void aBoundUdpSocketWithADatagram() {
    UserMem server = address(Abi.AF_INET, 7060);
    List<Moment> moments =
        new Life()
            .call(Syscall.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 0))
            .call(named(SyscallName.BIND, FD, server))
            .call(Syscall.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 0))
            .call(named(SyscallName.CONNECT, FD + 1, server))
            .call(Syscall.of(SyscallName.WRITE, FD + 1, UserMem.zeroed(100), 100))
            .waitMs(10)
            .call(Syscall.close(-1))
            .call(Syscall.close(FD))
            .call(Syscall.close(FD + 1))
            .run();
    List<String> bound = moments.get(2).rows("udp").get(0);
    assertThat("st=%s; ref=%s; drops=%s".formatted(bound.get(3), bound.get(10), bound.get(12)))
        .isEqualTo(observed("udp line", "bound"));
    List<Integer> queued =
        moments.get(6).rows("udp").stream()
            .map(row -> Integer.parseInt(row.get(4).split(":")[1], 16))
            .filter(bytes -> bytes != 0)
            .toList();
    assertThat("rx_queue (truesize)=" + queued).isEqualTo(observed("udp line", "100 bytes queued"));
    assertThat("lines=" + moments.get(8).rows("udp").size())
        .isEqualTo(observed("udp line", "closed"));
  }

  @Test
  void aRawSocketIsListedByItsProtocol() {
    List<Moment> moments =
        new Life().call(Syscall.socket(Abi.AF_INET, Abi.SOCK_RAW, Abi.IPPROTO_ICMP)).run();
    List<String> row = moments.get(1).rows("raw").get(0);
    assertThat(
            "local (port is the protocol)=%s; st=%s; ref=%s"
                .formatted(row.get(1), row.get(3), row.get(10)))
        .isEqualTo(observed("raw line", "RAW icmp socket()"));
  }
}
