package org.netshard.node.strace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.netshard.node.strace.StraceEvent.Call;
import org.netshard.node.strace.StraceEvent.Exit;
import org.netshard.node.strace.StraceEvent.Result;
import org.netshard.node.strace.StraceEvent.Signal;
import org.netshard.node.strace.StraceEvent.Superseded;
import org.netshard.node.strace.StraceValue.Annotated;
import org.netshard.node.strace.StraceValue.Array;
import org.netshard.node.strace.StraceValue.Binary;
import org.netshard.node.strace.StraceValue.Change;
import org.netshard.node.strace.StraceValue.Flags;
import org.netshard.node.strace.StraceValue.Function;
import org.netshard.node.strace.StraceValue.IntValue;
import org.netshard.node.strace.StraceValue.Named;
import org.netshard.node.strace.StraceValue.Raw;
import org.netshard.node.strace.StraceValue.Str;
import org.netshard.node.strace.StraceValue.Struct;
import org.netshard.node.strace.StraceValue.Symbol;
import org.netshard.node.strace.StraceValue.Unary;

class StraceParserTest {

  private static List<StraceEvent> read(String... lines) {
    StraceParser parser = new StraceParser("log");
    List<StraceEvent> events = new ArrayList<>();
    for (String line : lines) {
      StraceEvent event = parser.line(line);
      if (event != null) {
        events.add(event);
      }
    }
    events.addAll(parser.finish());
    return events;
  }

  private static StraceValue value(String text) {
    return StraceParser.parseValue(text);
  }

  private static Symbol symbol(String name) {
    return new Symbol(name);
  }

  private static Array array(StraceValue... elements) {
    return new Array(List.of(elements), false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "close(3) = 0; 0; -1",
        "77 close(3) = 0; 77; -1",
        "77    close(3)                = 0; 77; -1",
        "[pid    77] close(3) = 0; 77; -1",
        "[pid 77<nginx>] close(3) = 0; 77; -1",
        "1795381765.762724 close(3) = 0; 0; 1795381765762724000",
        "77 1795381765.762724 close(3) = 0; 77; 1795381765762724000",
        "[pid 77] 1795381765.762724 close(3) = 0; 77; 1795381765762724000",
        "1795381765 close(3) = 0; 0; 1795381765000000000",
        "01:00:01 close(3) = 0; 0; 3601000000000",
        "77 01:00:01 close(3) = 0; 77; 3601000000000",
        "77 01:00:01.000002 close(3) = 0; 77; 3601000002000",
        "77 01:00:01.000002 (+     0.000012) close(3) = 0; 77; 3601000002000",
        "'     0.000123 close(3) = 0'; 0; 123000",
        "77       0.000123 close(3) = 0; 77; 123000",
        "77 1795381765.762724 [00007f6a2c3b4d5e] close(3) = 0; 77; 1795381765762724000",
        "77 [   3] [00007f6a2c3b4d5e] close(3) = 0; 77; -1",
      })
  void everyPrefixGivesPidAndTime(String line, int pid, long timeNs) {
    StraceEvent event = read(line).get(0);

    assertThat(event).isInstanceOf(Call.class);
    assertThat(((Call) event).name()).isEqualTo("close");
    assertThat(event.pid()).isEqualTo(pid);
    assertThat(event.place().startNs()).isEqualTo(timeNs);
  }

  @Test
  void relativeTimesAddUpAndTimesOfDayPassMidnight() {
    assertThat(read("     0.000100 close(3) = 0", "     0.000200 close(4) = 0"))
        .extracting(e -> e.place().startNs())
        .containsExactly(100_000L, 300_000L);
    assertThat(read("23:59:59 close(3) = 0", "00:00:01 close(4) = 0"))
        .extracting(e -> e.place().startNs())
        .containsExactly(86_399_000_000_000L, 86_401_000_000_000L);
  }

  @Test
  void durationGivesTheEnd() {
    Call call = (Call) read("7 10.000000 close(3) = 0 <0.000012>").get(0);

    assertThat(call.place().endNs() - call.place().startNs()).isEqualTo(12_000);
    assertThat(call.result()).isEqualTo(Result.of(0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "0; VALUE; 0; ; ",
        "3<socket:[17]>; VALUE; 3; ; ",
        "3<TCP:[127.0.0.1:5000->127.0.0.1:80]>; VALUE; 3; ; ",
        "-1 EINVAL (Invalid argument); VALUE; -22; EINVAL; Invalid argument",
        "-1 ENOTSUPP (Unknown error 524); VALUE; -524; ENOTSUPP; Unknown error 524",
        "-1 (errno 600); VALUE; -600; errno 600; errno 600",
        "-1 EPERM (Operation not permitted) (INJECTED); VALUE; -1; EPERM;"
            + " Operation not permitted) (INJECTED",
        "-1; VALUE; -1; ; ",
        "0x7f5d8c000000; VALUE; 140039757496320; ; ",
        "0x802 (flags O_RDWR|O_NONBLOCK); VALUE; 2050; ; flags O_RDWR|O_NONBLOCK",
        "0x1 (flags FD_CLOEXEC) <0.000009>; VALUE; 1; ; flags FD_CLOEXEC",
        "1 ([{fd=3, revents=POLLIN}]); VALUE; 1; ; [{fd=3, revents=POLLIN}]",
        "0 (Timeout); VALUE; 0; ; Timeout",
        "?; NONE; 0; ; ",
        "? <unavailable>; NONE; 0; ; ",
        "? ERESTARTSYS (To be restarted if SA_RESTART is set); NONE; 0; ERESTARTSYS;"
            + " To be restarted if SA_RESTART is set",
      })
  void everyResult(String text, Result.Kind kind, long number, String error, String note) {
    Result result = StraceParser.parseCall("f(3) = " + text).result();

    assertThat(result)
        .isEqualTo(new Result(kind, number, error == null ? "" : error, note == null ? "" : note));
  }

  @Test
  void numbers() {
    assertThat(value("18446744073709551615")).isEqualTo(IntValue.of(-1));
    assertThat(value("-2147483648")).isEqualTo(IntValue.of(Integer.MIN_VALUE));
    assertThat(value("0x7ffd0e3c")).isEqualTo(IntValue.hex(0x7ffd0e3cL));
    assertThat(value("0644")).isEqualTo(new IntValue(0644, StraceValue.Radix.OCTAL));
    assertThat(value("00:1a:2b:3c:4d:5e")).isEqualTo(new Raw("00:1a:2b:3c:4d:5e"));
    assertThat(value("00000008")).isEqualTo(new Raw("00000008"));
  }

  @Test
  void flagsShiftsAndComments() {
    assertThat(value("SOCK_STREAM|SOCK_NONBLOCK|0xb"))
        .isEqualTo(
            new Flags(List.of(symbol("SOCK_STREAM"), symbol("SOCK_NONBLOCK"), IntValue.hex(11))));
    assertThat(value("0x53 /* SO_??? */"))
        .isEqualTo(new Annotated(IntValue.hex(0x53), Annotated.Kind.COMMENT, "SO_???"));
    assertThat(value("1<<CAP_CHOWN|1<<CAP_FOWNER"))
        .isEqualTo(
            new Flags(
                List.of(
                    new Binary("<<", IntValue.of(1), symbol("CAP_CHOWN")),
                    new Binary("<<", IntValue.of(1), symbol("CAP_FOWNER")))));
    assertThat(value("8192*1024")).isEqualTo(new Binary("*", IntValue.of(8192), IntValue.of(1024)));
    assertThat(value("-ENODEV")).isEqualTo(new Unary("-", symbol("ENODEV")));
  }

  @Test
  void stringsWithEveryEscape() {
    assertThat(value("\"a\\n\\t\\r\\v\\f\\\\\\\"\\0\\12\\1234\\x41\\303\""))
        .isEqualTo(
            Str.of(
                new byte[] {
                  'a', 10, 9, 13, 11, 12, '\\', '"', 0, 10, 0123, '4', 0x41, (byte) 0303
                }));
    assertThat(value("\"ab\"...")).isEqualTo(new Str(new byte[] {'a', 'b'}, true, false));
    assertThat(value("@\"a0\\0\"")).isEqualTo(new Str(new byte[] {'a', '0', 0}, false, true));
  }

  @Test
  void arraysSetsAndChanges() {
    assertThat(value("[1]")).isEqualTo(array(IntValue.of(1)));
    assertThat(value("[]")).isEqualTo(array());
    assertThat(value("[64 => 4]")).isEqualTo(array(new Change(IntValue.of(64), IntValue.of(4))));
    assertThat(value("~[CHLD PIPE]"))
        .isEqualTo(new Unary("~", new Array(List.of(symbol("CHLD"), symbol("PIPE")), true)));
    assertThat(value("[0x1, 0x2, ...]").text()).isEqualTo("[0x1, 0x2, ...]");
    assertThat(value("[{a=1}, ...]").text()).isEqualTo("[{a=1}, ...]");
    assertThat(value("[[IPV4_DEVCONF_FORWARDING-1]=0, [IPV4_DEVCONF_MC_FORWARDING-1]=1]").text())
        .isEqualTo("[[IPV4_DEVCONF_FORWARDING-1]=0, [IPV4_DEVCONF_MC_FORWARDING-1]=1]");
    assertThat(value("[{WIFEXITED(s) && WEXITSTATUS(s) == 0}]").text())
        .isEqualTo("[{WIFEXITED(s) && WEXITSTATUS(s) == 0}]");
    assertThat(value("0x7ffd /* 5 vars */").plain()).isEqualTo(IntValue.hex(0x7ffd));
  }

  @Test
  void structuresWithFunctions() {
    String text =
        "{sa_family=AF_INET6, sin6_port=htons(80), inet_pton(AF_INET6, \"::1\", &sin6_addr), ...}";
    Struct struct = (Struct) value(text);

    assertThat(struct.text()).isEqualTo(text);
    assertThat(struct.field("sin6_port"))
        .isEqualTo(new Function("htons", List.of(IntValue.of(80))));
    assertThat(struct.field("sin6_addr")).isNull();
    assertThat(Objects.requireNonNull(struct.function("inet_pton")).arguments().get(2))
        .isEqualTo(new Unary("&", symbol("sin6_addr")));
    assertThat(value("{flags=CLONE_VM} => {parent_tid=[24]}").after().text())
        .isEqualTo("{parent_tid=[24]}");
    assertThat(value("{ifc_len=0 => 80, ifc_buf=NULL}").text())
        .isEqualTo("{ifc_len=0 => 80, ifc_buf=NULL}");
    assertThat(value("{B38400 opost isig, ...}").text()).isEqualTo("{B38400, opost, isig, ...}");
  }

  @Test
  void namesOfDescriptors() {
    Annotated.Kind name = Annotated.Kind.NAME;
    assertThat(value("3<socket:[17]>"))
        .isEqualTo(new Annotated(IntValue.of(3), name, "socket:[17]"));
    assertThat(value("3<TCPv6:[[::1]:80->[::1]:81]>"))
        .isEqualTo(new Annotated(IntValue.of(3), name, "TCPv6:[[::1]:80->[::1]:81]"));
    assertThat(value("0</dev/null<char 1:3>>"))
        .isEqualTo(new Annotated(IntValue.of(0), name, "/dev/null<char 1:3>"));
    assertThat(value("AT_FDCWD</tmp/a->"))
        .isEqualTo(new Annotated(symbol("AT_FDCWD"), name, "/tmp/a-"));
  }

  @Test
  void namedArgumentsOfACall() {
    Call call = StraceParser.parseCall("clone(child_stack=NULL, flags=CLONE_VM|SIGCHLD) = 12");

    assertThat(call.arguments().get(0)).isEqualTo(new Named("child_stack", symbol("NULL")));
    assertThat(call.arguments().get(1).text()).isEqualTo("flags=CLONE_VM|SIGCHLD");
  }

  @Test
  void interruptedCallsAreJoinedAndToldWhenTheyEnd() {
    List<StraceEvent> events =
        read(
            "1 1700000000.000000 accept4(3,  <unfinished ...>",
            "2 1700000000.500000 close(4)                = 0",
            "1 1700000001.000000 <... accept4 resumed>{sa_family=AF_UNIX}, [128 => 2], 0) = 5");

    assertThat(events).extracting(StraceEvent::pid).containsExactly(2, 1);
    Call accept = (Call) events.get(1);
    assertThat(accept.arguments()).hasSize(4);
    assertThat(accept.result().value()).isEqualTo(5);
    assertThat(accept.place())
        .isEqualTo(
            new StraceEvent.Place(
                "log", 1, 3, 1_700_000_000_000_000_000L, 1_700_000_001_000_000_000L));
  }

  @Test
  void interruptionBetweenArguments() {
    List<StraceEvent> events =
        read(
            "1 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>",
            "1 <... clone resumed>, child_tidptr=0x7f) = 12",
            "1 vfork( <unfinished ...>",
            "1 <... vfork resumed>)              = 13",
            "1 exit_group(0 <unfinished ...>",
            "1 <... exit_group resumed>)         = ?");

    assertThat(events).hasSize(3);
    assertThat(((Call) events.get(0)).text())
        .isEqualTo("clone(child_stack=NULL, flags=SIGCHLD, child_tidptr=0x7f) = 12");
    assertThat(((Call) events.get(1)).arguments()).isEmpty();
    assertThat(((Call) events.get(2)).result().known()).isFalse();
  }

  @Test
  void callsThatNeverEndAreToldAtTheEnd() {
    List<StraceEvent> events =
        read(
            "2 read(4,  <unfinished ...>",
            "2 <... read resumed> <unfinished ...>) = ?",
            "1 read(3,  <unfinished ...>");

    assertThat(events)
        .extracting(e -> ((Call) e).result().kind())
        .containsExactly(Result.Kind.NONE, Result.Kind.UNFINISHED);
    assertThat(((Call) events.get(1)).arguments()).containsExactly(IntValue.of(3));
  }

  @Test
  void aCallUnderWayWhenItsProcessEndsIsToldAtTheEnd() {
    List<StraceEvent> events =
        read("1 read(3,  <unfinished ...>", "1 +++ killed by SIGKILL +++", "2 close(3) = 0");

    assertThat(events).hasSize(3);
    assertThat(((Call) events.get(2)).result()).isEqualTo(Result.UNFINISHED);
  }

  @Test
  void signalsAndEnds() {
    List<StraceEvent> events =
        read(
            "1 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=18} ---",
            "1 --- stopped by SIGSTOP ---",
            "2 +++ exited with 3 +++",
            "3 +++ killed by SIGSEGV (core dumped) +++",
            "1 +++ superseded by execve in pid 5 +++");

    assertThat(((Signal) events.get(0)).signal()).isEqualTo("SIGCHLD");
    assertThat(((Signal) events.get(1)).stopped()).isTrue();
    assertThat(((Exit) events.get(2)).status()).isEqualTo(3);
    assertThat(((Exit) events.get(3)).signal()).isEqualTo("SIGSEGV");
    assertThat(((Superseded) events.get(4)).by()).isEqualTo(5);
  }

  @Test
  void execveInAThreadEndsAsItsProcess() {
    List<StraceEvent> events =
        read(
            "7 execve(\"/bin/true\", [\"true\"], NULL <unfinished ...>",
            "6 +++ superseded by execve in pid 7 +++",
            "6 <... execve resumed>) = 0");

    assertThat(events.get(1).pid()).isEqualTo(6);
    assertThat(((Call) events.get(1)).result()).isEqualTo(Result.of(0));
  }

  @Test
  void firstProcessWithoutPidIsFollowedWhenItGetsOne() {
    List<StraceEvent> events =
        read(
            "vfork( <unfinished ...>",
            "[pid 12] close(3) = 0",
            "[pid 11] <... vfork resumed>) = 12",
            "[pid 11] close(4) = 0",
            "[pid 12] +++ exited with 0 +++",
            "close(5) = 0");

    assertThat(events).extracting(StraceEvent::pid).containsExactly(12, 0, 0, 12, 0);
  }

  @Test
  void firstProcessGetsItsPidWithANewCall() {
    List<StraceEvent> events =
        read(
            "fork() = 12",
            "[pid 11] read(3,  <unfinished ...>",
            "[pid 12] close(3) = 0",
            "[pid 12] +++ exited with 0 +++",
            "<... read resumed>\"\", 1) = 0");

    assertThat(events).extracting(StraceEvent::pid).containsExactly(0, 12, 12, 0);
  }

  @Test
  void aMessageInTheMiddleOfALineIsCutOut() {
    List<StraceEvent> events =
        read(
            "clone(child_stack=NULL, flags=SIGCHLDstrace: Process 12 attached",
            ", child_tidptr=0x7f) = 12",
            "read(3, strace: Process 13 attached",
            " <unfinished ...>",
            "[pid 13] close(3) = 0",
            "[pid 11] <... read resumed>\"a\", 1) = 1");

    assertThat(events).extracting(StraceEvent::pid).containsExactly(0, 13, 0);
    assertThat(((Call) events.get(0)).text())
        .isEqualTo("clone(child_stack=NULL, flags=SIGCHLD, child_tidptr=0x7f) = 12");
    assertThat(((Call) events.get(2)).arguments()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "strace: Process 12 attached", " > /lib/libc.so.6(close+0x8) [0x1234]"})
  void linesOfNoProcessArePassed(String line) {
    assertThat(read(line)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "12 close(3 = 0; log:1:12: expected ',' or ')', found '= 0'",
        "12 close(3) 0; log:1:13: expected '=', found '0'",
        "12 close(\"a) = 0; log:1:17: expected '\"' at the end of the string, found the end of",
        "12 close(\"\\q\") = 0; log:1:12: expected an escape such as",
        "12 close({a=1) = 0; log:1:14: expected ',' or '}', found ') = 0'",
        "12 close(3) = -1 EFOO (Foo); log:1:18: expected the name of an error, found 'EFOO (Foo)'",
        "12 close(3) = 0 oops; log:1:17: expected '(' or the end of the line, found 'oops'",
        "12 close(99999999999999999999) = 0; log:1:10: expected a number of 64 bits",
        "12 ***; log:1:4: expected a call, a signal or an exit, found '***'",
        "12 +++ vanished +++; log:1:8: expected 'killed by ', found 'vanished +++'",
        "12 <... read resumed>) = 0; log:1:4: no unfinished read of process 12 before this line",
        "12 12:61x close(3) = 0; log:1:9: expected ':', found 'x close(3) = 0'",
      })
  void malformedLinesNameThePlaceAndWhatWasExpected(String line, String message) {
    assertThatThrownBy(() -> read(line))
        .isInstanceOf(StraceSyntaxException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void errorInTheResumedPartNamesItsOwnLine() {
    assertThatThrownBy(
            () -> read("1 read(3,  <unfinished ...>", "1 <... read resumed>\"a\" 1) = 1"))
        .hasMessageStartingWith("log:2:25: expected ',' or ')'");
  }

  @Test
  void deepNestingIsAnErrorAndNoCrash() {
    assertThatThrownBy(() -> value("[".repeat(100_000)))
        .isInstanceOf(StraceSyntaxException.class)
        .hasMessageContaining("levels of nesting");
    assertThatThrownBy(() -> value("~&".repeat(100_000))).isInstanceOf(StraceSyntaxException.class);
  }
}
