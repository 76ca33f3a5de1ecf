package org.netshard.namespace.profile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.profile.FamilyProfile;
import org.netshard.protocol.profile.KernelProfile;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.profile.ProtoswProfile;

/**
 * The kernel profiles: those that are built in, and a user's files that extend them.
 *
 * <p>A file has the keys {@code name}, {@code extends} (a built-in profile, or another file beside
 * it), {@code inode}, {@code file}, {@code protos}, {@code families}, {@code remove-families},
 * {@code kernel-netlink} and {@code sysctls}; {@code linux-6.18.conf} shows each of them. HOCON's
 * {@code include} works too.
 *
 * <p><b>Errors:</b> {@link BadProfileException}, one line: file and line, key, what is wrong, what
 * is allowed.
 */
public final class KernelProfiles {
  /** Names of the built-in profiles. */
  public static final List<String> BUILT_IN = List.of("linux-6.18");

  private static final int EXTENDS_MAX = 16;

  private KernelProfiles() {}

  /** A built-in profile. */
  public static KernelProfile load(String name) {
    ProfileDraft draft = new ProfileDraft();
    readBuiltIn(name, new Place("profile", -1, "name"), draft);
    return draft.finish(name);
  }

  /** A user's file; without {@code extends} it must hold everything. */
  public static KernelProfile load(Path userFile) {
    ProfileDraft draft = new ProfileDraft();
    readFile(userFile, new Place("profile", -1, "file"), draft, 0);
    return draft.finish(userFile.toString());
  }

  /** A built-in profile with changes in the syntax of a profile; empty text for none. */
  public static KernelProfile load(String name, String changes) {
    ProfileDraft draft = new ProfileDraft();
    readBuiltIn(name, new Place("profile", -1, "name"), draft);
    ConfigObject root = parse(() -> ConfigFactory.parseString(changes), "profile text").root();
    ConfigValue base = root.get("extends");
    if (base != null && !base.unwrapped().equals(name)) {
      throw Place.of(base, "profile text", "extends").bad("'" + base.unwrapped() + "'", name);
    }
    new ProfileReader("profile text").read(root, draft);
    return draft.finish(name);
  }

  /**
   * One family, {@code AF_FOO { number = …, create = …, protosw = […] }}; what is not said is as in
   * a kernel that has the family.
   *
   * @param kernel the kernel
   * @param withEntries whether that holds for the entries of its switch, too
   */
  public static FamilyProfile family(String hocon, KernelProfile kernel, boolean withEntries) {
    ConfigObject root = parse(() -> ConfigFactory.parseString(hocon), "family").root();
    List<String> names = new ArrayList<>(root.keySet());
    if (names.size() != 1 || !(root.get(names.get(0)) instanceof ConfigObject fields)) {
      throw Place.of(root, "family", "family")
          .bad("'" + hocon + "'", "one family, as AF_FOO { number = 42, create = inet_create }");
    }
    boolean inherited = withEntries && !fields.containsKey("protosw");
    FamilyProfile base = null;
    for (FamilyProfile known : kernel.families()) {
      if (known.name().equals(names.get(0))) {
        base = inherited ? known : known.withProtosw(List.of());
      }
    }
    FamilyProfile family = new ProfileReader("family").family(names.get(0), fields, base);
    List<String> protos = kernel.protos().stream().map(ProtoProfile::name).toList();
    ProfileDraft.checkEntries(family, protos, "family");
    return family;
  }

  /** One entry of a family's switch, {@code SOCK_STREAM 99 TCP permanent icsk}. */
  public static ProtoswProfile protosw(String line) {
    return ProfileReader.protosw(line, new Place("protosw", -1, "protosw"));
  }

  private static void readBuiltIn(String name, Place place, ProfileDraft draft) {
    URL resource = KernelProfiles.class.getResource(name + ".conf");
    if (resource == null || !BUILT_IN.contains(name)) {
      throw place.bad("no profile '" + name + "'", BUILT_IN.toString());
    }
    ConfigObject root = parse(() -> ConfigFactory.parseURL(resource), name).root();
    new ProfileReader(name).read(root, draft);
  }

  private static void readFile(Path path, Place place, ProfileDraft draft, int depth) {
    if (depth > EXTENDS_MAX) {
      throw place.bad(
          "profiles extend each other in a circle", "at most " + EXTENDS_MAX + " steps");
    }
    if (!Files.isReadable(path) || Files.isDirectory(path)) {
      throw place.bad("cannot read '" + path + "'", "a file, or one of " + BUILT_IN);
    }
    ConfigParseOptions strict = ConfigParseOptions.defaults().setAllowMissing(false);
    ConfigObject root =
        parse(() -> ConfigFactory.parseFile(path.toFile(), strict), path.toString()).root();
    ConfigValue base = root.get("extends");
    if (base != null) {
      String name = String.valueOf(base.unwrapped());
      Place at = Place.of(base, path.toString(), "extends");
      if (BUILT_IN.contains(name)) {
        readBuiltIn(name, at, draft);
      } else {
        readFile(path.resolveSibling(name), at, draft, depth + 1);
      }
    }
    new ProfileReader(path.toString()).read(root, draft);
  }

  private static Config parse(Supplier<Config> source, String file) {
    try {
      return source.get().resolve();
    } catch (ConfigException e) {
      throw bad(e, file);
    }
  }

  private static BadProfileException bad(ConfigException e, String file) {
    @Nullable String text = e.getMessage();
    String line = text == null ? e.toString() : text.replaceAll("\\s+", " ");
    int number = e.origin() == null ? -1 : e.origin().lineNumber();
    String where = number > 0 ? file + ":" + number : file;
    return new BadProfileException(where + ": " + line + "; allowed: HOCON");
  }
}
