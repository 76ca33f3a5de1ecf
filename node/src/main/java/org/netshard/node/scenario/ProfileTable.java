package org.netshard.node.scenario;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.netshard.namespace.net.MachineImage;
import org.netshard.namespace.profile.BadProfileException;
import org.netshard.namespace.profile.KernelProfiles;

/** The kernel profiles of a scenario, each resolved to a built-in one and what is laid over it. */
final class ProfileTable {
  /** The profile of a kernel that names none. */
  static final String DEFAULT = "linux-6.18";

  private static final List<String> BUILT_IN = KernelProfiles.BUILT_IN;
  private static final long FILE_BYTES_MAX = 1 << 20;

  private final Path folder;
  private final Problems problems;
  private final Map<String, Item> items = new LinkedHashMap<>();
  private final Map<String, Resolved> resolved = new LinkedHashMap<>();

  /**
   * A profile as kernels get it.
   *
   * @param base name of the built-in profile
   * @param text HOCON laid over it, empty for none
   */
  record Resolved(String base, String text) {
    Resolved with(String more) {
      return more.isEmpty() ? this : new Resolved(base, text.isEmpty() ? more : text + "\n" + more);
    }
  }

  ProfileTable(YamlDocument document, Path folder, Problems problems) {
    this.folder = folder;
    this.problems = problems;
    for (Item item : Item.list(document, "profiles")) {
      String name = item.text("name");
      if (BUILT_IN.contains(name)) {
        problems.add(item.place("name"), "profile `" + name + "` is built in; choose another name");
      } else if (items.putIfAbsent(name, item) != null) {
        problems.add(item.place("name"), "there is a profile `" + name + "` already");
      }
    }
    items.values().forEach(item -> resolve(item, new ArrayList<>()));
  }

  private Resolved resolve(Item item, List<String> chain) {
    String name = item.text("name");
    Resolved known = resolved.get(name);
    if (known != null) {
      return known;
    }
    chain.add(name);
    String base = item.text("extends");
    Item baseItem = items.get(base);
    Resolved below = new Resolved(DEFAULT, "");
    if (chain.contains(base)) {
      chain.add(base);
      problems.add(
          item.place("extends"), "profiles extend each other: " + String.join(" → ", chain));
    } else if (baseItem != null) {
      below = resolve(baseItem, chain);
    } else if (BUILT_IN.contains(base)) {
      below = new Resolved(base, "");
    } else {
      unknown(item, "extends");
    }
    Resolved result = ownText(item, below);
    resolved.put(name, result);
    return result;
  }

  private void unknown(Item item, String key) {
    List<String> names = new ArrayList<>(BUILT_IN);
    names.addAll(items.keySet());
    problems.add(
        item.place(key),
        "no profile is called `%s`; there are %s".formatted(item.text(key), Problems.some(names)));
  }

  private Resolved ownText(Item item, Resolved below) {
    if (item.has("file") == item.has("text")) {
      problems.add(item.place(), "a kernel profile has either `file` or `text`");
      return below;
    }
    return item.has("file")
        ? file(item, "file", below)
        : checked(item, "text", item.text("text"), "the text", below);
  }

  private Resolved file(Item item, String key, Resolved below) {
    Path path = folder.resolve(item.text(key));
    try {
      if (!Files.isRegularFile(path)) {
        problems.add(item.place(key), "there is no file `" + path + "`");
      } else if (Files.size(path) > FILE_BYTES_MAX) {
        problems.add(item.place(key), "file `" + path + "` is larger than 1 MiB");
      } else {
        return checked(item, key, Files.readString(path), path.toString(), below);
      }
    } catch (CharacterCodingException e) {
      problems.add(item.place(key), "file `" + path + "` is not text in UTF-8");
    } catch (IOException e) {
      problems.add(item.place(key), "file `" + path + "` cannot be read: " + e.getMessage());
    }
    return below;
  }

  private Resolved checked(Item item, String key, String text, String origin, Resolved below) {
    Resolved all = below.with(text);
    try {
      MachineImage.of(all.base(), all.text());
      return all;
    } catch (BadProfileException e) {
      String line = String.valueOf(e.getMessage());
      problems.add(
          item.place(key),
          below.text().isEmpty() ? line.replaceFirst("^profile text", quoted(origin)) : line);
      return below;
    }
  }

  private static String quoted(String origin) {
    return Matcher.quoteReplacement(origin);
  }

  /** The profile of a kernel. */
  Resolved of(Item kernel) {
    String name = kernel.text("profile", DEFAULT);
    Resolved profile = resolved.get(name);
    if (profile == null) {
      if (!BUILT_IN.contains(name)) {
        unknown(kernel, "profile");
      }
      profile = new Resolved(name, "");
    }
    return kernel.has("profileFile") ? file(kernel, "profileFile", profile) : profile;
  }
}
