package org.netshard.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * What users get wrong: one line that names the place, exit code 2, and nothing half done. More of
 * the kind for scenarios is in {@code ScenarioErrorsTest}.
 */
class BadInputTest {
  private static final String CREATE_HEADER =
      "caps\tfamily\tfamily_name\ttype\tprotocol\tresult\tso_domain\tso_type\tso_protocol"
          + "\tfd_flags";
  private static final String GOOD = "tasks: [{name: t, calls: ['close(3) = -1 EBADF']}]\n";

  @TempDir Path folder = Path.of("");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void files() throws IOException {
    byte[] binary = new byte[5000];
    new Random(1).nextBytes(binary);
    binary[0] = 1;
    Files.write(folder.resolve("binary"), binary);
    Files.createDirectory(folder.resolve("folder"));
    Files.createDirectories(folder.resolve("taken").resolve("report.json"));
    for (String[] file :
        new String[][] {
          {"empty", ""},
          {"good.yaml", GOOD},
          {"bomb.yaml", bomb()},
          {"sysctl.yaml", "kernels: [{name: a, sysctls: {net.core.somaxconn: many}}]\n"},
          {"profile.yaml", "kernels: [{name: a, profileFile: binary}]\n"},
          {"good.strace", "close(3) = -1 EBADF (Bad file descriptor)\n"},
          {"malformed.strace", "close(3) = 0\nclose(3\n"},
          {"line.conf", "net.core.somaxconn = 5\nnonsense\n"},
          {"value.conf", "\nnet.core.somaxconn = many\n"},
          {"header.tsv", "caps\tfamily\n"},
          {"short.tsv", CREATE_HEADER + "\nroot\t2\tAF_INET\n"},
          {"long.tsv", CREATE_HEADER + "\nroot\t2\tAF_INET\t1\t0\tok\t2\t1\t6\t0\t7\n"},
          {"number.tsv", CREATE_HEADER + "\nroot\tx\tAF_INET\t1\t0\tok\t2\t1\t6\t0\n"},
          {"packed.tsv.gz", "not packed"},
        }) {
      Files.writeString(folder.resolve(file[0]), file[1]);
    }
  }

  /** Nine lists of nine, eight times over: 43 million values. */
  private static String bomb() {
    StringBuilder yaml = new StringBuilder("a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (char c = 'b'; c < 'i'; c++) {
      String alias = "*" + (char) (c - 1);
      yaml.append("%1$s: &%1$s [%2$s]\n".formatted(c, (alias + ",").repeat(9)));
    }
    return yaml.toString();
  }

  private int netshard(String... arguments) {
    CommandLine line = NetshardCommand.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(arguments);
  }

  static Stream<Arguments> badFiles() {
    return Stream.of(
        Arguments.of("run nofile", "FOLDER/nofile: there is no such file"),
        Arguments.of("run folder", "FOLDER/folder: this is not a file"),
        Arguments.of("run binary", "FOLDER/binary: the file is not text in UTF-8"),
        Arguments.of("run empty", "FOLDER/empty:1:1: the file is empty"),
        Arguments.of("run bomb.yaml", "FOLDER/bomb.yaml:1:10: aliases add more than 200000 values"),
        Arguments.of("run sysctl.yaml", "FOLDER/sysctl.yaml:1:31: sysctl net.core.somaxconn"),
        Arguments.of("run profile.yaml", "FOLDER/profile.yaml:1:34: file `FOLDER/binary` is not"),
        Arguments.of("run good.yaml --out good.strace", "--out FOLDER/good.strace: this is not a"),
        Arguments.of("run good.yaml --out empty/x/y", "--out FOLDER/empty/x/y: cannot be made: "),
        Arguments.of("run good.yaml --out taken", "--out FOLDER/taken: FOLDER/taken/report.json"),
        Arguments.of("replay nofile", "FOLDER/nofile: there is no such file"),
        Arguments.of("replay folder", "FOLDER/folder: there is no such file"),
        Arguments.of("replay empty", "FOLDER/empty: there is no call in it"),
        Arguments.of("replay binary", "FOLDER/binary:1:1: expected a call, a signal or an exit"),
        Arguments.of("replay malformed.strace", "FOLDER/malformed.strace:2:8: expected ',' or ')'"),
        Arguments.of("replay good.strace --sysctl nofile", "--sysctl FOLDER/nofile: there is no"),
        Arguments.of("replay good.strace --sysctl line.conf", "FOLDER/line.conf:2:1: 'nonsense'"),
        Arguments.of(
            "replay good.strace --sysctl value.conf",
            "FOLDER/value.conf:2: sysctl net.core.somaxconn = many: EINVAL"),
        Arguments.of("replay good.strace --sysctl binary", "FOLDER/binary: the file is not text"),
        Arguments.of("conformance nofile", "FOLDER/nofile: there is no such file"),
        Arguments.of("conformance folder", "FOLDER/folder: there is no such file"),
        Arguments.of("conformance empty", "FOLDER/empty:1: no table with this header is known"),
        Arguments.of("conformance binary", "FOLDER/binary:1: no table with this header is known"),
        Arguments.of("conformance header.tsv", "FOLDER/header.tsv:1: no table with this header"),
        Arguments.of("conformance short.tsv", "FOLDER/short.tsv:2: the row has 3 cells; its head"),
        Arguments.of("conformance long.tsv", "FOLDER/long.tsv:2: the row has 11 cells; its head"),
        Arguments.of("conformance number.tsv", "FOLDER/number.tsv:2: 'x' in column 2; allowed: a"),
        Arguments.of("conformance packed.tsv.gz", "FOLDER/packed.tsv.gz: cannot be read: Not in"));
  }

  @ParameterizedTest
  @MethodSource("badFiles")
  void aBadFileIsToldInOneLineWithItsPlace(String arguments, String line) {
    String[] words = arguments.split(" ");
    for (int i = 1; i < words.length; i++) {
      words[i] = words[i].startsWith("--") ? words[i] : folder.resolve(words[i]).toString();
    }
    assertThat(netshard(words)).isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(err.toString()).startsWith(line.replace("FOLDER", folder.toString()));
    assertThat(err.toString()).hasLineCount(1).doesNotContain("Exception");
    assertThat(err.toString().chars().filter(c -> c < ' ' && c != '\n')).isEmpty();
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "run GOOD --nodes 0",
        "run GOOD --nodes -1",
        "run GOOD --nodes 1000000",
        "run GOOD --nodes many",
        "run GOOD --seed abc",
        "run GOOD --seed -1",
        "run GOOD --seed 99999999999999999999",
        "run GOOD --nodes 2 --cluster 127.0.0.1:1",
        "run GOOD --cluster nonsense",
        "run GOOD --cluster 127.0.0.1:99999",
        "run GOOD --cluster no.such.host.invalid:1",
        "run GOOD --cluster ,",
        "run GOOD --host 127.0.0.1",
        "run GOOD --out",
        "run GOOD --colour red",
        "run GOOD t.yaml",
        "replay",
        "replay GOOD --differences -1",
        "conformance",
        "conformance GOOD --differences few",
        "trace",
        "trace socket(",
        "trace socket(AF_INET)",
        "trace setsockopt(3,1,2,[1],4,5)",
        "trace frobnicate(1)",
        "trace close($x)",
        "trace close(3)\nclose(4)",
        "trace close(3) --uid abc",
        "trace close(3) --uid -1",
        "trace close(3) --cgroup-limit -1",
        "trace close(3) --caps CAP_FLY",
        "trace close(3) --json --mermaid",
        "node --port 99999",
        "node --port abc",
        "node --config /nonexistent/node.conf",
        "node --seed-node nowhere",
        "node --host no.such.host.invalid",
        "node more",
        "walk",
        ""
      })
  void badArgumentsAreOneLine(String arguments) {
    String good = folder.resolve("good.yaml").toString();
    String[] words = arguments.isEmpty() ? new String[0] : arguments.split(" ");
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].equals("GOOD") ? good : words[i];
    }
    assertThat(netshard(words)).isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(err.toString()).hasLineCount(1).doesNotContain("Exception");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void anUnknownCommandIsToldThoseThatThereAre() {
    netshard("walk");
    assertThat(err.toString())
        .isEqualTo(
            "netshard: there is no command 'walk'; there are run, replay, conformance, trace,"
                + " packetdrill, node (see netshard --help)\n");
  }

  @Test
  void aPortThatIsTakenIsToldAsTheSystemSaysIt() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertThat(netshard("node", "--port", "" + port)).isEqualTo(ExitCodes.BAD_INPUT);
      assertThat(err.toString())
          .isEqualTo("127.0.0.1:" + port + ": cannot listen: Address already in use\n");
    }
  }

  @Test
  void whatIsWrongIsFoundBeforeAnyFileIsMade() throws IOException {
    Path reports = folder.resolve("a").resolve("b");
    for (String bad : new String[] {"sysctl.yaml", "bomb.yaml", "nofile"}) {
      String[] words = {"run", folder.resolve(bad).toString(), "--out", reports.toString()};
      assertThat(netshard(words)).isEqualTo(ExitCodes.BAD_INPUT);
      assertThat(reports.getParent()).doesNotExist();
    }
    assertThat(netshard("run", folder.resolve("good.yaml").toString(), "--out", reports.toString()))
        .isEqualTo(ExitCodes.GOOD);
    assertThat(Files.readString(reports.resolve("report.txt"), StandardCharsets.UTF_8))
        .isEqualTo(out.toString());
  }
}
