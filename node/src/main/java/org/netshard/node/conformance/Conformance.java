package org.netshard.node.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.zip.GZIPInputStream;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.node.cli.BadInputException;
import org.netshard.node.local.LocalKernel;

/** Runs tables through a simulated kernel. The header line of a table says which kind it is. */
public final class Conformance {
  private static final Map<String, Kind> KINDS = new LinkedHashMap<>();

  /**
   * A kind of table.
   *
   * @param kindColumn the column that says what kind of thing a row is about
   */
  private record Kind(
      BiFunction<List<TableRow>, TableResult, TableProgram> program, int kindColumn) {}

  static {
    KINDS.put(
        "caps\tfamily\tfamily_name\ttype\tprotocol\tresult\tso_domain\tso_type\tso_protocol\tfd_flags",
        new Kind(SocketCreateTable::new, 2));
    KINDS.put(
        "who\tsetting\tsocket\tfamily\ttype\tprotocol\tresult", new Kind(SocketCapsTable::new, 2));
    KINDS.put(
        "socket\tlevel\toptnum\toptname\tresult\toptlen\tvalue",
        new Kind(SockDefaultsTable::new, 0));
    KINDS.put(
        "caps\tsocket\toption\tvalue\tresult\tread_back\tso_buf_lock\ttcp_window_clamp",
        new Kind(SetsockoptBufTable::new, 1));
    KINDS.put("id\tgroup\tdescription\tobserved", new Kind(BindIsolationTable::new, 1));
    KINDS.put("id\texperiment\tstep\tobserved", new Kind(MemcgTcpTable::new, 1));
    KINDS.put(
        "option\tlevel\toptnum\tset_on_listener\tset_result\tlistener_reads\taccepted_reads"
            + "\tinherited",
        new Kind(AcceptInheritTable::new, 1));
    KINDS.put(
        "id\tcaps\tkind\tstate\toperation\tresult\treturn_value\tdetail",
        new Kind(SyscallErrorsTable::new, 2));
  }

  private Conformance() {}

  /**
   * Reads a table and makes its rows.
   *
   * @throws BadInputException naming the line that cannot be understood
   */
  public static TableResult run(Path file) {
    List<String> lines = lines(file);
    String header = lines.isEmpty() ? "" : lines.get(0);
    for (Map.Entry<String, Kind> known : KINDS.entrySet()) {
      if (header.equals(known.getKey()) || header.startsWith(known.getKey() + "\t")) {
        Kind kind = known.getValue();
        List<TableRow> rows = rows(file, lines, header.split("\t", -1).length);
        TableResult result = new TableResult(file.toString(), kind.kindColumn());
        return run(kind.program().apply(rows, result));
      }
    }
    throw new BadInputException(
        file
            + ":1: no table with this header is known; allowed: "
            + String.join(" | ", KINDS.keySet()).replace('\t', ' '));
  }

  private static TableResult run(TableProgram program) {
    KernelSpec machine =
        new KernelSpec(
            "conformance",
            0,
            "linux-6.18",
            program.profile(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    try (LocalKernel kernel = LocalKernel.start(machine)) {
      KernelReport report = kernel.run(program);
      if (!report.crash().isEmpty()) {
        throw new IllegalStateException("a bug stopped the kernel: " + report.crash());
      }
    }
    BadInputException bad = program.bad();
    if (bad != null) {
      throw bad;
    }
    return program.result();
  }

  private static List<String> lines(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(file + ": there is no such file");
    }
    boolean packed = file.toString().endsWith(".gz");
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                packed
                    ? new GZIPInputStream(Files.newInputStream(file))
                    : Files.newInputStream(file),
                StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage());
    }
    return lines;
  }

  private static List<TableRow> rows(Path file, List<String> lines, int cellCount) {
    List<TableRow> rows = new ArrayList<>(lines.size());
    for (int i = 1; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.isEmpty() && !line.startsWith("#")) {
        rows.add(TableRow.of(file.toString(), i + 1, line, cellCount));
      }
    }
    return rows;
  }
}
