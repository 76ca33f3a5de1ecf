package org.netshard.node.replay;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netshard.node.cli.BadInputException;

/**
 * What was done before a log was recorded: the lines of {@code NAME.prep} beside it, a shell script
 * of which those count that change the network, {@code sysctl -w …}, {@code ip …} and {@code tc …}.
 */
public final class PrepLines {
  private PrepLines() {}

  /**
   * A line.
   *
   * @param text without blanks around it
   * @param file the file
   * @param number its number there
   */
  public record Line(String text, String file, int number) {
    String place() {
      return file + ":" + number;
    }
  }

  /** The lines that count; none if there is no such file. */
  public static List<Line> beside(Path log) {
    String name = String.valueOf(log.getFileName()).replaceFirst("\\.strace(\\.gz)?$", "");
    Path file = log.resolveSibling(name + ".prep");
    if (!Files.isReadable(file)) {
      return List.of();
    }
    List<String> texts;
    try {
      texts = Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new BadInputException(file + ": the file is not text in UTF-8");
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage());
    }
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i).strip();
      if (text.startsWith("sysctl ") || text.startsWith("ip ") || text.startsWith("tc ")) {
        lines.add(new Line(text, file.toString(), i + 1));
      }
    }
    return lines;
  }
}
