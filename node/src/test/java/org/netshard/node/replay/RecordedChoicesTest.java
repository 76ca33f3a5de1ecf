package org.netshard.node.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Of sockets that share a port, the log tells which one Linux chose: no hash of one seed can be
 * right for logs that differ in that alone.
 */
class RecordedChoicesTest {
  private static final String ADDRESS =
      "{sa_family=AF_INET, sin_port=htons(%d), sin_addr=inet_addr(\"127.0.0.1\")}";

  @TempDir Path folder = Path.of("");

  private void assertAllTheSame(String log, int calls) throws IOException {
    Path file = folder.resolve("log.strace");
    Files.writeString(file, log);
    ReplayResult result = Replay.run("log", Replay.read(file), SysctlConf.beside(file));
    assertThat(result.differences()).isEmpty();
    assertThat(result.total().same()).isEqualTo(calls);
  }

  private static String sharers(String type, boolean listen) {
    StringBuilder log = new StringBuilder();
    for (int fd = 3; fd <= 5; fd++) {
      log.append("1 socket(AF_INET, %s, 0) = %d\n".formatted(type, fd));
      log.append("1 setsockopt(%d, SOL_SOCKET, SO_REUSEPORT, [1], 4) = 0\n".formatted(fd));
      log.append("1 bind(%d, %s, 16) = 0\n".formatted(fd, ADDRESS.formatted(7000)));
      if (listen) {
        log.append("1 listen(%d, 8) = 0\n".formatted(fd));
      }
    }
    return log.toString();
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5})
  void aConnectionGoesToTheListenerThatAcceptsIt(int chosen) throws IOException {
    StringBuilder log = new StringBuilder(sharers("SOCK_STREAM|SOCK_NONBLOCK", true));
    for (int i = 0; i < 4; i++) {
      log.append("1 socket(AF_INET, SOCK_STREAM, 0) = 6\n");
      log.append("1 connect(6, %s, 16) = 0\n".formatted(ADDRESS.formatted(7000)));
      log.append(
          "1 accept(%d, %s, [16]) = 7\n".formatted(chosen, ADDRESS.formatted(40001 + 2 * i)));
      log.append("1 close(7) = 0\n");
      log.append("1 close(6) = 0\n");
    }
    assertAllTheSame(log.toString(), 12 + 20);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5})
  void aDatagramGoesToTheSocketThatReceivesIt(int chosen) throws IOException {
    StringBuilder log = new StringBuilder(sharers("SOCK_DGRAM|SOCK_NONBLOCK", false));
    String to = ADDRESS.formatted(7000);
    log.append("1 socket(AF_INET, SOCK_DGRAM, 0) = 6\n");
    log.append("1 socket(AF_INET, SOCK_DGRAM, 0) = 7\n");
    log.append("1 bind(7, %s, 16) = 0\n".formatted(ADDRESS.formatted(7001)));
    for (int i = 0; i < 3; i++) {
      log.append("1 sendto(6, \"a\", 1, 0, %s, 16) = 1\n".formatted(to));
      log.append("1 sendto(7, \"b\", 1, 0, %s, 16) = 1\n".formatted(to));
      // The port of what was sent last is known, so that it can be told from what came before.
      String from = ADDRESS.formatted(7001);
      int other = chosen == 5 ? 3 : chosen + 1;
      log.append("1 recvfrom(%d, \"b\", 9, 0, %s, [16]) = 1\n".formatted(chosen, from));
      from = ADDRESS.formatted(40001);
      log.append("1 recvfrom(%d, \"a\", 9, 0, %s, [16]) = 1\n".formatted(other, from));
    }
    assertAllTheSame(log.toString(), 9 + 3 + 12);
  }
}
