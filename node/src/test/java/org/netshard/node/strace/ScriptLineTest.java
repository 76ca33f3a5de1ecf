package org.netshard.node.strace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netshard.node.strace.ScriptLine.Expected;
import org.netshard.node.strace.ScriptLine.Variable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

class ScriptLineTest {

  private static ScriptLine parse(String text) {
    return ScriptLine.parse("a.yaml", 7, 11, text);
  }

  private static Syscall call(ScriptLine line) {
    return line.call();
  }

  private static Expected expected(ScriptLine line) {
    return Objects.requireNonNull(line.expected());
  }

  @Test
  void aCallWithoutExpectation() {
    ScriptLine line = parse("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP)");

    assertThat(call(line).name()).isEqualTo(SyscallName.SOCKET);
    assertThat(call(line).intArg(1)).isEqualTo(0x80001);
    assertThat(line.expected()).isNull();
    assertThat(line.keepAs()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "close(3) = 0; 0",
        "close(3) = 0  # done; 0",
        "close(3) = -1 EBADF; -9",
        "close(3) = -1 EBADF (Bad file descriptor)   # gone; -9",
        "fcntl(3, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK); 2050",
        "  socket(2, 1, 0) = 3  ; 3",
      })
  void expectedResults(String text, long value) {
    assertThat(expected(parse(text)).result().value()).isEqualTo(value);
    assertThat(expected(parse(text)).isVariable()).isFalse();
  }

  @Test
  void variables() {
    ScriptLine line = parse("$copy = dup2($a, $b) = $b # the same");

    assertThat(line.keepAs()).isEqualTo("copy");
    assertThat(line.variables()).containsExactly(new Variable(0, "a"), new Variable(1, "b"));
    assertThat(expected(line).variable()).isEqualTo("b");
    assertThat(call(line).intArg(0)).isZero();
    assertThat(line.text()).isEqualTo("$copy = dup2($a, $b) = $b");
  }

  @Test
  void whatACallWritesIsExpectedToo() {
    ScriptLine line = parse("getsockopt($s, SOL_SOCKET, SO_TYPE, [1], [64 => 4]) = 0");
    Syscall simulated = call(line).copy();
    simulated.mem(3).putInt(0, 2);
    simulated.mem(4).putInt(0, 4);

    assertThat(ResultComparison.compare(line.written(), simulated, 0, IdMapping.EQUAL).difference())
        .isEqualTo("value: recorded [1], simulated [2]");
  }

  @Test
  void aHashInAStringIsNoComment() {
    ScriptLine line = parse("setsockopt(3, SOL_SOCKET, SO_BINDTODEVICE, \"a#\\\"#\", 4) = 0 # c");

    assertThat(call(line).mem(3).content()).containsExactly('a', '#', '"', '#');
  }

  @Test
  void aCallThatIsNotSimulatedKeepsItsNameAndItsArguments() {
    ScriptLine line = parse("$n = mq_notify($s, {sigev_value=80, sigev_signo=SIGUSR1}, 0x10) = 0");

    assertThat(call(line).name()).isEqualTo(SyscallName.NI_SYSCALL);
    assertThat(call(line).callName()).isEqualTo("mq_notify");
    assertThat(call(line).intArg(2)).isEqualTo(16);
    assertThat(call(line).mem(1).content())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("{sigev_value=80, sigev_signo=SIGUSR1}");
    assertThat(CallPrinter.line(call(line), call(line), -38))
        .isEqualTo(
            "mq_notify(0, {sigev_value=80, sigev_signo=SIGUSR1}, 16)"
                + " = -1 ENOSYS (Function not implemented)");
    assertThat(line.variables()).containsExactly(new Variable(0, "s"));
    assertThat(expected(line).result().value()).isZero();
  }

  @Test
  void anErrorMayBeExpectedOfBadMemory() {
    ScriptLine line = parse("getsockname(3, NULL, [16]) = -1 EFAULT");

    assertThat(call(line).mem(1).isNull()).isTrue();
    assertThat(expected(line).result().is(Errno.EFAULT)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "sokcet(2, 1, 0)~a.yaml:7:11: Linux has no system call 'sokcet'; simulated are socket, so",
        "setsockopt(3, 1, 2, [1], 4, 5)~a.yaml:7:11: takes at most 5 arguments, found 6",
        "fork(1)~a.yaml:7:11: takes at most 0 arguments, found 1",
        "mq_open(1, 2, 3, 4, 5, 6, 7)~a.yaml:7:11: takes at most 6 arguments, found 7",
        "bind(3, {sa_family=AF_INET, 16)~a.yaml:7:",
        "ni_syscall()~a.yaml:7:11: Linux has no system call 'ni_syscall'",
        "socket(AF_INETT, 1, 0)~a.yaml:7:18: unknown constant 'AF_INETT'; did you mean AF_INET",
        "socket(2, SOCK_STREAM|SOCK_NB, 0)~a.yaml:7:33: unknown constant 'SOCK_NB'",
        "socket(2, 1)~a.yaml:7:11: too few arguments, 2",
        "close(3, 4)~a.yaml:7:11: takes at most 1 arguments, found 2",
        "close(3~a.yaml:7:18: expected ',' or ')', found the end of the line",
        "close(3) = EPERM~a.yaml:7:22: expected a number or '?', found 'EPERM'",
        "close(3) = -1 EFOO~a.yaml:7:25: expected the name of an error, found 'EFOO'",
        "close(3) 0~a.yaml:7:20: expected '=', found '0'",
        "$ = close(3)~a.yaml:7:12: expected a name after '$', such as $fd, found ' = close(3)'",
        "$a close(3)~a.yaml:7:14: expected '=', found 'close(3)'",
        "close($)~a.yaml:7:18: expected a name after '$', found ')'",
        "close(3) = $a b~a.yaml:7:25: expected the end of the line, found 'b'",
        "close([$a])~a.yaml:7:17: expected a number, found '[$a]'",
        "''~a.yaml:7:11: expected a call such as socket(AF_INET, SOCK_STREAM, 0), found the end",
      })
  void errorsNameTheColumnAndWhatIsWrong(String text, String message) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(StraceSyntaxException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aMistypedCallGetsASuggestion() {
    assertThatThrownBy(() -> parse("sockt(2, 1, 0)")).hasMessageEndingWith("did you mean socket?");
    assertThatThrownBy(() -> parse("conect(3)")).hasMessageEndingWith("did you mean connect?");
  }
}
