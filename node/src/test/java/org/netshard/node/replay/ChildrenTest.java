package org.netshard.node.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Children that end, and parents that wait for them. */
class ChildrenTest {
  private static final String FORK =
      "1 1795379710.000100 clone(child_stack=NULL, flags=SIGCHLD) = 2\n";

  @TempDir Path folder = Path.of("");

  private ReplayResult replay(String log) throws IOException {
    Path file = folder.resolve("log.strace");
    Files.writeString(file, log);
    return Replay.run("log", Replay.read(file), SysctlConf.beside(file));
  }

  private void assertSame(String log, int same) throws IOException {
    ReplayResult result = replay(log);
    assertThat(result.differences()).isEmpty();
    assertThat(result.reasons()).isEmpty();
    assertThat(result.total().same()).isEqualTo(same);
  }

  @Test
  void aParentSleepsUntilTheChildHasEnded() throws IOException {
    assertSame(
        FORK
            + """
            1 1795379710.000200 wait4(2, 0x7ffd, WNOHANG, NULL) = 0
            1 1795379710.000300 wait4(-1,  <unfinished ...>
            2 1795379710.100000 exit_group(7) = ?
            2 1795379710.100100 +++ exited with 7 +++
            1 1795379710.100200 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 7}], 0, NULL) = 2
            1 1795379710.100300 wait4(-1, 0x7ffd, 0, NULL) = -1 ECHILD (No child processes)
            """,
        4);
  }

  @Test
  void anotherStatusThanThatOfTheChildIsADifference() throws IOException {
    ReplayResult result =
        replay(
            FORK
                + """
                2 1795379710.100000 exit_group(7) = ?
                2 1795379710.100100 +++ exited with 7 +++
                1 1795379710.100200 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 8}], 0, NULL) = 2
                """);
    assertThat(result.differences()).hasSize(1);
  }

  @Test
  void aChildThatASignalEndsTellsWhich() throws IOException {
    assertSame(
        FORK
            + """
            1 1795379710.000200 kill(2, SIGTERM) = 0
            2 1795379710.000300 +++ killed by SIGTERM +++
            1 1795379710.000400 waitid(P_PID, 2, {si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=2, si_uid=0, si_status=SIGTERM, si_utime=0, si_stime=0}, WEXITED|WNOWAIT, NULL) = 0
            1 1795379710.000500 wait4(2, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM}], 0, NULL) = 2
            1 1795379710.000600 kill(2, SIGTERM) = -1 ESRCH (No such process)
            """,
        5);
  }

  @Test
  void nobodyWaitsForTheChildrenOfAParentThatIgnoresThem() throws IOException {
    for (String action :
        List.of("SIG_IGN, sa_mask=[], sa_flags=0", "0x1000, sa_mask=[], sa_flags=SA_NOCLDWAIT")) {
      String log =
          "1 1795379710.000000 rt_sigaction(SIGCHLD, {sa_handler="
              + action
              + "}, NULL, 8) = 0\n"
              + FORK
              + """
              1 1795379710.000200 wait4(2,  <unfinished ...>
              2 1795379710.100000 exit_group(0) = ?
              2 1795379710.100100 +++ exited with 0 +++
              1 1795379710.100200 <... wait4 resumed>0x7ffd, 0, NULL) = -1 ECHILD (No child processes)
              """;
      assertSame(log, 3);
    }
  }

  @Test
  void theEndOfAChildInterruptsACallWithAHandler() throws IOException {
    assertSame(
        "1 1795379710.000000 rt_sigaction(SIGCHLD, {sa_handler=0x1000, sa_mask=[], sa_flags=0},"
            + " NULL, 8) = 0\n"
            + FORK
            + """
            1 1795379710.000200 poll(NULL, 0, -1 <unfinished ...>
            2 1795379710.100000 exit_group(0) = ?
            2 1795379710.100100 +++ exited with 0 +++
            1 1795379710.100200 <... poll resumed>) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)
            1 1795379710.100300 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=2, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
            1 1795379710.100400 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], WNOHANG, NULL) = 2
            """,
        5);
  }

  @Test
  void orphansAreNobodysAndBadWaitsAreRefused() throws IOException {
    assertSame(
        FORK
            + """
            2 1795379710.000200 clone(child_stack=NULL, flags=SIGCHLD) = 3
            2 1795379710.000300 exit_group(0) = ?
            2 1795379710.000400 +++ exited with 0 +++
            1 1795379710.000500 wait4(3, 0x7ffd, 0, NULL) = -1 ECHILD (No child processes)
            3 1795379710.000600 exit_group(0) = ?
            3 1795379710.000700 +++ exited with 0 +++
            1 1795379710.000800 wait4(-1, NULL, 0x100, NULL) = -1 EINVAL (Invalid argument)
            1 1795379710.000900 waitid(P_ALL, 0, NULL, WNOHANG, NULL) = -1 EINVAL (Invalid argument)
            1 1795379710.001000 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 2
            """,
        6);
  }
}
