package org.netshard.namespace.actor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;

/**
 * Routes by {@code SIOCADDRT} and {@code SIOCDELRT}, beside what a live kernel answered and had in
 * {@code /proc/net/route} after each: {@code route_ioctl.tsv.gz}, recorded in a fresh network
 * namespace with {@code lo} up, 10.1.0.1/24, 10.2.0.1/24 with the label {@code lo:x}, and a route
 * to 10.9.0.0/16.
 */
class RouteIoctlTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final int SIOCADDRT = 0x890b;
  private static final int SIOCDELRT = 0x890c;
  private static final int SIOCSIFADDR = 0x8916;
  private static final int SIOCSIFNETMASK = 0x891c;
  private static final int SIOCSIFFLAGS = 0x8914;
  private static final int UP = 0x49;
  private static final int SOCKET_FD = 3;
  private static final int FILE_FD = 4;
  private static final int ROOM = 8192;

  private final List<Syscall> calls = new ArrayList<>();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static List<String[]> rows() throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    Objects.requireNonNull(
                        RouteIoctlTest.class.getResourceAsStream("/route_ioctl.tsv.gz"))),
                StandardCharsets.US_ASCII))) {
      return reader.lines().skip(1).map(line -> line.split("\t", -1)).toList();
    }
  }

  private static int address(String text) throws IOException {
    return ByteBuffer.wrap(InetAddress.getByName(text).getAddress())
        .order(ByteOrder.LITTLE_ENDIAN)
        .getInt();
  }

  private static UserMem text(String text) {
    return UserMem.of((text + '\0').getBytes(StandardCharsets.US_ASCII));
  }

  private static void sockaddr(UserMem mem, int at, String family, String address)
      throws IOException {
    mem.putShort(at, Integer.parseInt(family));
    mem.putInt(at + 4, address(address));
  }

  private static UserMem rtentry(String[] row) throws IOException {
    UserMem rt = UserMem.zeroed(120);
    sockaddr(rt, 8, row[2], row[1]);
    sockaddr(rt, 24, row[6], row[5]);
    sockaddr(rt, 40, row[4], row[3]);
    rt.putShort(56, Integer.parseInt(row[7]));
    rt.putShort(80, Integer.parseInt(row[8]));
    if (!row[9].equals("-")) {
      rt.putPointer(88, text(row[9]));
    }
    rt.putLong(96, Long.parseLong(row[10]));
    rt.putLong(104, Long.parseLong(row[11]));
    rt.putShort(112, Integer.parseInt(row[12]));
    return rt;
  }

  private void ioctl(int request, UserMem mem) {
    calls.add(Syscall.of(SyscallName.IOCTL, SOCKET_FD, request, mem));
  }

  private void ifreq(int request, String name, int family, int value) {
    UserMem ifreq = UserMem.zeroed(40);
    ifreq.put(0, name.getBytes(StandardCharsets.US_ASCII), name.length());
    ifreq.putShort(16, family);
    ifreq.putInt(20, value);
    ioctl(request, ifreq);
  }

  private void setUp() throws IOException {
    calls.add(Syscall.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 0));
    ifreq(SIOCSIFFLAGS, "lo", UP, 0);
    for (String[] label : new String[][] {{"lo:a", "10.1.0.1"}, {"lo:x", "10.2.0.1"}}) {
      ifreq(SIOCSIFADDR, label[0], Abi.AF_INET, address(label[1]));
      ifreq(SIOCSIFNETMASK, label[0], Abi.AF_INET, address("255.255.255.0"));
    }
    String[] route = "add 10.9.0.0 2 255.255.0.0 2 0.0.0.0 0 1 0 lo 0 0 0".split(" ");
    ioctl(SIOCADDRT, rtentry(route));
  }

  private static String table(UserMem read) {
    String text = new String(read.content(), StandardCharsets.US_ASCII);
    return text.substring(0, text.indexOf('\0'))
        .lines()
        .skip(1)
        .map(line -> String.join(" ", line.strip().split("\\s+", -1)))
        .collect(Collectors.joining(" ; "));
  }

  @Test
  void eachRequestAnswersAndChangesTheTableAsOnLinux() throws IOException {
    setUp();
    int before = calls.size();
    List<UserMem> tables = new ArrayList<>();
    List<String[]> rows = rows();
    for (String[] row : rows) {
      ioctl(row[0].equals("add") ? SIOCADDRT : SIOCDELRT, rtentry(row));
      UserMem room = UserMem.zeroed(ROOM);
      tables.add(room);
      calls.add(Syscall.of(SyscallName.OPENAT, Abi.AT_FDCWD, text("/proc/self/net/route"), 0, 0));
      calls.add(Syscall.of(SyscallName.READ, FILE_FD, room, ROOM));
      calls.add(Syscall.close(FILE_FD));
    }
    TestKernel kernel =
        new TestKernel(
            KIT,
            TestKernel.spec(
                List.of(),
                List.of(),
                List.of(TestKernel.task("task", "/", Capability.ALL, 64)),
                List.of()));
    TestKernel.Calls program = TestKernel.Calls.of(calls.toArray(new Syscall[0]));
    kernel.run(program);
    kernel.stop(KIT);
    assertThat(program.results.subList(1, before)).containsOnly(0L);
    for (int i = 0; i < rows.size(); i++) {
      String[] row = rows.get(i);
      long result = program.results.get(before + 4 * i);
      String said = result == 0 ? "OK" : Errno.resultText(result);
      assertThat(said + " " + table(tables.get(i)))
          .as(String.join(" ", row))
          .isEqualTo(row[13] + " " + row[14]);
    }
  }

  @Test
  void requestIsReadBeforeTheCapabilityIsAskedFor() {
    TestKernel kernel =
        new TestKernel(
            KIT,
            TestKernel.spec(
                List.of(), List.of(), List.of(TestKernel.task("task", "/", 0, 64)), List.of()));
    TestKernel.Calls program =
        TestKernel.Calls.of(
            Syscall.socket(Abi.AF_INET, Abi.SOCK_DGRAM, 0),
            Syscall.of(SyscallName.IOCTL, SOCKET_FD, SIOCADDRT, UserMem.zeroed(119)),
            Syscall.of(SyscallName.IOCTL, SOCKET_FD, SIOCADDRT, UserMem.zeroed(120)));
    kernel.run(program);
    kernel.stop(KIT);
    assertThat(program.results)
        .containsExactly(3L, (long) Errno.EFAULT.negated(), (long) Errno.EPERM.negated());
  }
}
