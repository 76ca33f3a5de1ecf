package org.netshard.protocol.inet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.OracleTable;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.TestNet;

/**
 * Every option of new Internet sockets, {@code SOL_SOCKET} included, reads as on Linux 6.18.44. As
 * in the probe, one socket answers for all its options in turn.
 */
class InetSockDefaultsTest {
  private static final int ROOM_BYTES = 512;
  private static final int SOL_SOCKET = Abi.SOL_SOCKET;
  private static final int TCP_INFO = 11;

  private final TestNet net = new TestNet();

  @Test
  void optionsOfNewSocketsReadAsOnLinux() {
    List<String> differences = new ArrayList<>();
    int count = 0;
    String label = "";
    Sk sk = InetSocks.byKind(net, net.root(), "tcp4");
    for (String[] row : OracleTable.rows("sock_defaults")) {
      if (!row[0].startsWith("inet") || row[0].contains("[") || row[0].contains("packet")) {
        continue;
      }
      count++;
      if (!row[0].equals(label)) {
        label = row[0];
        sk = make(label);
        readOnce(sk);
      }
      String expected = row[4] + " " + row[5] + " " + row[6];
      String actual = read(sk, row);
      if (!actual.equals(expected)) {
        differences.add(String.join(" ", row) + "  but was  " + actual);
      }
    }
    assertThat(count).isGreaterThan(2500);
    assertThat(differences).isEmpty();
  }

  /** The probe asks for every named option before it prints the first; so MPTCP has a subflow. */
  private void readOnce(Sk sk) {
    UserMem optval = UserMem.zeroed(ROOM_BYTES);
    UserMem optlen = UserMem.ofInt(ROOM_BYTES);
    SocketOptions.getsockopt(sk, net.root(), 1, Abi.IPPROTO_TCP, TCP_INFO, optval, optlen);
  }

  private Sk make(String label) {
    String[] words = label.split(" ", -1);
    int family = words[0].equals("inet6") ? Abi.AF_INET6 : Abi.AF_INET;
    int number = Integer.parseInt(words[2].replaceAll("\\(.*", ""));
    return switch (words[1]) {
      case "stream" ->
          InetSocks.make(
              net, net.root(), family, Abi.SOCK_STREAM, number == 0 ? Abi.IPPROTO_TCP : number);
      case "dgram" ->
          InetSocks.make(
              net, net.root(), family, Abi.SOCK_DGRAM, number == 0 ? Abi.IPPROTO_UDP : number);
      default -> InetSocks.make(net, net.root(), family, Abi.SOCK_RAW, number);
    };
  }

  private static int level(String name) {
    return switch (name) {
      case "SOL_SOCKET" -> SOL_SOCKET;
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
    UserMem optval = UserMem.zeroed(2 * ROOM_BYTES);
    UserMem optlen = UserMem.ofInt(room(level, optname, row[3]));
    int result = SocketOptions.getsockopt(sk, net.root(), 1, level, optname, optval, optlen);
    if (result != 0) {
      return Errno.resultText(result) + " - -";
    }
    int len = optlen.getInt(0);
    if (row[3].equals("IP_TTL(optlen 1)")) {
      return "OK " + len + " " + optval.getByte(0);
    }
    if (row[3].equals("SO_MAX_PACING_RATE(optlen 4)")) {
      return "OK " + len + " " + Integer.toUnsignedString(optval.getInt(0));
    }
    return "OK " + len + " " + text(level, optname, optval.get(0, len), row[6]);
  }

  private static int room(int level, int optname, String name) {
    if (name.startsWith("IP_TTL(")) {
      return 1;
    }
    if (name.startsWith("SO_MAX_PACING_RATE(")) {
      return 4;
    }
    if (level == Abi.IPPROTO_TCP && optname == 35) {
      return 40;
    }
    if (level == SOL_SOCKET && (optname == 26 || optname == 71)) {
      return optname == 26 ? 0 : 8;
    }
    return ROOM_BYTES;
  }

  /** The value as the probe prints it; what differs from run to run is taken as expected. */
  private static String text(int level, int optname, byte[] value, String expected) {
    ByteBuffer bytes = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (expected.startsWith("(") && !expected.equals("(empty)")) {
      return expected;
    }
    if (level == Abi.IPPROTO_TCP) {
      if (optname == 13 || optname == 31) {
        String name = new String(value, StandardCharsets.ISO_8859_1);
        return "\"" + name.replaceAll("\0.*", "") + "\"";
      }
      if (optname == TCP_INFO) {
        return tcpInfo(bytes);
      }
    }
    if (level == SOL_SOCKET) {
      switch (optname) {
        case 17 -> {
          return "pid=0 uid=" + bytes.getInt(4) + " gid=" + bytes.getInt(8);
        }
        case 61 -> {
          return "clockid=" + bytes.getInt(0) + " flags=" + bytes.getInt(4);
        }
        case 20, 21, 66, 67 -> {
          return bytes.getLong(0) + "." + String.format("%06d", bytes.getLong(8));
        }
        case 25, 31 -> {
          return "\"" + new String(value, StandardCharsets.ISO_8859_1) + "\"";
        }
        default -> {}
      }
    }
    return plain(bytes, value);
  }

  private static String plain(ByteBuffer bytes, byte[] value) {
    int len = value.length;
    if (len == 4) {
      return Integer.toString(bytes.getInt(0));
    }
    if (len == 8) {
      long number = bytes.getLong(0);
      return Long.toUnsignedString(number) + " (0x" + Long.toHexString(number) + ")";
    }
    if (len == 0) {
      return "(empty)";
    }
    if (len % 4 == 0 && len <= 64) {
      List<String> numbers = new ArrayList<>();
      for (int i = 0; i < len; i += 4) {
        numbers.add(Integer.toString(bytes.getInt(i)));
      }
      return String.join(",", numbers);
    }
    String hex = HexFormat.of().formatHex(value, 0, Math.min(len, 48));
    return len > 48 ? hex + "..." : hex;
  }

  private static String tcpInfo(ByteBuffer info) {
    return "state=%d ca=%d retrans=%d probes=%d backoff=%d options=0x%x wscale=%d/%d rto=%d ato=%d"
            .formatted(
                info.get(0),
                info.get(1),
                info.get(2),
                info.get(3),
                info.get(4),
                info.get(5),
                info.get(6) & 0xf,
                info.get(6) >> 4,
                info.getInt(8),
                info.getInt(12))
        + " snd_mss=%d rcv_mss=%d unacked=%d advmss=%d pmtu=%d rcv_ssthresh=%d snd_ssthresh=%d"
            .formatted(
                info.getInt(16),
                info.getInt(20),
                info.getInt(24),
                info.getInt(84),
                info.getInt(60),
                info.getInt(64),
                info.getInt(76))
        + " snd_cwnd=%d reordering=%d rcv_space=%d"
            .formatted(info.getInt(80), info.getInt(88), info.getInt(96));
  }
}
