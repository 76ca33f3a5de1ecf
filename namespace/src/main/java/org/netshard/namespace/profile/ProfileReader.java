package org.netshard.namespace.profile;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.family.CreateRules;
import org.netshard.protocol.profile.FamilyProfile;
import org.netshard.protocol.profile.ProtoProfile;
import org.netshard.protocol.profile.ProtoswProfile;
import org.netshard.protocol.profile.SysctlProfile;

/**
 * Reads the objects of a profile into a draft; what a file says replaces what it extends: a proto
 * by its name, an entry of a switch by type and protocol, a family and a sysctl by their names.
 */
final class ProfileReader {
  private static final List<String> KEYS =
      List.of(
          "name",
          "extends",
          "inode",
          "file",
          "dentry",
          "cgroup",
          "kernel-netlink",
          "modules",
          "protos",
          "families",
          "remove-families",
          "sysctls");
  private static final List<String> FAMILY_KEYS =
      List.of("number", "create", "alloc-errno", "protosw");
  private static final String PROTO_SYNTAX =
      "NAME BYTES slab=BYTES|no-slab [memory=tcp|udp|none] [pressure|no-pressure] [maxhdr=BYTES]"
          + " [18 letters y or n]";

  private static final int CPUS_MAX = 8192;

  /** The modules that there are, whichever of them a kernel has. */
  private static final List<String> MODULES = List.of("tcp_bbr", "tcp_cubic", "tcp_dctcp");

  private final String file;

  ProfileReader(String file) {
    this.file = file;
  }

  /** Reads a whole file. */
  void read(ConfigObject root, ProfileDraft draft) {
    checkKeys(root, KEYS, "");
    for (String key : KEYS) {
      ConfigValue value = root.get(key);
      if (value == null) {
        continue;
      }
      switch (key) {
        case "name" -> draft.name = text(value, key);
        case "inode" -> {
          draft.inodeBytes = sizeOf(value, key, draft.inodeBytes);
          draft.inodeErrno = errnoOf(value, key, draft.inodeErrno);
        }
        case "file" -> {
          draft.fileBytes = sizeOf(value, key, draft.fileBytes);
          draft.fileErrno = errnoOf(value, key, draft.fileErrno);
        }
        case "dentry" -> draft.dentryBytes = sizeOf(value, key, draft.dentryBytes);
        case "cgroup" -> readCgroup(object(value, key), draft);
        case "kernel-netlink" -> draft.kernelNetlink = numbers(value, key);
        case "modules" -> draft.modules = modules(value);
        case "protos" -> list(value, key).forEach(item -> readProto(item, draft));
        case "families" -> readFamilies(object(value, key), draft);
        case "remove-families" -> list(value, key).forEach(item -> removeFamily(item, draft));
        case "sysctls" -> readSysctls(object(value, key), "", draft);
        default -> {}
      }
    }
  }

  private void readCgroup(ConfigObject fields, ProfileDraft draft) {
    checkKeys(fields, List.of("version", "charge-cpus", "softirq-charge", "nosocket"), "cgroup");
    ConfigValue version = fields.get("version");
    if (version != null) {
      draft.cgroupVersion = integer(version, "cgroup.version", 2);
      if (draft.cgroupVersion == 0) {
        throw Place.of(version, file, "cgroup.version").bad("'0'", "1 or 2");
      }
    }
    ConfigValue cpus = fields.get("charge-cpus");
    if (cpus != null) {
      draft.chargeCpus = integer(cpus, "cgroup.charge-cpus", CPUS_MAX);
    }
    ConfigValue nosocket = fields.get("nosocket");
    if (nosocket != null) {
      draft.nosocket = nosocket.unwrapped() instanceof Boolean on && on;
    }
    ConfigValue softirq = fields.get("softirq-charge");
    if (softirq != null) {
      draft.softirqChargeFails =
          switch (text(softirq, "cgroup.softirq-charge")) {
            case "GFP_ATOMIC" -> false;
            case "GFP_NOWAIT" -> true;
            default ->
                throw Place.of(softirq, file, "cgroup.softirq-charge")
                    .bad("'" + softirq.unwrapped() + "'", "GFP_ATOMIC, GFP_NOWAIT");
          };
    }
  }

  private List<String> modules(ConfigValue value) {
    List<String> modules = new ArrayList<>();
    for (ConfigValue item : list(value, "modules")) {
      String name = text(item, "modules");
      if (!MODULES.contains(name)) {
        throw Place.of(item, file, "modules").bad("'" + name + "'", MODULES.toString());
      }
      modules.add(name);
    }
    return modules;
  }

  /** One entry of a switch: {@code TYPE PROTOCOL PROTO [permanent] [icsk] [reuse]}. */
  static ProtoswProfile protosw(String line, Place place) {
    String[] words = line.strip().split("\\s+", -1);
    if (words.length < 3) {
      throw place.bad("'" + line + "'", "TYPE PROTOCOL PROTO [permanent] [icsk] [reuse]");
    }
    int type = AbiNames.number(AbiNames.TYPES, words[0], Abi.SOCK_MAX - 1, place);
    int protocol = AbiNames.number(AbiNames.PROTOCOLS, words[1], Abi.IPPROTO_MAX - 1, place);
    List<String> flags = List.of(words).subList(3, words.length);
    for (String flag : flags) {
      if (!List.of("permanent", "icsk", "reuse").contains(flag)) {
        throw place.bad("flag '" + flag + "'", "permanent, icsk, reuse");
      }
    }
    return new ProtoswProfile(
        type,
        protocol,
        words[2],
        flags.contains("permanent"),
        flags.contains("icsk"),
        flags.contains("reuse"));
  }

  /** One family; what is not said comes from the family that is extended. */
  FamilyProfile family(String name, ConfigObject fields, @Nullable FamilyProfile base) {
    String at = "families." + name;
    checkKeys(fields, FAMILY_KEYS, at);
    Place place = Place.of(fields, file, at);
    ConfigValue number = fields.get("number");
    ConfigValue create = fields.get("create");
    if (base == null && (number == null || create == null)) {
      throw place.bad("a new family without number or create", "both " + FAMILY_KEYS);
    }
    int family =
        number == null ? known(base).family() : integer(number, at + ".number", Abi.NPROTO - 1);
    String function = create == null ? known(base).create() : text(create, at + ".create");
    if (CreateRules.byFunctionName(function) == null) {
      throw Place.of(create, file, at + ".create")
          .bad(
              "'" + function + "'",
              CreateRules.ALL.stream().map(CreateRules::functionName).toList().toString());
    }
    ConfigValue errno = fields.get("alloc-errno");
    int allocErrno =
        errno != null
            ? errno(errno, at + ".alloc-errno")
            : base == null ? Errno.ENOMEM.number() : base.allocErrno();
    List<ProtoswProfile> entries = new ArrayList<>(base == null ? List.of() : base.protosw());
    ConfigValue protosw = fields.get("protosw");
    if (protosw != null) {
      for (ConfigValue item : list(protosw, at + ".protosw")) {
        put(entries, protosw(text(item, at + ".protosw"), Place.of(item, file, at + ".protosw")));
      }
    }
    return new FamilyProfile(family, name, function, allocErrno, entries);
  }

  private static void put(List<ProtoswProfile> entries, ProtoswProfile entry) {
    for (int i = 0; i < entries.size(); i++) {
      ProtoswProfile present = entries.get(i);
      if (present.type() == entry.type() && present.protocol() == entry.protocol()) {
        entries.set(i, entry);
        return;
      }
    }
    entries.add(entry);
  }

  private void readFamilies(ConfigObject families, ProfileDraft draft) {
    for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(families).entrySet()) {
      String name = entry.getKey();
      FamilyProfile base = null;
      for (FamilyProfile known : draft.families.values()) {
        base = known.name().equals(name) ? known : base;
      }
      FamilyProfile read = family(name, object(entry.getValue(), "families." + name), base);
      FamilyProfile other = draft.families.get(read.family());
      if (other != null && !other.name().equals(name)) {
        throw Place.of(entry.getValue(), file, "families." + name)
            .bad("number " + read.family() + " is " + other.name() + "'s", "a free number");
      }
      if (base != null) {
        draft.families.remove(base.family());
      }
      draft.families.put(read.family(), read);
    }
  }

  private void removeFamily(ConfigValue item, ProfileDraft draft) {
    String name = text(item, "remove-families");
    if (!draft.families.values().removeIf(family -> family.name().equals(name))) {
      throw Place.of(item, file, "remove-families")
          .bad(
              "no family '" + name + "'",
              draft.families.values().stream().map(FamilyProfile::name).toList().toString());
    }
  }

  private void readProto(ConfigValue item, ProfileDraft draft) {
    Place place = Place.of(item, file, "protos");
    String line = text(item, "protos");
    String[] words = line.strip().split("\\s+", -1);
    if (words.length < 3 || !words[1].matches("[1-9][0-9]{0,6}")) {
      throw place.bad("'" + line + "'", PROTO_SYNTAX);
    }
    int slab = -1;
    String pool = "";
    boolean pressure = false;
    int maxHeader = 0;
    String methods = "n".repeat(18);
    for (String word : List.of(words).subList(2, words.length)) {
      if (word.matches("slab=[1-9][0-9]{0,6}")) {
        slab = Integer.parseInt(word.substring(5));
      } else if (word.equals("no-slab")) {
        slab = 0;
      } else if (word.matches("memory=(tcp|udp|none)")) {
        pool = word.equals("memory=none") ? "" : word.substring(7);
      } else if (word.matches("(no-)?pressure")) {
        pressure = word.equals("pressure");
      } else if (word.matches("maxhdr=[0-9]{1,4}")) {
        maxHeader = Integer.parseInt(word.substring(7));
      } else if (word.matches("[yn]{18}")) {
        methods = word;
      } else {
        throw place.bad("'" + word + "'", PROTO_SYNTAX);
      }
    }
    if (slab < 0) {
      throw place.bad("neither slab nor no-slab", PROTO_SYNTAX);
    }
    draft.protos.put(
        words[0],
        new ProtoProfile(
            words[0],
            Integer.parseInt(words[1]),
            slab > 0,
            slab,
            pool,
            pressure,
            maxHeader,
            methods));
  }

  private void readSysctls(ConfigObject sysctls, String prefix, ProfileDraft draft) {
    for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(sysctls).entrySet()) {
      String name = prefix + entry.getKey();
      ConfigValue value = entry.getValue();
      if (value instanceof ConfigObject nested) {
        readSysctls(nested, name + ".", draft);
        continue;
      }
      SysctlProfile base = draft.sysctls.get(name);
      Place place = Place.of(value, file, "sysctls." + name);
      draft.sysctls.put(name, SysctlLine.parse(name, text(value, "sysctls." + name), base, place));
    }
  }

  private int sizeOf(ConfigValue value, String key, int otherwise) {
    ConfigObject fields = object(value, key);
    checkKeys(fields, List.of("bytes", "errno"), key);
    ConfigValue bytes = fields.get("bytes");
    return bytes == null ? otherwise : integer(bytes, key + ".bytes", 1 << 20);
  }

  private int errnoOf(ConfigValue value, String key, int otherwise) {
    ConfigValue errno = object(value, key).get("errno");
    return errno == null ? otherwise : errno(errno, key + ".errno");
  }

  private int errno(ConfigValue value, String key) {
    Errno errno = Errno.byName(text(value, key));
    if (errno == null) {
      throw Place.of(value, file, key)
          .bad("'" + text(value, key) + "'", "the name of an errno, as ENOMEM");
    }
    return errno.number();
  }

  private List<Integer> numbers(ConfigValue value, String key) {
    List<Integer> numbers = new ArrayList<>();
    for (ConfigValue item : list(value, key)) {
      numbers.add(integer(item, key, Integer.MAX_VALUE));
    }
    return numbers;
  }

  private int integer(ConfigValue value, String key, int max) {
    if (value.unwrapped() instanceof Number number
        && number.doubleValue() == Math.rint(number.doubleValue())
        && number.doubleValue() >= 0
        && number.doubleValue() <= max) {
      return number.intValue();
    }
    throw Place.of(value, file, key).bad("'" + value.unwrapped() + "'", "0.." + max);
  }

  private String text(ConfigValue value, String key) {
    if (value.valueType() == ConfigValueType.STRING
        || value.valueType() == ConfigValueType.NUMBER) {
      return value.unwrapped().toString();
    }
    throw Place.of(value, file, key).bad("a " + kind(value), "a string");
  }

  private ConfigObject object(ConfigValue value, String key) {
    if (value instanceof ConfigObject object) {
      return object;
    }
    throw Place.of(value, file, key).bad("a " + kind(value), "an object in braces");
  }

  private ConfigList list(ConfigValue value, String key) {
    if (value instanceof ConfigList list) {
      return list;
    }
    throw Place.of(value, file, key).bad("a " + kind(value), "a list in brackets");
  }

  private void checkKeys(ConfigObject object, List<String> allowed, String at) {
    for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(object).entrySet()) {
      if (!allowed.contains(entry.getKey())) {
        String key = at.isEmpty() ? entry.getKey() : at + "." + entry.getKey();
        throw Place.of(entry.getValue(), file, key).bad("unknown key", allowed.toString());
      }
    }
  }

  private static String kind(ConfigValue value) {
    return value.valueType().name().toLowerCase(Locale.ROOT);
  }

  private static FamilyProfile known(@Nullable FamilyProfile base) {
    if (base == null) {
      throw new IllegalStateException("a field is missing after the check");
    }
    return base;
  }
}
