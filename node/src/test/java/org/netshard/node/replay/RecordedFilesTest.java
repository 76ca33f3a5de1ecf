package org.netshard.node.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the recording machine, of which only the log knows anything. */
class RecordedFilesTest {
  private static final String PAIR =
      "1 1795379710.000000 socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0\n";
  private static final String FORK =
      "1 1795379710.000100 clone(child_stack=NULL, flags=SIGCHLD) = 2\n";

  @TempDir Path folder = Path.of("");

  private ReplayResult replay(String log) throws IOException {
    Path file = folder.resolve("log.strace");
    Files.writeString(file, log);
    return Replay.run("log", Replay.read(file), SysctlConf.beside(file));
  }

  private static void assertCounts(ReplayResult result, int same, int recorded) {
    assertThat(result.differences()).isEmpty();
    assertThat(result.reasons()).isEmpty();
    assertThat(result.total().same()).as("same").isEqualTo(same);
    assertThat(result.total().recorded()).as("recorded").isEqualTo(recorded);
  }

  @Test
  void librariesAndTerminalsAreTakenFromTheLog() throws IOException {
    ReplayResult result =
        replay(
            """
            1 access("/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory)
            1 openat(AT_FDCWD, "/lib/libc.so.6", O_RDONLY|O_CLOEXEC) = 3
            1 read(3, "\\177ELF"..., 832) = 832
            1 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f0000000000
            1 close(3) = 0
            1 ioctl(1, TCGETS, 0x7ffc62023e30) = -1 ENOTTY (Inappropriate ioctl for device)
            1 write(1, "done\\n", 5) = 5
            1 socket(AF_UNIX, SOCK_DGRAM, 0) = 3
            1 dup(1) = 4
            1 fcntl(4, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)
            """);
    assertCounts(result, 3, 7);
  }

  @Test
  void aFileFromBeforeTheLogIsOneEvenIfItsFirstCallFails() throws IOException {
    ReplayResult result =
        replay(
            """
            1 ioctl(7, TCGETS, 0x7ffc62023e30) = -1 ENOTTY (Inappropriate ioctl for device)
            1 lseek(7, 0, SEEK_CUR) = 0
            1 getsockopt(7, SOL_SOCKET, SO_TYPE, 0x7ffc62023e30, [4]) = -1 ENOTSOCK (Socket operation)
            """);
    assertCounts(result, 1, 2);
  }

  @Test
  void aPollOnAPipeFromOutsideEndsAtTheTimeOfTheLog() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + FORK
                + """
                1 1795379710.000200 poll([{fd=0, events=POLLIN}, {fd=3, events=POLLIN}], 2, 5000 <unfinished ...>
                2 1795379710.100000 getsockopt(4, SOL_SOCKET, SO_TYPE, [1], [4]) = 0
                1 1795379710.500100 <... poll resumed>) = 1 ([{fd=0, revents=POLLIN}])
                1 1795379710.500200 read(0, "x", 100) = 1
                2 1795379710.500300 write(4, "y", 1) = 1
                1 1795379710.500400 poll([{fd=0, events=POLLIN}, {fd=3, events=POLLIN}], 2, 0) = 1 ([{fd=3, revents=POLLIN}])
                1 1795379710.500500 select(4, [0 3], NULL, NULL, NULL) = 2 (in [0 3])
                1 1795379710.500600 poll([{fd=1, events=POLLOUT}], 1, -1) = 1 ([{fd=1, revents=POLLOUT}])
                """);
    assertCounts(result, 7, 2);
  }

  @Test
  void anEndedTerminalWakesAnEpollSet() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + """
                1 1795379710.000100 epoll_create1(0) = 5
                1 1795379710.000200 openat(AT_FDCWD, "x.txt", O_RDONLY) = 6
                1 1795379710.000300 epoll_ctl(5, EPOLL_CTL_ADD, 6, {events=EPOLLIN, data={u32=6, u64=6}}) = -1 EPERM (Operation not permitted)
                1 1795379710.000400 epoll_ctl(5, EPOLL_CTL_ADD, 0, {events=EPOLLIN, data={u32=9, u64=9}}) = 0
                1 1795379710.000500 epoll_ctl(5, EPOLL_CTL_ADD, 3, {events=EPOLLIN, data={u32=3, u64=3}}) = 0
                1 1795379710.000600 epoll_wait(5, [], 8, 0) = 0
                1 1795379710.000700 epoll_wait(5, [{events=EPOLLIN|EPOLLHUP, data={u32=9, u64=9}}], 8, -1) = 1
                1 1795379710.000800 write(4, "y", 1) = 1
                1 1795379710.000900 epoll_wait(5, [{events=EPOLLIN, data={u32=3, u64=3}}], 8, -1) = 1
                """);
    assertCounts(result, 8, 2);
  }

  @Test
  void aSocketThatTheLogTellsAsReadyMustBe() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + "1 1795379710.000100 poll([{fd=0, events=POLLIN}, {fd=3, events=POLLIN}], 2, 5)"
                + " = 2 ([{fd=0, revents=POLLIN}, {fd=3, revents=POLLIN}])\n");
    assertThat(result.differences()).hasSize(1);
  }

  @Test
  void whatSendfileTakesFromAFileGoesThroughTheSocket() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + """
                1 1795379710.000100 openat(AT_FDCWD, "page", O_RDONLY) = 5
                1 1795379710.000200 sendfile(4, 5, [0] => [6], 6) = 6
                1 1795379710.000300 sendfile(4, 5, NULL, 2147479552) = 3
                1 1795379710.000400 sendfile(4, 5, NULL, 2147479552) = 0
                1 1795379710.000500 read(3, "index\\nend", 100) = 9
                1 1795379710.000600 sendfile(1, 5, NULL, 10) = 10
                """);
    assertCounts(result, 5, 2);
  }

  @Test
  void aFileFromBeforeTheLogIsSentAndWatchedAsTheLogTells() throws IOException {
    ReplayResult result =
        replay(
            PAIR
                + """
                1 1795379710.000100 sendfile(4, 11, [0] => [6], 6) = 6
                1 1795379710.000200 read(3, "hello1", 100) = 6
                1 1795379710.000300 close(11) = 0
                1 1795379710.000400 sendfile(4, 11, NULL, 6) = -1 EBADF (Bad file descriptor)
                1 1795379710.000500 epoll_create1(0) = 5
                1 1795379710.000600 epoll_ctl(5, EPOLL_CTL_ADD, 12, {events=EPOLLIN, data={u32=12, u64=12}}) = 0
                1 1795379710.000700 epoll_ctl(5, EPOLL_CTL_ADD, 13, {events=EPOLLIN, data={u32=13, u64=13}}) = -1 EBADF (Bad file descriptor)
                """);
    assertCounts(result, 8, 0);
  }

  @Test
  void aServerThatTheLogDoesNotShowIsNotMissed() throws IOException {
    ReplayResult result =
        replay(
            """
            1 socket(AF_UNIX, SOCK_DGRAM|SOCK_CLOEXEC, 0) = 3
            1 connect(3, {sa_family=AF_UNIX, sun_path="/dev/log"}, 110) = -1 EPROTOTYPE (Protocol wrong type for socket)
            1 sendto(3, "x", 1, 0, {sa_family=AF_UNIX, sun_path="/run/log"}, 110) = 1
            1 connect(3, {sa_family=AF_UNIX, sun_path="/none"}, 110) = -1 ENOENT (No such file or directory)
            """);
    assertCounts(result, 2, 2);
  }
}
