package org.netshard.protocol.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.UserMem;
import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;

/**
 * Random option calls, with odd lengths, NULL and bad pointers, as Linux 6.18.44 answered them.
 *
 * <p>A row is kind, capabilities, call, level, option, memory, length, result, length afterwards,
 * content afterwards. Memory is the bytes in hexadecimal, {@code size:N} zeroed bytes, {@code NULL}
 * or {@code BAD}, the length pointer's kind after a slash; {@code fprog:N:POINTER:CODE} is a filter
 * program. Cookies and processes are not recorded.
 */
class SockoptCallsTest {
  private final TestNet net = new TestNet();
  private final List<String> differences = new ArrayList<>();

  @Test
  void everyCallIsAnsweredAsRecorded() {
    Sk sk = TestSocks.make(net, "unix stream 0");
    int count = 0;
    for (String[] row : OracleTable.rows("sockopt_calls")) {
      if (row[2].equals("new")) {
        // The recording closed each socket before the next; a fanout group outlives it otherwise.
        sk.ops().destroy(sk);
        sk = make(row[0]);
        continue;
      }
      String actual = run(sk, row);
      String recorded = row[7] + " " + row[8] + " " + row[9];
      if (!actual.equals(recorded)) {
        differences.add(String.join(" ", row) + "  but was  " + actual);
      }
      count++;
    }
    assertThat(count).isGreaterThan(20_000);
    assertThat(differences.stream().limit(60)).isEmpty();
  }

  private Sk make(String kind) {
    if (!kind.startsWith("pair")) {
      return TestSocks.make(net, kind);
    }
    String label = kind.replace("pair", "unix") + " 0";
    Sk sk = TestSocks.make(net, label);
    sk.ops().socketpair(sk, TestSocks.make(net, label), net.root(), 4711);
    return sk;
  }

  private Cred cred(String caps) {
    return switch (caps) {
      case "all" -> net.root();
      case "none" -> net.nobody();
      case "raw" -> net.withCaps(Capability.CAP_NET_RAW);
      case "admin" -> net.withCaps(Capability.CAP_NET_ADMIN);
      case "broadcast" -> net.withCaps(Capability.CAP_NET_BROADCAST);
      case "audit" -> net.withCaps(Capability.CAP_AUDIT_READ);
      default -> throw new IllegalArgumentException(caps);
    };
  }

  private String run(Sk sk, String[] row) {
    Cred cred = cred(row[1]);
    int level = Integer.parseInt(row[3]);
    int optname = Integer.parseInt(row[4]);
    String[] pointers = row[5].split("/", -1);
    UserMem mem = mem(pointers[0]);
    int length = Integer.parseInt(row[6]);
    if (row[2].equals("set")) {
      int result = SocketOptions.setsockopt(sk, cred, level, optname, mem, length);
      return Errno.resultText(result) + " - -";
    }
    UserMem lengthMem = pointers.length > 1 ? mem(pointers[1]) : UserMem.ofInt(length);
    boolean name = row[2].equals("name");
    int result =
        name
            ? SockNames.getsockname(sk, mem, lengthMem)
            : SocketOptions.getsockopt(sk, cred, 1, level, optname, mem, lengthMem);
    String after = pointers.length > 1 ? "-" : Integer.toString(lengthMem.getInt(0));
    String content = "-";
    if (!row[9].equals("-") && result == 0) {
      int shown = Math.min(mem.size(), lengthMem.getInt(0));
      content = hex(mem.get(0, name ? Math.min(shown, length) : shown));
    }
    boolean masked = row[9].equals("peer") || (name && row[0].startsWith("inet"));
    return Errno.resultText(result) + " " + after + " " + (masked ? row[9] : content);
  }

  private static String hex(byte[] bytes) {
    return bytes.length == 0 ? "-" : HexFormat.of().formatHex(bytes);
  }

  private static UserMem mem(String text) {
    if (text.equals("NULL")) {
      return UserMem.NULL;
    }
    if (text.equals("BAD")) {
      return UserMem.BAD;
    }
    if (text.startsWith("size:")) {
      return UserMem.zeroed(Integer.parseInt(text.substring(5)));
    }
    if (text.startsWith("fprog:")) {
      String[] parts = text.split(":", -1);
      byte[] code = HexFormat.of().parseHex(parts[3]);
      UserMem mem = UserMem.zeroed(16 + code.length);
      mem.putInt(0, Integer.parseInt(parts[1]));
      mem.putLong(8, Long.parseLong(parts[2]));
      for (int i = 0; i < code.length; i++) {
        mem.putByte(16 + i, code[i]);
      }
      return mem;
    }
    return UserMem.of(text.equals("-") ? new byte[0] : HexFormat.of().parseHex(text));
  }
}
