package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code netshard packetdrill} as a user calls it. */
class PacketdrillCommandTest {
  private static final String GOOD = "0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n";
  private static final String FAILING = "0 socket(..., SOCK_DGRAM, PROTOCOL) = 3\n";
  private static final String WRONG = "0 socket(..., SOCK_DGRAM, 0 = 3\n";

  @TempDir Path folder = Path.of("");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int packetdrill(String... arguments) {
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    String[] all = new String[arguments.length + 1];
    all[0] = "packetdrill";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return line.execute(all);
  }

  private String write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(folder.resolve("deep"));
    Files.writeString(file, text);
    return file.toString();
  }

  @Test
  void scriptsOfAFolderAreRunInTheOrderOfTheirNamesAndSummedUp() throws IOException {
    String second = write("deep/b.pkt", FAILING);
    String first = write("a.pkt", GOOD);
    write("c.txt", WRONG);
    assertThat(packetdrill("-D", "PROTOCOL=IPPROTO_TCP", folder.toString()))
        .isEqualTo(ExitCodes.DIFFERENT);
    assertThat(out.toString().lines())
        .containsExactly(
            "passed " + first,
            "FAILED " + second,
            second + ":1:1: socket: expected 3, found EPROTONOSUPPORT",
            "2 scripts: 1 passed, 1 failed, 0 not understood");
    assertThat(err.toString()).isEmpty();
    out.getBuffer().setLength(0);
    assertThat(packetdrill("-D", "PROTOCOL=IPPROTO_UDP", "-v", second)).isEqualTo(ExitCodes.GOOD);
    assertThat(out.toString().lines())
        .containsExactly(
            second + ":",
            "  0.000000 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3",
            "passed " + second,
            "1 scripts: 1 passed, 0 failed, 0 not understood");
  }

  @Test
  void scriptThatCannotBeUnderstoodIsBadInputThoughOthersPass() throws IOException {
    String wrong = write("w.pkt", WRONG);
    assertThat(packetdrill(wrong, write("a.pkt", GOOD))).isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(err.toString().lines()).containsExactly(wrong + ":1:29: expected `)`, found `=`");
    assertThat(out.toString()).contains("2 scripts: 1 passed, 0 failed, 1 not understood");
  }

  @Test
  void scriptThatIsNotThereIsBadInput() throws IOException {
    String missing = folder.resolve("none.pkt").toString();
    assertThat(packetdrill(missing)).isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(err.toString().strip()).isEqualTo(missing + ": there is no such script");
    write("x.txt", GOOD);
    assertThat(packetdrill(folder.toString())).isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(err.toString()).contains("there is no script *.pkt below it");
  }

  @Test
  void optionOfTheUserGoesBeforeThatOfTheScript() throws IOException {
    String script =
        write(
            "o.pkt",
            "--ip_version=ipv6\n"
                + GOOD
                + "+0 setsockopt(3, SOL_IPV6, IPV6_RECVERR, [1], 4) = 0\n");
    assertThat(packetdrill(script)).isEqualTo(ExitCodes.GOOD);
    assertThat(packetdrill("--ip_version=ipv4", script)).isEqualTo(ExitCodes.DIFFERENT);
    assertThat(packetdrill("--ip_version=5", script)).isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(err.toString())
        .contains("command line:1:1: --ip_version=5: allowed are ipv4, ipv6 and ipv4-mapped-ipv6");
  }
}
