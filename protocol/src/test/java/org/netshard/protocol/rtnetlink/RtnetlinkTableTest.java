package org.netshard.protocol.rtnetlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.NetlinkOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.Msg;
import org.netshard.protocol.core.Proto;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SockNames;
import org.netshard.protocol.core.TestCaller;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.netlink.NetlinkOps;
import org.netshard.protocol.profile.ProtoProfile;

/**
 * Requests of NETLINK_ROUTE with their answers and announcements, byte for byte as Linux 6.18.44
 * gives them. The tables have lines {@code # name}, {@code > request}, {@code < length answer},
 * {@code * length announcement}. Moments and the time for which neighbours count as reachable are
 * masked.
 */
class RtnetlinkTableTest {
  private static final int READER_BYTES = 32768;
  private static final int MASKED = 0;

  private final TestNet net = TestNet.fresh();

  /** One request with what came of it. */
  private record Row(String name, byte[] request, List<String> answers, List<String> heard) {}

  private static List<Row> rows(String name) {
    String path = "/oracle/rtnetlink-" + name + ".txt.gz";
    List<Row> rows = new ArrayList<>();
    try (InputStream in =
            Objects.requireNonNull(RtnetlinkTableTest.class.getResourceAsStream(path));
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.US_ASCII))) {
      String title = "";
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String rest = line.length() > 2 ? line.substring(2) : "";
        switch (line.isEmpty() ? ' ' : line.charAt(0)) {
          case '#' -> title = rest;
          case '>' ->
              rows.add(
                  new Row(
                      title, HexFormat.of().parseHex(rest), new ArrayList<>(), new ArrayList<>()));
          case '<' -> rows.get(rows.size() - 1).answers().add(hex(rest));
          case '*' -> rows.get(rows.size() - 1).heard().add(hex(rest));
          default -> throw new IllegalStateException(line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  private static String hex(String rest) {
    return masked(HexFormat.of().parseHex(rest.substring(rest.indexOf(' ') + 1)));
  }

  /** Messages as text, with the moments in them 0. */
  private static String masked(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    while (at + 16 <= bytes.length && buffer.getInt(at) >= 16) {
      int end = at + buffer.getInt(at);
      int type = buffer.getShort(at + 4);
      switch (type) {
        case 16 -> {
          mask(buffer, at + 32, end, 4, 8, 26, 10, 5);
          mask(buffer, at + 32, end, 4, 8, 12, 5);
        }
        case 20, 21 -> mask(buffer, at + 24, end, 8, 8, 6);
        case 24, 25 -> mask(buffer, at + 28, end, 4, 4, 12);
        default -> {}
      }
      at = end + 3 & ~3;
    }
    return HexFormat.of().formatHex(bytes);
  }

  /** Makes a part of an attribute 0 that is within others of these types. */
  private static void mask(
      ByteBuffer buffer, int from, int end, int offset, int size, int... types) {
    int at = from;
    while (at + 4 <= end && buffer.getShort(at) >= 4) {
      int length = buffer.getShort(at);
      if ((buffer.getShort(at + 2) & 0x3fff) == types[0]) {
        if (types.length > 1) {
          int[] rest = Arrays.copyOfRange(types, 1, types.length);
          mask(buffer, at + 4, at + length, offset, size, rest);
        } else {
          for (int i = 0; i < size && length > offset + size; i++) {
            buffer.put(at + 4 + offset + i, (byte) MASKED);
          }
        }
      }
      at += length + 3 & ~3;
    }
  }

  private Sk make(int portid, int groups, int... options) {
    Proto proto = new Proto(new ProtoProfile("NETLINK", 1, true), 0);
    NetlinkOps ops = new NetlinkOps(protocol -> Rtnetlink.INSTANCE);
    Sk sk = new Sk(net, proto, ops, Abi.AF_NETLINK, Abi.SOCK_RAW, 0, net.root());
    ops.init(sk, net.root());
    for (int option : options) {
      assertThat(ops.setsockopt(sk, net.root(), Abi.SOL_NETLINK, option, UserMem.ofInt(1), 4))
          .isZero();
    }
    UserMem address = UserMem.ofInts(Abi.AF_NETLINK, portid, groups);
    assertThat(SockNames.bind(sk, caller(), address, 12)).isZero();
    return sk;
  }

  private TestCaller caller() {
    return new TestCaller(net.root());
  }

  private List<String> drain(Sk sk) {
    List<String> all = new ArrayList<>();
    while (true) {
      UserMem into = UserMem.zeroed(READER_BYTES);
      int result = sk.ops().recvmsg(sk, caller(), Msg.of(into, READER_BYTES, Abi.MSG_DONTWAIT));
      if (result == Errno.EAGAIN.negated()) {
        return all;
      }
      assertThat(result).isPositive();
      all.add(masked(into.get(0, result)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"route", "r6", "tbf"})
  void answersAndAnnouncementsAreThoseOfLinux(String table) {
    int ext = NetlinkOption.NETLINK_EXT_ACK;
    int strict = NetlinkOption.NETLINK_GET_STRICT_CHK;
    Sk asking = make(1001, 0, ext, strict);
    Sk listening = make(1002, 0x77ffffff);
    List<String> differences = new ArrayList<>();
    for (Row row : rows(table)) {
      if (row.name().startsWith("lax dump links") && row.name().length() == 14) {
        asking = make(1003, 0);
      } else if (row.name().equals("cap err")) {
        asking = make(1004, 0, ext, strict, NetlinkOption.NETLINK_CAP_ACK);
      }
      UserMem request = UserMem.of(row.request());
      Msg msg = Msg.of(request, row.request().length, Abi.MSG_DONTWAIT);
      int sent = asking.ops().sendmsg(asking, caller(), msg);
      assertThat(sent).as(row.name()).isEqualTo(row.request().length);
      compare(row.name() + " <", row.answers(), drain(asking), differences);
      compare(row.name() + " *", row.heard(), drain(listening), differences);
    }
    assertThat(differences).isEmpty();
  }

  private static void compare(
      String what, List<String> expected, List<String> found, List<String> differences) {
    for (int i = 0; i < Math.max(expected.size(), found.size()); i++) {
      String linux = i < expected.size() ? expected.get(i) : "";
      String here = i < found.size() ? found.get(i) : "";
      int at = Arrays.mismatch(linux.toCharArray(), here.toCharArray());
      if (at >= 0) {
        int from = Math.max(0, at / 8 * 8 - 32);
        differences.add(
            "%n%s message %d, byte %d%n  Linux …%s%n  here  …%s"
                .formatted(what, i, at / 2, part(linux, from), part(here, from)));
      }
    }
  }

  private static String part(String hex, int from) {
    return hex.substring(Math.min(from, hex.length()), Math.min(hex.length(), from + 160));
  }

  @Test
  void dumpWhoseListChangesSaysThatItWasInterrupted() {
    net.setLoUp(true);
    Sk sk = make(1001, 0);
    for (int i = 1; i < 120; i++) {
      request(
          sk,
          "2800000014000506443322110000000002200000010000000800020"
              + "00a0900%02x080001000a0900%02x".formatted(i, i));
    }
    drain(sk);
    request(sk, "180000001600010344332211000000000200000000000000");
    request(sk, "280000001400050644332211000000000220000001000000080002000a0900ff080001000a0900ff");
    List<String> answers = drain(sk);
    assertThat(flags(answers.get(0))).isEqualTo("0200");
    assertThat(answers.stream().map(RtnetlinkTableTest::flags)).contains("1200");
  }

  private void request(Sk sk, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    Msg msg = Msg.of(UserMem.of(bytes), bytes.length, Abi.MSG_DONTWAIT);
    assertThat(sk.ops().sendmsg(sk, caller(), msg)).isEqualTo(bytes.length);
  }

  private static String flags(String message) {
    return message.substring(12, 16);
  }

  @Test
  void tablesAreThere() {
    assertThat(rows("route")).hasSizeGreaterThan(180);
    assertThat(rows("r6")).hasSizeGreaterThan(50);
  }
}
