package org.netshard.node.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder that somebody names for what a command writes. */
final class OutFolder {
  private OutFolder() {}

  /**
   * A folder that is there can be written to, and one that is not can be made.
   *
   * @throws BadInputException otherwise, naming the option
   */
  static void check(String option, Path folder) {
    if (folder.toString().isEmpty()) {
      throw new BadInputException(option + " is empty; allowed is a folder");
    }
    if (Files.exists(folder)) {
      if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
        throw new BadInputException(option + " " + folder + ": this is not a folder to write to");
      }
      return;
    }
    List<Path> made = new ArrayList<>();
    try {
      Path folders = folder.toAbsolutePath().normalize();
      for (Path one = folders; one != null && !Files.exists(one); one = one.getParent()) {
        made.add(one);
      }
      Files.createDirectories(folders);
      for (Path one : made) {
        Files.delete(one);
      }
    } catch (IOException e) {
      throw new BadInputException(option + " " + folder + ": cannot be made: " + e.getMessage());
    }
  }
}
