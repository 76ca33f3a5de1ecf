package org.netshard.namespace;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** A table that was read off a live kernel, from the test resources. */
public final class OracleTable {
  private OracleTable() {}

  /** The rows of a table, each by the names of its columns. */
  public static List<Map<String, String>> rows(String name) {
    try (InputStream in =
        new GZIPInputStream(OracleTable.class.getResourceAsStream("oracle/" + name + ".tsv.gz"))) {
      String[] lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1);
      String[] columns = lines[0].split("\t", -1);
      List<Map<String, String>> rows = new ArrayList<>();
      for (int i = 1; i < lines.length; i++) {
        if (lines[i].isEmpty()) {
          continue;
        }
        String[] fields = lines[i].split("\t", -1);
        Map<String, String> row = new LinkedHashMap<>();
        for (int c = 0; c < columns.length; c++) {
          row.put(columns[c], fields[c]);
        }
        rows.add(row);
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
