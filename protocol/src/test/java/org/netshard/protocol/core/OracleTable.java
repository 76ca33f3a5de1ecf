package org.netshard.protocol.core;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** A table of results of a live kernel, from the test resources. */
public final class OracleTable {
  private OracleTable() {}

  /** The rows of a table after its first line, split at tabs. */
  public static List<String[]> rows(String name) {
    String resource = "/oracle/" + name + ".tsv.gz";
    try (InputStream file = OracleTable.class.getResourceAsStream(resource)) {
      if (file == null) {
        throw new IllegalStateException("no resource " + resource);
      }
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8));
      return lines.lines().skip(1).map(line -> line.split("\t", -1)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
