package org.netshard.protocol.inet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.MptcpOption;
import org.netshard.protocol.abi.TcpOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.OracleTable;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Random sequences of calls on one socket each, with changing capabilities, as a live Linux 6.18
 * answered them: memberships and their sources, subflows of MPTCP, and so on.
 */
class InetSockoptSequencesTest {
  private static final int BUFFER_BYTES = 300;

  /** What is mapped behind the buffer of the probe belongs to it too. */
  private static final int MAPPED_BYTES = 4096;

  private static final int SHOWN_BYTES = 160;

  private final TestNet net = new TestNet();

  @Test
  void everyCallIsAnsweredAsOnLinux() {
    List<String> differences = new ArrayList<>();
    int count = 0;
    int socket = 0;
    Sk sk = InetSocks.byKind(net, net.root(), "tcp4");
    for (String[] row : OracleTable.rows("inet_sockopt_sequences")) {
      if (row[2].equals("new")) {
        sk = InetSocks.byKind(net, net.root(), row[1]);
        socket++;
        continue;
      }
      count++;
      String expected = row[7] + " " + row[8] + " " + row[9];
      String actual = run(sk, row);
      if (!actual.equals(expected)) {
        differences.add(socket + " " + String.join(" ", row) + "  but was  " + actual);
      }
    }
    assertThat(count).isGreaterThan(15_000);
    assertThat(differences).isEmpty();
  }

  private Cred cred(String caps) {
    return switch (caps) {
      case "root" -> net.root();
      case "none" -> net.nobody();
      case "raw" -> net.withCaps(Capability.CAP_NET_RAW);
      case "admin" -> net.withCaps(Capability.CAP_NET_ADMIN);
      default -> throw new IllegalArgumentException(caps);
    };
  }

  private String run(Sk sk, String[] row) {
    Cred cred = cred(row[0]);
    int level = Integer.parseInt(row[3]);
    int optname = Integer.parseInt(row[4]);
    int length = Integer.parseInt(row[6]);
    if (row[2].equals("set")) {
      UserMem optval =
          switch (row[5]) {
            case "NULL" -> UserMem.NULL;
            case "BAD" -> UserMem.BAD;
            case "-" -> UserMem.zeroed(1);
            default -> UserMem.of(HexFormat.of().parseHex(row[5]));
          };
      return text(SocketOptions.setsockopt(sk, cred, level, optname, optval, length)) + " - -";
    }
    byte[] content = new byte[BUFFER_BYTES];
    Arrays.fill(content, (byte) 0xaa);
    if (!row[5].equals("-")) {
      byte[] init = HexFormat.of().parseHex(row[5]);
      System.arraycopy(init, 0, content, 0, init.length);
    }
    UserMem optval = UserMem.of(Arrays.copyOf(content, MAPPED_BYTES));
    UserMem optlen = UserMem.ofInt(length);
    int result = SocketOptions.getsockopt(sk, cred, 1, level, optname, optval, optlen);
    int after = optlen.getInt(0);
    if (result != 0) {
      return text(result) + " " + after + " -";
    }
    String value = HexFormat.of().formatHex(optval.get(0, Math.min(after, SHOWN_BYTES)));
    int known = known(level, optname);
    if (known == 0) {
      return "OK " + after + " " + row[9];
    }
    if (value.length() > 2 * known) {
      value = value.substring(0, 2 * known) + row[9].substring(2 * known);
    }
    return "OK " + after + " " + (value.isEmpty() ? "-" : value);
  }

  /** How many bytes of a value do not depend on the time. */
  private static int known(int level, int optname) {
    if (level == MptcpOption.SOL_MPTCP) {
      return switch (optname) {
        case MptcpOption.MPTCP_INFO -> 84;
        case MptcpOption.MPTCP_TCPINFO -> 16 + 44;
        default -> 124;
      };
    }
    boolean timed = optname == TcpOption.TCP_INFO || optname == TcpOption.TCP_TIMESTAMP;
    boolean varies = optname == TcpOption.TCP_CC_INFO || optname == TcpOption.TCP_QUEUE_SEQ;
    return level == Abi.IPPROTO_TCP && (timed || varies) ? 0 : BUFFER_BYTES;
  }

  private static String text(int result) {
    return result == 0 ? "OK" : Errno.resultText(result);
  }
}
