package org.netshard.node.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.netshard.node.cli.BadInputException;
import org.netshard.node.cli.ExitCodes;
import org.netshard.node.cli.NetshardCommand;
import picocli.CommandLine;

class ConformanceTest {
  private static final Path ORACLE = Path.of("src/test/resources/oracle");

  @TempDir Path folder = Path.of("");

  @Test
  void everySocketIsCreatedAsByLinux() {
    TableResult result = Conformance.run(ORACLE.resolve("socket_create.tsv.gz"));
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isEqualTo(68_398);
  }

  @Test
  void everyCapabilityCountsAsOnLinux() {
    TableResult result = Conformance.run(ORACLE.resolve("socket_caps.tsv.gz"));
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isEqualTo(213);
  }

  @Test
  void everyBufferReadsBackAsOnLinux() {
    TableResult result = Conformance.run(ORACLE.resolve("setsockopt_buf.tsv.gz"));
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isEqualTo(3_394);
  }

  @Test
  void everyOptionOfANewBoundOrListeningSocketIsAsOnLinux() {
    TableResult result = Conformance.run(ORACLE.resolve("sock_defaults.tsv.gz"));
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isEqualTo(6_838);
    assertThat(result.notSimulatedCount()).isEqualTo(699);
  }

  @Test
  void everyCallInEveryStateAnswersAsOnLinux() {
    TableResult result = Conformance.run(ORACLE.resolve("syscall_errors.tsv.gz"));
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isGreaterThanOrEqualTo(12_715);
  }

  @Test
  void portsAndAddressesAreKeptApartAsOnLinux() {
    TableResult result = Conformance.run(ORACLE.resolve("bind_isolation.tsv.gz"));
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isEqualTo(211);
    assertThat(result.notSimulatedCount()).isEqualTo(96);
  }

  @Test
  void portsOfAnExperimentAreThoseOfItsText() throws IOException {
    String header = "id\tgroup\tdescription\tobserved\n";
    String twice = "X1\treuse\tUDP 127.0.0.1:%s twice, first flags [-], second flags [-]\t";
    Path table = folder.resolve("ports.tsv");
    Files.writeString(table, header + String.format(twice, "7") + "bind1=OK; bind2=OK\n");
    assertThat(Conformance.run(table).differences())
        .singleElement()
        .extracting(TableResult.Difference::simulated)
        .isEqualTo("bind1=OK; bind2=EADDRINUSE");

    Files.writeString(table, header + String.format(twice, "99999999999") + "bind1=OK\n");
    assertThatThrownBy(() -> Conformance.run(table))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("ports.tsv:2");
  }

  @Test
  void everyMemoryCgroupIsAsOnLinuxAsFarAsNoDataFlows() {
    TableResult result = Conformance.run(ORACLE.resolve("memcg_tcp.tsv.gz"));
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isEqualTo(73);
    assertThat(result.notSimulatedCount()).isEqualTo(102);
  }

  @Test
  void rowsOfMemoryCgroupsAreMadeAsTheirTextsSay() throws IOException {
    Path table = folder.resolve("memcg.tsv");
    Files.writeString(
        table,
        """
        id\texperiment\tstep\tobserved
        1\tfiles\twrite 2M to memory.limit_in_bytes\tresult=OK; reads=2097152
        2\tfiles\twrite 2M to memory.limit_in_bytes\tresult=OK; reads=2097153
        3\tlimit 8192\tsocket()\tresult=OK; usage=0; max_usage=0; failcnt=0
        4\tlimit 8192\trmdir\tresult=EBUSY
        5\thard limit\tAF_UNIX DGRAM: socket() until it fails, memory.limit_in_bytes = usage + 1 MiB, oom_kill_disable=0\tobserved=limit write=OK; made=430; first errno=OK; the same call again=-; after closing one socket=-; task=alive; kmem bytes per socket=-1; usage bytes per socket=-1; failcnt grew=yes; oom_control after=oom_kill_disable 0 under_oom 0 oom_kill 1
        6\thard limit\trmdir\tresult=OK
        7\thard limit\tAF_UNIX STREAM, 3 runs with the limit 64 KiB + k pages above the usage, k=0..2\tfirst errno seen (times)=ENOMEM:2; errno of the next call (times)=ENFILE:3
        8\tgrowth\tsend(1), total 1\tusage=4096
        9\tgrowth\tlooks at the moon\tmoon=full
        """);
    TableResult result = Conformance.run(table);
    assertThat(result.differences())
        .extracting(TableResult.Difference::line)
        .containsExactly(3, 5, 6, 8);
    assertThat(result.differences().get(2).simulated()).contains("task=killed by SIGKILL");
    assertThat(result.same()).isEqualTo(3);
    assertThat(result.notSimulatedCount()).isEqualTo(2);
  }

  @Test
  void wrongRowIsReported() throws IOException {
    Path table = folder.resolve("any-name.tsv");
    Files.writeString(
        table,
        """
        who\tsetting\tsocket\tfamily\ttype\tprotocol\tresult
        uid0 no caps\tfresh netns owned by init userns\tinet raw icmp\tAF_INET\t3\t1\tOK
        uid0 no caps\tfresh netns owned by init userns\tinet raw icmp\tAF_INET\t3\t1\tEPERM
        """);
    TableResult result = Conformance.run(table);
    assertThat(result.same()).isEqualTo(1);
    assertThat(result.differences())
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.line()).isEqualTo(2);
              assertThat(difference.recorded()).isEqualTo("OK");
              assertThat(difference.simulated()).isEqualTo("EPERM");
            });
  }

  @Test
  void unknownHeaderAndShortRowAreBadInput() throws IOException {
    Path table = folder.resolve("table.tsv");
    Files.writeString(table, "a\tb\n");
    assertThatThrownBy(() -> Conformance.run(table))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(table + ":1: ");
    Files.writeString(
        table,
        """
        who\tsetting\tsocket\tfamily\ttype\tprotocol\tresult
        uid0 no caps\tx
        """);
    assertThatThrownBy(() -> Conformance.run(table))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(table + ":2: ");
  }

  private static final String CAPS_HEADER =
      "who\tsetting\tsocket\tfamily\ttype\tprotocol\tresult\n";

  private static final String DEFAULTS_HEADER =
      "socket\tlevel\toptnum\toptname\tresult\toptlen\tvalue\n";

  private static final String BUF_HEADER =
      "caps\tsocket\toption\tvalue\tresult\tread_back\tso_buf_lock\ttcp_window_clamp";

  private static final String CREATE_HEADER =
      "caps\tfamily\tfamily_name\ttype\tprotocol\tresult\tso_domain\tso_type\tso_protocol"
          + "\tfd_flags\n";

  @ParameterizedTest
  @MethodSource("badRows")
  void badRowIsBadInputWithItsLine(String header, String row) throws IOException {
    Path table = folder.resolve("bad.tsv");
    Files.writeString(table, header + "# a comment\n" + row + "\n");
    StringWriter err = new StringWriter();
    CommandLine line = NetshardCommand.commandLine();
    line.setErr(new PrintWriter(err));
    assertThat(line.execute("conformance", table.toString())).isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(err.toString()).startsWith(table + ":3: ").hasLineCount(1);
  }

  static List<Arguments> badRows() {
    String caps = "uid0 all caps\tfresh netns\tx\t";
    String limits = "\trmem_max\twmem_max\n";
    String buf = "root\tinet stream\tSO_RCVBUF\t";
    return List.of(
        Arguments.of(CAPS_HEADER, caps + "AF_INET\tfoo\t0\tOK"),
        Arguments.of(CAPS_HEADER, caps + "AF_BOGUS\t1\t0\tOK"),
        Arguments.of(CAPS_HEADER, caps + "AF_INET\t1\t99999999999\tOK"),
        Arguments.of(DEFAULTS_HEADER, "inet stream 0\tSOL_BOGUS\t1\tX\tOK\t4\t0"),
        Arguments.of(DEFAULTS_HEADER, "inet stream 0\tSOL_SOCKET\tz\tX\tOK\t4\t0"),
        Arguments.of(BUF_HEADER + limits, buf + "0\tOK\t2304\t2\t0\tx\t4194304"),
        Arguments.of(BUF_HEADER + limits, buf + "0\tOK\t2304\t2\t0"),
        Arguments.of(BUF_HEADER + "\n", buf + "many\tOK\t2304\t2\t0"),
        Arguments.of(CREATE_HEADER, "root\t2\tAF_INET\t1|FOO\t0\tOK\t-\t-\t-\t-"),
        Arguments.of(CREATE_HEADER, "some\t2\tAF_INET\t1\t0\tOK\t-\t-\t-\t-"));
  }

  @Test
  void rowsThatCannotBeInterpretedAreNotSimulated() throws IOException {
    Path table = folder.resolve("caps.tsv");
    Files.writeString(
        table,
        CAPS_HEADER
            + """
            uid0 only CAP_BOGUS\tfresh netns\tinet raw icmp\tAF_INET\t3\t1\tEPERM
            uid99999999999 no caps\tfresh netns\tinet raw icmp\tAF_INET\t3\t1\tEPERM
            uid0 all caps\tunshare(CLONE_BOGUS)\t-\t-\t-\t-\tOK
            uid0 all caps\tsetns(pidfd, CLONE_NEWNET)\t-\t-\t-\t-\tOK
            uid0 all caps\tlowest free fd: other calls\t-\t-\t-\t-\ta=3
            uid0 all caps\tsomething else\tinet raw icmp\tAF_INET\t3\t1\tEPERM
            uid7 all caps\tfresh netns\tinet raw icmp\tAF_INET\t3\t1\tOK
            uid7 all but CAP_NET_RAW\tfresh netns\tinet raw icmp\tAF_INET\t3\t1\tEPERM
            uid7 all but CAP_NET_RAW\tunshare(CLONE_NEWNET)\t-\t-\t-\t-\tOK
            """);
    TableResult result = Conformance.run(table);
    assertThat(result.notSimulatedCount()).isEqualTo(6);
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isEqualTo(3);
  }

  @Test
  void limitsOfEachRowAreThoseOfTheMachine() throws IOException {
    Path table = folder.resolve("limits.tsv");
    String row = "root\tinet dgram\tSO_RCVBUF\t-1\tOK\t";
    Files.writeString(
        table,
        BUF_HEADER
            + "\trmem_max\twmem_max\n"
            + (row + "8388608\t2\t-1\t4194304\t4194304\n")
            + (row + "33554432\t2\t-1\t16777216\t4194304\n")
            + "none\tunix stream\tSO_SNDBUF\t-1\tOK\t425984\t1\t-1\t16777216\t212992\n");
    TableResult result = Conformance.run(table);
    assertThat(result.differences()).isEmpty();
    assertThat(result.same()).isEqualTo(3);
    Files.writeString(table, BUF_HEADER + "\n" + row + "8388608\t2\t-1\n");
    assertThat(Conformance.run(table).same()).isEqualTo(1);
  }
}
