package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.namespace.actor.LifecycleTest.Life;
import org.netshard.namespace.actor.LifecycleTest.Moment;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;

/**
 * What {@code /proc/net/tcp} and {@code ss} show of a connection over its life, compared with a
 * live kernel's table and with answers of Linux 6.18.44.
 */
class TcpSeenTest {
  private static final ActorTestKit KIT = ActorTestKit.create();

  @AfterAll
  static void shutdown() {
    KIT.shutdownTestKit();
  }

  private static final int LISTENER = 3;
  private static final int CLIENT = 4;
  private static final int ACCEPTED = 5;
  private static final int DIAG = 6;

  private static final Syscall ACCEPT =
      Syscall.of(SyscallName.ACCEPT, LISTENER, UserMem.NULL, UserMem.NULL);

  /** A call that does nothing: what is seen then is looked at. */
  private static final Syscall LOOK = Syscall.close(-1);

  private static Syscall bind(int fd, int port) {
    return LifecycleTest.named(SyscallName.BIND, fd, LifecycleTest.address(Abi.AF_INET, port));
  }

  private static Syscall connect(int fd, int port) {
    return LifecycleTest.named(SyscallName.CONNECT, fd, LifecycleTest.address(Abi.AF_INET, port));
  }

  private static Syscall stream(int flags) {
    return Syscall.socket(Abi.AF_INET, Abi.SOCK_STREAM | flags, 0);
  }

  private static Life listen(int port, int backlog) {
    return new Life()
        .call(stream(0))
        .call(bind(LISTENER, port))
        .call(Syscall.of(SyscallName.LISTEN, LISTENER, backlog));
  }

  private static Life connected(int port) {
    return listen(port, 5)
        .call(stream(0))
        .call(bind(CLIENT, port + 1))
        .call(connect(CLIENT, port))
        .waitMs(1)
        .call(ACCEPT);
  }

  private static int port(String address) {
    return Integer.parseInt(address.split(":")[1], 16);
  }

  /** Names the only inode that is not known yet. */
  private static void name(Map<String, String> names, Moment moment, String name) {
    List<String> unknown =
        moment.rows("tcp").stream()
            .map(row -> row.get(9))
            .filter(inode -> !inode.equals("0") && !names.containsKey(inode))
            .toList();
    assertThat(unknown).hasSize(1);
    names.put(unknown.get(0), name);
  }

  /** The lines as the table has them. */
  private static String lines(Moment moment, Map<String, String> names) {
    String lines =
        moment.rows("tcp").stream()
            .sorted(
                Comparator.<List<String>>comparingInt(row -> port(row.get(1)))
                    .thenComparingInt(row -> port(row.get(2))))
            .map(
                row ->
                    "%d->%d st=%s tx:rx=%s uid=%s inode=%s ref=%s"
                        .formatted(
                            port(row.get(1)),
                            port(row.get(2)),
                            row.get(3),
                            row.get(4),
                            row.get(7),
                            names.getOrDefault(row.get(9), row.get(9)),
                            row.get(10)))
            .collect(Collectors.joining(" | "));
    return "lines=" + (lines.isEmpty() ? "no line" : lines);
  }

  private static String observed(String step) {
    return LifecycleTest.observed("tcp line", step);
  }

  @Test
  void connectionFromItsListenerToItsEnd() {
    List<Moment> moments =
        listen(7000, 5)
            .call(stream(0))
            .call(bind(CLIENT, 7001))
            .call(connect(CLIENT, 7000))
            .waitMs(1)
            .call(LOOK)
            .call(ACCEPT)
            .call(Syscall.close(LISTENER))
            .call(Syscall.close(CLIENT))
            .waitMs(100)
            .call(LOOK)
            .run(KIT);
    Map<String, String> names = new LinkedHashMap<>();
    assertThat(lines(moments.get(1), names)).isEqualTo(observed("socket()"));
    assertThat(lines(moments.get(2), names)).isEqualTo(observed("bind"));
    name(names, moments.get(3), "listener");
    assertThat(lines(moments.get(3), names)).isEqualTo(observed("listen(5)"));
    List<String> request = sorted(moments.get(6)).get(1);
    assertThat(request.subList(3, 8))
        .containsExactly("03", "00000000:00000000", "01:00000064", "00000000", "0");
    assertThat(request).hasSize(12);
    name(names, moments.get(7), "client");
    assertThat(lines(moments.get(7), names)).isEqualTo(observed("connected, not accepted"));
    name(names, moments.get(8), "accepted");
    assertThat(lines(moments.get(8), names)).isEqualTo(observed("accepted"));
    assertThat(lines(moments.get(9), names)).isEqualTo(observed("listener closed"));
    assertThat(lines(moments.get(11), names)).isEqualTo(observed("client closed (100 ms later)"));
  }

  @Test
  void endThatWasClosedWithUnreadBytesLeavesNoLine() {
    List<Moment> moments =
        connected(7010)
            .call(Syscall.of(SyscallName.WRITE, CLIENT, UserMem.zeroed(1), 1))
            .waitMs(50)
            .call(Syscall.close(ACCEPTED))
            .waitMs(100)
            .call(Syscall.of(SyscallName.READ, CLIENT, UserMem.zeroed(1), 1))
            .run(KIT);
    Map<String, String> names = new LinkedHashMap<>();
    name(names, moments.get(3), "listener");
    assertThat(moments.get(10).result()).isEqualTo(Errno.ECONNRESET.negated());
    assertThat(lines(moments.get(10), names) + "; SO_ERROR of the client=ECONNRESET")
        .isEqualTo(observed("accepted side closed with 1 unread byte (RST): lines"));
  }

  @Test
  void backlogOfZeroTakesOneAndLetsTheOthersWait() {
    Life life = listen(7020, 0);
    for (int i = 0; i < 3; i++) {
      life.call(stream(Abi.SOCK_NONBLOCK)).call(bind(CLIENT + i, 7021 + i));
      life.call(connect(CLIENT + i, 7020));
    }
    life.waitMs(50).call(LOOK).call(Syscall.close(LISTENER));
    for (int i = 0; i < 3; i++) {
      life.call(Syscall.close(CLIENT + i));
    }
    List<Moment> moments = life.waitMs(100).call(LOOK).run(KIT);
    Map<String, String> names = new LinkedHashMap<>();
    name(names, moments.get(3), "listener");
    for (int i = 0; i < 3; i++) {
      name(names, moments.get(6 + 3 * i), "client" + i);
    }
    assertThat(lines(moments.get(13), names))
        .isEqualTo(observed("listen(0), three connects: lines"));
    assertThat(lines(moments.get(18), names)).isEqualTo(observed("all closed"));
  }

  @Test
  void lineEndsWithTheNumbersOfItsTimersAndWindows() {
    List<Moment> moments =
        connected(7000)
            .call(Syscall.of(SyscallName.WRITE, CLIENT, UserMem.zeroed(100), 100))
            .waitMs(300)
            .call(Syscall.close(CLIENT))
            .waitMs(400)
            .call(LOOK)
            .run(KIT);
    List<List<String>> rows = sorted(moments.get(10));
    assertThat(rows.get(0).subList(12, 17)).containsExactly("100", "0", "0", "10", "0");
    assertThat(rows.get(1).subList(12, 17)).containsExactly("20", "4", "28", "10", "-1");
    assertThat(rows.get(2).subList(3, 12))
        .startsWith("05", "00000000:00000000", "03:0000176A", "00000000", "0", "0", "0", "3")
        .hasSize(9);
    assertThat(rows.get(2)).hasSize(12);
  }

  private static List<List<String>> sorted(Moment moment) {
    return moment.rows("tcp").stream()
        .sorted(
            Comparator.<List<String>>comparingInt(row -> port(row.get(1)))
                .thenComparingInt(row -> port(row.get(2))))
        .toList();
  }

  // sock_diag.

  private static UserMem request(int type, int flags, String payload) {
    byte[] bytes = HexFormat.of().parseHex(payload);
    UserMem request = UserMem.zeroed(16 + bytes.length);
    request.putInt(0, 16 + bytes.length);
    request.putInt(4, type | flags << 16);
    request.putInt(8, 0x11223344);
    request.put(16, bytes, bytes.length);
    return request;
  }

  private static String dump(int ext, int states) {
    return "0206%02x00%04x0000"
            .formatted(ext, Short.toUnsignedInt(Short.reverseBytes((short) states)))
        + "00".repeat(48);
  }

  private static Life ask(Life life, UserMem request, UserMem answer) {
    return life.call(Syscall.socket(Abi.AF_NETLINK, Abi.SOCK_RAW | Abi.SOCK_NONBLOCK, 4))
        .call(Syscall.of(SyscallName.WRITE, DIAG, request, request.size()))
        .call(Syscall.of(SyscallName.READ, DIAG, answer, answer.size()));
  }

  private static String hex(UserMem mem, int at, int length) {
    return HexFormat.of().formatHex(mem.get(at, length));
  }

  @Test
  void listenerIsDumpedAsLinuxDoes() {
    UserMem answer = UserMem.zeroed(4096);
    List<Moment> moments =
        ask(connected(7000), request(20, 0x301, dump(0xf8, 0xfff)), answer).run(KIT);
    assertThat(moments.get(10).result()).isEqualTo(3 * 0xbc);
    assertThat(hex(answer, 16, 44))
        .isEqualTo(
            "020a00001b5800007f000001000000000000000000000000000000000000000000000000000000000000"
                + "0000");
    String attributes =
        "0500080000000000050005000000000008000f000000000008001100000000000c0015000100000000000000"
            + "0600160052000000280007000000000000000200000000000040000000000000000000000000000000000000"
            + "000000000800040062627200";
    assertThat(hex(answer, 68, 16)).isEqualTo("00000000000000000500000000000000");
    assertThat(hex(answer, 88, attributes.length() / 2)).isEqualTo(attributes);
  }

  @Test
  void oneThatIsEndedFromOutsideIsReset() {
    String id = "1b591b587f000001" + "00".repeat(12) + "7f000001" + "00".repeat(12) + "00000000";
    String wanted = "02060000ffffffff" + id + "ff".repeat(8);
    UserMem answer = UserMem.zeroed(4096);
    Life life = ask(connected(7000), request(21, 5, wanted), answer);
    List<Moment> moments =
        life.call(Syscall.of(SyscallName.READ, CLIENT, UserMem.zeroed(1), 1))
            .call(Syscall.of(SyscallName.READ, ACCEPTED, UserMem.zeroed(1), 1))
            .run(KIT);
    assertThat(hex(answer, 16, 4)).isEqualTo("00000000");
    assertThat(moments.get(11).result()).isEqualTo(Errno.ECONNABORTED.negated());
    assertThat(moments.get(12).result()).isEqualTo(Errno.ECONNRESET.negated());
    assertThat(moments.get(12).rows("tcp")).hasSize(1);
  }

  @Test
  void whoAsksForListenersIsShownNothingElse() {
    UserMem answer = UserMem.zeroed(4096);
    List<Moment> moments =
        ask(connected(7000), request(20, 0x301, dump(0, 1 << 10)), answer).run(KIT);
    assertThat(hex(answer, 16, 2)).isEqualTo("020a");
    int first = answer.getInt(0);
    assertThat(moments.get(10).result()).isEqualTo(first);
  }
}
