package org.netshard.node.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.namespace.spec.ScriptedCall.Expectation;
import org.netshard.namespace.spec.SetupLine;
import org.netshard.node.scenario.SetupNotation.BadLineException;

class SetupNotationTest {
  private static final Place PLACE = new Place("s.yaml", 3, 5);

  private static List<SetupLine> parse(String line) throws BadLineException {
    return SetupNotation.parse(line, PLACE, SetupLine.BEFORE_ALL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "mkdir /sys/fs/cgroup/red | MKDIR | /sys/fs/cgroup/red | ``",
        "mkdir -p /a/b | MKDIR_PARENTS | /a/b | ``",
        "rmdir /a # gone | RMDIR | /a | ``",
        "cat /proc/$web.pid/cgroup | CAT | /proc/$web.pid/cgroup | ``",
        "echo 4M > /a | ECHO | /a | 4M",
        "echo 4M >/a | ECHO | /a | 4M",
        "echo 4M>/a | ECHO | /a | 4M",
        "echo -n  max   >> /a | ECHO | /a | max",
        "echo a   b > /a | ECHO | /a | a b",
        "echo 'a   b' > /a | ECHO | /a | a   b",
        "echo \"> x\" > /a | ECHO | /a | > x",
        "echo > /a | ECHO | /a | ``",
        "echo $red-admin.pid > /a/cgroup.procs | ECHO | /a/cgroup.procs | $red-admin.pid",
        "sysctl -w net.core.somaxconn=128 | ECHO | /proc/sys/net/core/somaxconn | 128",
        "sysctl -w 'net.ipv4.tcp_rmem=1 2 3' | ECHO | /proc/sys/net/ipv4/tcp_rmem | 1 2 3"
      })
  void aLineIsReadAsAShellReadsIt(String line, SetupLine.Command command, String path, String text)
      throws BadLineException {
    assertThat(parse(line))
        .singleElement()
        .satisfies(
            setup -> {
              assertThat(setup.command()).isEqualTo(command);
              assertThat(setup.path()).isEqualTo(path);
              boolean newline = command == SetupLine.Command.ECHO && !line.contains("-n");
              assertThat(setup.text()).isEqualTo(newline ? text + "\n" : text);
              assertThat(setup.expected()).isEqualTo(Expectation.NONE);
              assertThat(setup.place()).isEqualTo("s.yaml:3:5");
            });
  }

  @Test
  void severalPathsAreSeveralLines() throws BadLineException {
    assertThat(parse("mkdir /a /b /c"))
        .extracting(SetupLine::path)
        .containsExactly("/a", "/b", "/c");
    assertThat(parse("sysctl -w a.b=1 c.d=2"))
        .extracting(SetupLine::path)
        .containsExactly("/proc/sys/a/b", "/proc/sys/c/d");
  }

  @ParameterizedTest
  @CsvSource({
    "rmdir /a = 0, 0", "rmdir /a = -1 EBUSY, -16",
    "echo 4M > /a = -1 EINVAL (Invalid argument), -22", "cat /a  =  -1  ENOENT , -2"
  })
  void anExpectedResultStandsBehindALine(String line, long value) throws BadLineException {
    SetupLine setup = parse(line).get(0);
    assertThat(setup.expected()).isEqualTo(new Expectation(Expectation.Kind.VALUE, value, ""));
    assertThat(setup.path()).isEqualTo("/a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nft list | 1 | command `nft` is not simulated",
        "tc qdisc add lo | 16 | `dev lo` is missing",
        "ip link set eth0 up | 13 | device `eth0` is not there",
        "mkdir | 6 | a path is missing",
        "mkdir red | 7 | `red` is no absolute path",
        "echo 4M | 8 | `> FILE` is missing",
        "echo 4M > /a b | 14 | `b` behind the file",
        "mkdir /a = 7 | 10 | no result behind `=`",
        "echo 4M > /a = EBUSY | 14 | no result behind `=`",
        "echo '4M > /a | 6 | the quote is not closed",
        "rmdir /a = -1 EOOPS | 15 | Linux has no error `EOOPS`",
        "sysctl net.core.somaxconn=1 | 28 | `-w NAME=VALUE` is missing",
        "sysctl -w somaxconn | 11 | `somaxconn` is no NAME=VALUE",
        "= 0 | 1 | command `=` is not simulated"
      })
  void aBadLineIsToldWithItsColumn(String line, int column, String problem) {
    BadLineException bad = catchThrowableOfType(BadLineException.class, () -> parse(line));
    assertThat(bad).hasMessageStartingWith(problem);
    assertThat(bad.column()).isEqualTo(column);
  }
}
