package org.netshard.node.replay;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netshard.namespace.spec.SysctlSetting;
import org.netshard.node.cli.BadInputException;

/**
 * A file in the syntax of {@code sysctl.conf(5)}: {@code name = value} lines, comments with {@code
 * #} or {@code ;}, and a {@code -} before names whose failure does not matter.
 */
public final class SysctlConf {
  private SysctlConf() {}

  /**
   * The settings of a file.
   *
   * @throws BadInputException naming the line that is no setting
   */
  public static List<SysctlSetting> read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new BadInputException(file + ": the file is not text in UTF-8");
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage());
    }
    List<SysctlSetting> settings = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
        continue;
      }
      int equals = line.indexOf('=');
      String place = file + ":" + (i + 1);
      if (equals <= 0) {
        throw new BadInputException(
            place + ":1: '" + line + "' is no setting; allowed: name = value");
      }
      String name = line.substring(0, equals).strip().replace('/', '.');
      name = name.startsWith("-") ? name.substring(1) : name;
      settings.add(new SysctlSetting(name, line.substring(equals + 1).strip(), place));
    }
    return settings;
  }

  /** The files that hold for a log unless the user names another: those beside it. */
  public static List<SysctlSetting> beside(Path log) {
    List<SysctlSetting> settings = new ArrayList<>();
    Path common = log.resolveSibling("sysctl.conf");
    String file = String.valueOf(log.getFileName());
    int dot = file.lastIndexOf('.');
    Path own = log.resolveSibling((dot > 0 ? file.substring(0, dot) : file) + ".sysctl.conf");
    for (Path path : List.of(common, own)) {
      if (Files.isReadable(path)) {
        settings.addAll(read(path));
      }
    }
    return settings;
  }
}
