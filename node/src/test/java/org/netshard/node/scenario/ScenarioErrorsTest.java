package org.netshard.node.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.netshard.node.cli.ScenarioNotation;
import org.netshard.node.strace.SyscallNames;

/** Scenarios that are wrong, and the one line that says so. */
class ScenarioErrorsTest {
  private static Arguments bad(String what, String yaml, String... lines) {
    return Arguments.of(what, yaml, List.of(lines));
  }

  static Stream<Arguments> syntax() {
    return Stream.of(
        bad("nothing", "", "s.yaml:1:1: the file is empty"),
        bad(
            "an open list",
            "kernels: [\n",
            "s.yaml:2:1: this is not YAML: expected the node content, but found '<stream end>'"),
        bad(
            "a tab",
            "kernels:\n\t- name: a\n",
            "s.yaml:2:1: this is not YAML: found character '\\t(TAB)' that cannot start any token."
                + " (Do not use \\t(TAB) for indentation)"),
        bad(
            "a key that is there twice",
            "seed: 1\nhorizon: 1s\nseed: 2\n",
            "s.yaml:3:1: key `seed` is there twice; the first is in line 1"),
        bad("two documents", "seed: 1\n---\nseed: 2\n", "s.yaml:3:1: only one document is allowed"),
        bad(
            "an alias to what it is part of",
            "kernels: &a\n  - *a\n",
            "s.yaml:1:10: an alias refers to what it is part of"),
        bad(
            "a list of lists",
            "- 1\n",
            "s.yaml:1:1: a list is not allowed here; allowed is a Netshard scenario"));
  }

  static Stream<Arguments> schema() {
    return Stream.of(
        bad(
            "an unknown key",
            "kernels:\n  - {name: a, colour: red}\n",
            "s.yaml:2:15: unknown key `colour`; a kernel has name, count, profile, profileFile,"
                + " sysctls"),
        bad(
            "a wrong type",
            "seed: many\n",
            "s.yaml:1:7: `many` is not allowed here; allowed is a whole number"),
        bad(
            "no value",
            "seed:\n",
            "s.yaml:1:6: nothing is not allowed here; allowed is a whole number"),
        bad(
            "a negative seed",
            "seed: -1\n",
            "s.yaml:1:7: `-1` is out of range; allowed are 0 to 9223372036854775807"),
        bad(
            "a time without a unit",
            "horizon: 10\n",
            "s.yaml:1:10: `10` is not allowed here; allowed is a time with a unit (ns, us, ms, s, m,"
                + " h), such as 10s, 1.5ms or 250us"),
        bad(
            "an absurd count",
            "kernels:\n  - {name: 'k-{}', count: 2000000000}\n",
            "s.yaml:2:27: `2000000000` is out of range; allowed are 1 to 100000"),
        bad("a missing key", "tasks:\n  - uid: 3\n", "s.yaml:2:5: key `name` is missing in a task"),
        bad(
            "an unknown kind",
            "workloads:\n  - {kind: storm, name: a, count: 1}\n",
            "s.yaml:2:12: `storm` is not a kind of workload; allowed are socket-storm, udp-flow,"
                + " ping, unix-pair, request-response, bulk, http-like, tcp-server, tcp-client"),
        bad(
            "a distribution that is not there",
            "workloads:\n  - {kind: ping, name: a, count: 1, think: zipf(1ms)}\n",
            "s.yaml:2:44: `zipf(1ms)` is not allowed here; allowed is a time such as 1ms, or a"
                + " distribution such as exponential(1ms), uniform(1ms, 5ms), normal(1ms, 100us),"
                + " lognormal(1ms, 0.5) or pareto(1ms, 1.5)"),
        bad(
            "a size with a wrong unit",
            "cgroups:\n  - {path: /a, limit: 4X}\n",
            "s.yaml:2:23: `4X` is not allowed here; allowed is a number of bytes, such as 4194304,"
                + " 512K, 4M or 1G, or `max`"),
        bad(
            "two things at once",
            "seed: x\nhorizon: y\n",
            "s.yaml:1:7: `x` is not allowed here; allowed is a whole number",
            "s.yaml:2:10: `y` is not allowed here; allowed is a time with a unit (ns, us, ms, s, m,"
                + " h), such as 10s, 1.5ms or 250us"));
  }

  static Stream<Arguments> references() {
    return Stream.of(
        bad(
            "a kernel twice",
            "kernels: [{name: a}, {name: b}, {name: a}]\n",
            "s.yaml:1:40: there is a kernel `a` already"),
        bad(
            "a task twice",
            "tasks: [{name: t}, {name: t}]\n",
            "s.yaml:1:27: kernel `kernel` has a task or workload `t` already"),
        bad(
            "a key of another kind of workload",
            "workloads: [{kind: ping, name: w, count: 1, mode: hold}]\n",
            "s.yaml:1:45: `mode` is no key of ping; besides those of all kinds it has parallel,"
                + " rate, think, size, timeout, family"),
        bad(
            "a distribution without its second number",
            "workloads: [{kind: udp-flow, name: w, count: 1, size: uniform(64)}]\n",
            "s.yaml:1:55: `uniform(64)` has one number; allowed is uniform(LEAST, GREATEST)"),
        bad(
            "a distribution from above to below",
            "workloads: [{kind: ping, name: w, count: 1, think: 'uniform(5ms, 1ms)'}]\n",
            "s.yaml:1:52: `uniform(5ms, 1ms)` begins above its end; allowed is uniform(LEAST,"
                + " GREATEST)"),
        bad(
            "messages too small for their numbers",
            "workloads: [{kind: unix-pair, name: w, count: 1, size: 8}]\n",
            "s.yaml:1:56: `8` is out of range; allowed are 16 to 65507"),
        bad(
            "requests over packets in order",
            "workloads: [{kind: request-response, name: w, count: 1, type: SOCK_SEQPACKET}]\n",
            "s.yaml:1:63: `SOCK_SEQPACKET` is no type for request-response over IP; allowed are"
                + " SOCK_STREAM and SOCK_DGRAM"),
        bad(
            "a stream over UNIX sockets",
            "workloads: [{kind: bulk, name: w, count: 1, family: AF_UNIX}]\n",
            "s.yaml:1:53: `AF_UNIX` is no family for bulk; allowed are AF_INET and AF_INET6"),
        bad(
            "a flow over UNIX sockets",
            "workloads: [{kind: udp-flow, name: w, count: 1, family: AF_UNIX}]\n",
            "s.yaml:1:57: `AF_UNIX` is no family for udp-flow; allowed are AF_INET and AF_INET6"),
        bad(
            "ports beyond the last",
            "workloads: [{kind: udp-flow, name: w, count: 1, parallel: 5, port: 65532}]\n",
            "s.yaml:1:68: the last port would be above 65535"),
        bad(
            "a task with the name of a server",
            "tasks: [{name: w.server}]\nworkloads: [{kind: udp-flow, name: w, count: 1}]\n",
            "s.yaml:2:36: kernel `kernel` has a task or workload `w.server` already"),
        bad(
            "a command that is not there",
            "setup:\n  - lines: |\n      mkdir /a\n      tcpdump -i lo\n",
            "s.yaml:4:7: command `tcpdump` is not simulated; allowed are mkdir [-p] DIR, rmdir DIR, echo"
                + " TEXT > FILE, cat FILE, sysctl -w NAME=VALUE, ip …, tc qdisc …"),
        bad(
            "a task whose number is asked for",
            "kernels: [{name: a}]\nsetup: ['cat /proc/$u.pid/cgroup']\ntasks: [{name: t}]\n",
            "s.yaml:2:10: kernel `a` has no task `u`; it has `t`"),
        bad(
            "a variable",
            "setup: echo $PID > /a\n",
            "s.yaml:1:8: `$PID` is no variable; allowed is $NAME.pid, the number of task NAME"),
        bad(
            "a task in a cgroup that is made too late",
            "setup: [{at: 1s, lines: mkdir /sys/fs/cgroup/a}]\ntasks: [{name: t, cgroup: /a}]\n",
            "s.yaml:2:27: kernel `kernel` has no cgroup `/a`; it has `/`"),
        bad(
            "a cgroup twice",
            "cgroups: [{path: /a}, {path: /a}]\n",
            "s.yaml:1:30: kernel `kernel` has a cgroup `/a` already"),
        bad(
            "a namespace twice",
            "namespaces: [{name: n}, {name: n}]\n",
            "s.yaml:1:32: namespace `n` has no `kernel`, so it gets one of its own, and there is a"
                + " kernel `n` already"),
        bad(
            "an unknown kernel",
            "kernels: [{name: a}]\ntasks: [{name: t, kernel: b}]\n",
            "s.yaml:2:27: no kernel is called `b`; there are `a`"),
        bad(
            "a pattern without a match",
            "kernels: [{name: a}]\ntasks: [{name: t, kernel: k-*}]\n",
            "s.yaml:2:27: `k-*` matches no kernel; there are `a`"),
        bad(
            "a kernel that is not named",
            "kernels: [{name: a}, {name: b}]\ntasks: [{name: t}]\n",
            "s.yaml:2:9: key `kernel` or `netns` is missing, and there are 2 kernels: `a`, `b`"),
        bad(
            "an unknown namespace",
            "kernels: [{name: a}]\ntasks: [{name: t, netns: red}]\n",
            "s.yaml:2:26: no namespace is called `red`; there are `init`"),
        bad(
            "a namespace of another kernel",
            """
            kernels: [{name: a}]
            namespaces: [{name: red, kernel: a}]
            tasks: [{name: t, kernel: a, netns: blue}]
            """,
            "s.yaml:3:37: kernel `a` has no namespace `blue`; it has `init`, `red`"),
        bad(
            "an unknown cgroup",
            "cgroups: [{path: /a}]\ntasks: [{name: t, cgroup: /b}]\n",
            "s.yaml:2:27: kernel `kernel` has no cgroup `/b`; it has `/`, `/a`"),
        bad(
            "an unknown task of a rule",
            "tasks: [{name: t}]\nsecurity: [{task: x, action: deny}]\n",
            "s.yaml:2:19: no task or workload is called `x`; there are `t`"),
        bad(
            "an unknown errno",
            "security: [{action: deny, errno: EWRONG}]\n",
            "s.yaml:1:34: Linux has no error `EWRONG`; EACCES is one"),
        bad(
            "an unknown capability",
            "tasks: [{name: t, caps: [CAP_FLY]}]\n",
            "s.yaml:1:26: there is no capability `CAP_FLY`; there are CAP_CHOWN to"
                + " CAP_CHECKPOINT_RESTORE"),
        bad(
            "an unknown family",
            "workloads: [{kind: socket-storm, name: w, count: 1, family: AF_MOON}]\n",
            "s.yaml:1:61: `AF_MOON` is no constant for the family of a socket; allowed is one such"
                + " as AF_INET, or a number"),
        bad(
            "profiles in a circle",
            """
            profiles:
              - {name: a, extends: b, text: ''}
              - {name: b, extends: a, text: ''}
            """,
            "s.yaml:3:24: profiles extend each other: a → b → a"),
        bad(
            "an unknown profile",
            "kernels: [{name: a, profile: linux-1.0}]\n",
            "s.yaml:1:30: no profile is called `linux-1.0`; there are `linux-6.18`"),
        bad(
            "a missing file",
            "kernels: [{name: a, profileFile: nowhere.conf}]\n",
            "s.yaml:1:34: there is no file `/nonexistent/nowhere.conf`"),
        bad(
            "a count without a place for the number",
            "kernels: [{name: a, count: 3}]\n",
            "s.yaml:1:18: the name of a kernel with `count` needs `{}` for the number, as in `k-{}`"),
        bad(
            "a time beyond a year",
            "horizon: 9000h\n",
            "s.yaml:1:10: `9000h` is too long; allowed are up to 365 days, 8760h"));
  }

  static Stream<Arguments> operations() {
    return Stream.of(
        operation(
            "a kind of sock that is not there",
            "inet_register_protosw",
            "AF_INET { protosw = [\"SOCK_DGRAM 99 FOO\"] }",
            "families.AF_INET: no proto 'FOO'; allowed: [AF_VSOCK, PACKET, MPTCPv6,"),
        operation(
            "a kind of sock of another family",
            "inet_register_protosw",
            "AF_INET { protosw = [\"SOCK_DGRAM 99 UNIX\"] }",
            "families.AF_INET: proto 'UNIX' has no calls in family 2; allowed: [MPTCPv6,"),
        operation(
            "a family without such a function",
            "inet_register_protosw",
            "AF_UNIX { protosw = [\"SOCK_DGRAM 99 UNIX\"] }",
            "AF_UNIX has no such function; allowed: AF_INET, AF_INET6"),
        operation(
            "nothing to unregister",
            "inet_unregister_protosw",
            "AF_INET {}",
            "no protosw; allowed: at least one"),
        operation(
            "a new family of which too little is said",
            "sock_register",
            "AF_FOO {}",
            "families.AF_FOO: a new family without number or create"),
        operation("no family", "sock_register", "foo", "allowed: HOCON"));
  }

  private static Arguments operation(String what, String call, String entry, String line) {
    return Arguments.of(
        what, "operations:\n  - {at: 1s, call: %s, entry: '%s'}\n".formatted(call, entry), line);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void anOperationThatNoKernelCouldBeAskedForIsBadInput(String what, String yaml, String line) {
    ScenarioException e =
        catchThrowableOfType(
            ScenarioException.class,
            () -> ScenarioReader.parse("s.yaml", yaml, Path.of("."), ScenarioNotation.NOTATION));
    assertThat(e).as(what).isNotNull();
    assertThat(e.lines()).singleElement().asString().startsWith("s.yaml:2:").contains(line);
  }

  static Stream<Arguments> calls() {
    return Stream.of(
        bad(
            "an unknown call",
            "tasks:\n  - name: t\n    calls: [\"bnid(3, NULL, 0)\"]\n",
            "s.yaml:3:14: Linux has no system call 'bnid'; simulated are "
                + String.join(", ", SyscallNames.simulated())),
        bad(
            "a result that nobody keeps",
            "tasks:\n  - name: t\n    calls:\n      - close($fd)\n",
            "s.yaml:4:9: no call above keeps its result as `$fd`; kept are none"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"syntax", "schema", "references", "calls"})
  void isToldInOneLineWithItsPlace(String what, String yaml, List<String> lines) {
    ScenarioException e =
        catchThrowableOfType(
            ScenarioException.class,
            () ->
                ScenarioReader.parse(
                    "s.yaml", yaml, Path.of("/nonexistent"), ScenarioNotation.NOTATION));
    assertThat(e).as(what).isNotNull();
    assertThat(e.lines()).isEqualTo(lines);
  }

  static Stream<Arguments> columns() {
    return Stream.of(
        Arguments.of("    calls:\n      - socket(AF_INET, SOCK_STREM, 0)\n", 4, 25),
        Arguments.of("    calls: ['socket(AF_INET, SOCK_STREM, 0)']\n", 3, 30),
        Arguments.of(
            "    calls: |\n      close(3)\n\n      socket(AF_INET, SOCK_STREM, 0)\n", 6, 23),
        Arguments.of(
            "    calls:\n      - {after: 1s, call: 'socket(AF_INET, SOCK_STREM, 0)'}\n", 4, 44));
  }

  @ParameterizedTest
  @MethodSource("columns")
  void aBadCallLineIsToldWithItsColumn(String calls, int line, int column) {
    ScenarioException e =
        catchThrowableOfType(
            ScenarioException.class,
            () ->
                ScenarioReader.parse(
                    "s.yaml",
                    "tasks:\n  - name: t\n" + calls,
                    Path.of("."),
                    ScenarioNotation.NOTATION));
    assertThat(e.lines())
        .singleElement()
        .asString()
        .startsWith("s.yaml:" + line + ":" + column + ": ");
  }
}
