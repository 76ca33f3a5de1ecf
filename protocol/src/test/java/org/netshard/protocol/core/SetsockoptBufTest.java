package org.netshard.protocol.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.SoOption;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Cred;

/** Buffer sizes that are set read back as on Linux 6.18.44. */
class SetsockoptBufTest {
  @Test
  void buffersReadBackAsOnLinux() {
    List<String> differences = new ArrayList<>();
    int count = 0;
    for (String[] row : OracleTable.rows("setsockopt_buf")) {
      if (row[2].equals("socket()") || row[1].startsWith("mptcp")) {
        continue;
      }
      count++;
      TestNet net =
          new TestNet().set(Sysctl.CORE_RMEM_MAX, row[8]).set(Sysctl.CORE_WMEM_MAX, row[9]);
      String actual = set(net, row);
      String expected = row[4] + " " + row[5] + " " + row[6];
      if (!actual.equals(expected)) {
        differences.add(String.join(" ", row) + "  but was  " + actual);
      }
    }
    assertThat(count).isGreaterThan(2500);
    assertThat(differences).isEmpty();
  }

  private static String set(TestNet net, String[] row) {
    Sk sk =
        TestSocks.make(
            net, row[1] + (row[1].startsWith("inet") && row[1].endsWith("stream") ? " 6" : " 0"));
    Cred cred = row[0].equals("root") ? net.root() : net.nobody();
    int optname =
        switch (row[2]) {
          case "SO_RCVBUF" -> SoOption.SO_RCVBUF;
          case "SO_SNDBUF" -> SoOption.SO_SNDBUF;
          case "SO_RCVBUFFORCE" -> SoOption.SO_RCVBUFFORCE;
          case "SO_SNDBUFFORCE" -> SoOption.SO_SNDBUFFORCE;
          default -> throw new IllegalArgumentException(row[2]);
        };
    UserMem value = UserMem.ofInt(Integer.parseInt(row[3]));
    int result = SocketOptions.setsockopt(sk, cred, Abi.SOL_SOCKET, optname, value, 4);
    boolean receive = row[2].startsWith("SO_RCV");
    int back = get(sk, cred, receive ? SoOption.SO_RCVBUF : SoOption.SO_SNDBUF);
    int lock = get(sk, cred, SoOption.SO_BUF_LOCK);
    String text = result == 0 ? "OK" : Errno.resultText(result);
    return text + " " + back + " " + lock;
  }

  private static int get(Sk sk, Cred cred, int optname) {
    UserMem value = UserMem.zeroed(4);
    UserMem len = UserMem.ofInt(4);
    assertThat(SocketOptions.getsockopt(sk, cred, 1, Abi.SOL_SOCKET, optname, value, len)).isZero();
    return value.getInt(0);
  }
}
