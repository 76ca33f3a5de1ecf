package org.netshard.protocol.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;

/** Every option of every new socket that is not of IP reads as on Linux 6.18.44. */
class SockDefaultsTest {
  private static final int PID = 4711;

  private final TestNet net = new TestNet();

  @Test
  void optionsOfNewSocketsReadAsOnLinux() {
    List<String> differences = new ArrayList<>();
    int count = 0;
    for (String[] row : OracleTable.rows("sock_defaults")) {
      boolean family = !row[0].startsWith("inet") || row[0].startsWith("inet packet");
      if (!family || row[1].equals("socket()")) {
        continue;
      }
      count++;
      String expected = row[4] + " " + row[5] + " " + row[6];
      String actual = read(make(row[0]), row);
      if (!actual.equals(expected)) {
        differences.add(String.join(" ", row) + "  but was  " + actual);
      }
    }
    assertThat(count).isGreaterThan(1500);
    assertThat(differences).isEmpty();
  }

  private Sk make(String label) {
    boolean pair = label.endsWith(" [socketpair]");
    Sk sk = TestSocks.make(net, label.replace(" [socketpair]", ""));
    if (pair) {
      Sk other = TestSocks.make(net, label.replace(" [socketpair]", ""));
      assertThat(sk.ops().socketpair(sk, other, net.root(), PID)).isZero();
    }
    return sk;
  }

  private static int level(String name) {
    return switch (name) {
      case "SOL_SOCKET" -> Abi.SOL_SOCKET;
      case "IPPROTO_IP" -> 0;
      case "IPPROTO_IPV6" -> 41;
      case "SOL_ICMPV6" -> 58;
      case "IPPROTO_TCP" -> 6;
      case "IPPROTO_UDP" -> 17;
      case "SOL_RAW" -> 255;
      case "SOL_NETLINK" -> Abi.SOL_NETLINK;
      case "SOL_PACKET" -> Abi.SOL_PACKET;
      case "AF_VSOCK" -> Abi.AF_VSOCK;
      case "SOL_XDP" -> Abi.SOL_XDP;
      case "SOL_MPTCP" -> 284;
      case "SOL_UDPLITE" -> 136;
      case "level 999" -> 999;
      default -> throw new IllegalArgumentException(name);
    };
  }

  private String read(Sk sk, String[] row) {
    int level = level(row[1]);
    int optname = row[2].equals("*") ? 1 : Integer.parseInt(row[2]);
    UserMem optval = UserMem.zeroed(1024);
    UserMem optlen = UserMem.ofInt(room(level, optname, row[3]));
    int result = SocketOptions.getsockopt(sk, net.root(), PID, level, optname, optval, optlen);
    if (result == SocketOptions.NEEDS_PIDFD) {
      assertThat(SocketOptions.putPidfd(optval, optlen, Integer.parseInt(row[6]))).isZero();
      result = 0;
    }
    if (result != 0) {
      return Errno.resultText(result) + " - -";
    }
    int len = optlen.getInt(0);
    if (row[3].equals("SO_MAX_PACING_RATE(optlen 4)")) {
      return "OK " + len + " " + Integer.toUnsignedString(optval.getInt(0));
    }
    return "OK " + len + " " + text(level, optname, optval.get(0, len));
  }

  private static int room(int level, int optname, String name) {
    if (name.endsWith("(optlen 4)")) {
      return 4;
    }
    if (level != Abi.SOL_SOCKET) {
      return 512;
    }
    return switch (optname) {
      case SoOption.SO_GET_FILTER -> 0;
      case SoOption.SO_NETNS_COOKIE -> 8;
      default -> 512;
    };
  }

  /** The value as the probe prints it. */
  private static String text(int level, int optname, byte[] value) {
    ByteBuffer bytes = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (level == Abi.SOL_SOCKET) {
      switch (optname) {
        case SoOption.SO_COOKIE, SoOption.SO_NETNS_COOKIE -> {
          return bytes.getLong(0) == 0 ? "(zero)" : "(nonzero, differs per run)";
        }
        case SoOption.SO_PEERCRED -> {
          int pid = bytes.getInt(0);
          String who = pid == PID ? "self" : pid == 0 ? "0" : "other";
          return "pid=" + who + " uid=" + bytes.getInt(4) + " gid=" + bytes.getInt(8);
        }
        case SoOption.SO_TXTIME -> {
          return "clockid=" + bytes.getInt(0) + " flags=" + bytes.getInt(4);
        }
        case SoOption.SO_RCVTIMEO_OLD,
            SoOption.SO_SNDTIMEO_OLD,
            SoOption.SO_RCVTIMEO_NEW,
            SoOption.SO_SNDTIMEO_NEW -> {
          return String.format(Locale.ROOT, "%d.%06d", bytes.getLong(0), bytes.getLong(8));
        }
        case SoOption.SO_BINDTODEVICE -> {
          return '"' + new String(value, StandardCharsets.ISO_8859_1) + '"';
        }
        default -> {}
      }
    }
    if (value.length == 4) {
      return Integer.toString(bytes.getInt(0));
    }
    if (value.length == 8) {
      long number = bytes.getLong(0);
      return Long.toUnsignedString(number) + " (0x" + Long.toHexString(number) + ")";
    }
    if (value.length == 0) {
      return "(empty)";
    }
    if (value.length % 4 == 0 && value.length <= 64) {
      List<String> numbers = new ArrayList<>();
      while (bytes.hasRemaining()) {
        numbers.add(Integer.toString(bytes.getInt()));
      }
      return String.join(",", numbers);
    }
    int shown = Math.min(value.length, 48);
    return HexFormat.of().formatHex(value, 0, shown) + (value.length > 48 ? "..." : "");
  }
}
