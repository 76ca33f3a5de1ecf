package org.netshard.protocol.inet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.core.OracleTable;
import org.netshard.protocol.core.Sk;
import org.netshard.protocol.core.SocketOptions;
import org.netshard.protocol.core.TestNet;
import org.netshard.protocol.cred.Cred;

/**
 * Every option of every Internet sock is set and read as on Linux 6.18: all values, lengths and bad
 * pointers that were tried on a live kernel, each on a new socket, as root and as nobody.
 */
class InetSockoptTest {
  private static final int BUFFER_BYTES = 300;
  private static final int SHOWN_BYTES = 160;
  private static final int READ_BACK_BYTES = 64;

  @Test
  void optionsAreSetAndReadAsOnLinux() {
    List<String> differences = new ArrayList<>();
    int count = 0;
    for (String[] row : OracleTable.rows("inet_sockopt")) {
      if (dependsOnOtherSockets(row)) {
        continue;
      }
      count++;
      String expected = String.join(" ", Arrays.copyOfRange(row, 7, 11));
      String actual = run(row);
      if (!actual.equals(expected)) {
        differences.add(String.join(" ", row) + "  but was  " + actual);
      }
    }
    assertThat(count).isGreaterThan(100_000);
    assertThat(differences).isEmpty();
  }

  /**
   * A flow label lingers in its namespace for seconds after its socket was closed, and the flags of
   * a multicast router stay with its namespace.
   */
  private static boolean dependsOnOtherSockets(String[] row) {
    boolean label = row[2].equals("41") && row[3].equals("32");
    if (label && row[5].length() == 64) {
      return row[7].equals("EPERM") || (row[5].startsWith("02", 40) && row[7].equals("OK"));
    }
    boolean router = row[1].equals("raw4-2") || row[1].equals("raw6-58");
    return router && (row[3].equals("207") || row[3].equals("208"));
  }

  private String run(String[] row) {
    TestNet net = new TestNet();
    Cred cred = row[0].equals("root") ? net.root() : net.nobody();
    Sk sk = InetSocks.byKind(net, cred, row[1]);
    int level = Integer.parseInt(row[2]);
    int optname = Integer.parseInt(row[3]);
    if (row[4].equals("get")) {
      UserMem optlen =
          row[6].equals("NULL") ? UserMem.NULL : UserMem.ofInt(Integer.parseInt(row[6]));
      String[] read = read(sk, cred, level, optname, buffer(row[5].equals("NULL")), optlen);
      return read[0] + " - " + read[1] + " " + read[2];
    }
    UserMem optval =
        switch (row[5]) {
          case "NULL" -> UserMem.NULL;
          case "BAD" -> UserMem.BAD;
          case "-" -> UserMem.zeroed(1);
          default -> UserMem.of(HexFormat.of().parseHex(row[5]));
        };
    int result =
        SocketOptions.setsockopt(sk, cred, level, optname, optval, Integer.parseInt(row[6]));
    UserMem optlen = UserMem.ofInt(READ_BACK_BYTES);
    return text(result)
        + " "
        + String.join(" ", read(sk, cred, level, optname, buffer(false), optlen));
  }

  private static UserMem buffer(boolean isNull) {
    if (isNull) {
      return UserMem.NULL;
    }
    byte[] content = new byte[BUFFER_BYTES];
    Arrays.fill(content, (byte) 0xaa);
    return UserMem.of(content);
  }

  private static String[] read(
      Sk sk, Cred cred, int level, int optname, UserMem optval, UserMem optlen) {
    int result = SocketOptions.getsockopt(sk, cred, 1, level, optname, optval, optlen);
    if (optlen.isNull()) {
      return new String[] {text(result), "-", "-"};
    }
    int len = optlen.getInt(0);
    if (result != 0 || optval.isNull()) {
      return new String[] {text(result), Integer.toString(len), "-"};
    }
    String value = HexFormat.of().formatHex(optval.get(0, Math.max(0, Math.min(len, SHOWN_BYTES))));
    boolean masked =
        level == 6 && (optname == 11 || optname == 24 || optname == 26 || optname == 21);
    return new String[] {
      text(result), Integer.toString(len), masked ? "masked" : value.isEmpty() ? "-" : value
    };
  }

  private static String text(int result) {
    return result == 0 ? "OK" : Errno.resultText(result);
  }
}
