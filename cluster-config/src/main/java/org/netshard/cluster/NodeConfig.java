package org.netshard.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netshard.cluster.lane.LaneExecutorConfigurator;
import org.netshard.cluster.lane.Lanes;
import org.netshard.cluster.serialization.WireLimits;
import org.netshard.cluster.serialization.WireRegistry;

/**
 * The settings of a node, put together: {@link NodeSettings} over system properties over the user's
 * file over the profile over {@code netshard-cluster.conf} over each library's {@code
 * reference.conf}.
 */
final class NodeConfig {
  static final String SYSTEM_NAME = "netshard";
  private static final String SEED_NODES = "akka.cluster.seed-nodes";
  private static final int SHARDS_MAX = 100_000;

  private final NodeSettings settings;
  private final WireRegistry registry;

  private NodeConfig(NodeSettings settings, WireRegistry registry) {
    this.settings = settings;
    this.registry = registry;
  }

  /**
   * The resolved settings.
   *
   * @throws BadConfig if the user's file or the settings cannot be used
   */
  static Config load(NodeSettings settings, WireRegistry registry) {
    try {
      return new NodeConfig(settings, registry).load();
    } catch (ConfigException e) {
      throw BadConfig.of(e);
    }
  }

  private Config load() {
    Config base =
        ConfigFactory.parseResources(
            NodeConfig.class.getClassLoader(),
            "netshard-cluster.conf",
            ConfigParseOptions.defaults().setAllowMissing(false));
    Config defaults = base.withFallback(ConfigFactory.defaultReferenceUnresolved());
    Config profile = base.getConfig("netshard.profiles." + settings.profile().section);
    Config user = settings.userConfig().map(NodeConfig::parse).orElse(ConfigFactory.empty());
    Config above = overrides().withFallback(ConfigFactory.defaultOverrides()).withFallback(user);
    Config full = above.withFallback(profile).withFallback(defaults).resolve();
    Config known = defaults.resolve();
    Config userResolved = user.resolveWith(full);
    if (userResolved.hasPath("netshard")) {
      checkKeys("netshard", userResolved.getObject("netshard"), known.getObject("netshard"));
    }
    if (full.getBoolean("netshard.tls.enabled")) {
      Config tls = base.getConfig("netshard.profiles.tls");
      full = above.withFallback(tls).withFallback(profile).withFallback(defaults).resolve();
      TlsCheck.check(full);
    }
    checkValues(full);
    return full;
  }

  private static Config parse(Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new BadConfig(file.toString(), "no such file, or it cannot be read", null);
    }
    return ConfigFactory.parseFile(
        file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
  }

  /** What the settings and the code say, over everything else. */
  private Config overrides() {
    Map<String, Object> values = new TreeMap<>();
    values.put("netshard.node.name", settings.name());
    values.put("netshard.wire.version", WireRegistry.VERSION);
    values.put("netshard.wire.fingerprint", registry.fingerprint());
    settings.host().ifPresent(h -> values.put("akka.remote.artery.canonical.hostname", h));
    settings
        .port()
        .ifPresent(
            port -> {
              if (port < 0 || port > 65_535) {
                throw new BadConfig("port", "must be 0 to 65535, not " + port, null);
              }
              values.put("akka.remote.artery.canonical.port", port);
            });
    if (!settings.seedNodes().isEmpty()) {
      List<String> nodes = new ArrayList<>();
      settings.seedNodes().forEach(node -> nodes.add(address(node)));
      values.put(SEED_NODES, nodes);
    }
    Config config = ConfigFactory.empty();
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      config =
          config.withValue(
              entry.getKey(), ConfigValueFactory.fromAnyRef(entry.getValue(), "node settings"));
    }
    return config;
  }

  /** Akka's address of {@code host:port}. */
  private static String address(String node) {
    if (!node.matches("(\\[[0-9a-fA-F:.]+]|[^:/@\\s\\[\\]]+):[0-9]{1,5}")) {
      throw new BadConfig("seed node " + node, "must be HOST:PORT", null);
    }
    int port = Integer.parseInt(node.substring(node.lastIndexOf(':') + 1));
    if (port < 1 || port > 65_535) {
      throw new BadConfig("seed node " + node, "the port must be 1 to 65535", null);
    }
    return "akka://" + SYSTEM_NAME + "@" + node;
  }

  /** Refuses keys that do not exist and objects in place of values, or values of objects. */
  private static void checkKeys(String path, ConfigObject given, ConfigObject known) {
    for (Map.Entry<String, ConfigValue> entry : given.entrySet()) {
      ConfigValue value = entry.getValue();
      ConfigValue expected = known.get(entry.getKey());
      String name = path + "." + entry.getKey();
      if (expected == null) {
        throw BadConfig.at(
            value.origin(),
            "unknown key %s; %s has %s"
                .formatted(name, path, String.join(", ", new TreeMap<>(known).keySet())));
      }
      boolean isObject = value.valueType() == ConfigValueType.OBJECT;
      if (isObject != (expected.valueType() == ConfigValueType.OBJECT)) {
        throw BadConfig.at(
            value.origin(), name + (isObject ? " is a value, not an object" : " is an object"));
      }
      if (isObject) {
        checkKeys(name, (ConfigObject) value, (ConfigObject) expected);
      }
    }
  }

  private static void checkValues(Config full) {
    checkRange(full, Lanes.COUNT, 1, Lanes.COUNT_MAX);
    checkRange(full, "netshard.sharding.number-of-shards", 1, SHARDS_MAX);
    int unusedThreads = LaneExecutorConfigurator.threadCount(full);
    try {
      WireLimits limits = WireLimits.of(full);
      String frame = "akka.remote.artery.advanced.maximum-frame-size";
      if (full.getBytes(frame) < limits.messageBytesMax() + 16 * 1024L) {
        throw BadConfig.at(
            full.getValue("netshard.wire.max-message-bytes").origin(),
            "netshard.wire.max-message-bytes must be 16 KiB less than " + frame);
      }
    } catch (IllegalArgumentException e) {
      throw BadConfig.at(full.getValue("netshard.wire").origin(), String.valueOf(e.getMessage()));
    }
  }

  private static void checkRange(Config full, String path, int min, int max) {
    int value = full.getInt(path);
    if (value < min || value > max) {
      throw BadConfig.at(
          full.getValue(path).origin(),
          "%s must be %d to %d, not %d".formatted(path, min, max, value));
    }
  }
}
