package org.netshard.node.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of commands that take part in a cluster of several JVMs. */
final class ClusterOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "HOCON file with settings of this node, such as netshard.tls.")
  private @Nullable Path config;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Address that other nodes reach this one by. Default 127.0.0.1.")
  private @Nullable String host;

  Optional<Path> config() {
    return Optional.ofNullable(config);
  }

  Optional<String> host() {
    return Optional.ofNullable(host);
  }

  boolean isGiven() {
    return config != null || host != null;
  }

  /** The addresses of a list that may be separated by commas. */
  static List<String> addresses(List<String> given) {
    List<String> all = new ArrayList<>();
    for (String one : given) {
      for (String address : one.split(",", -1)) {
        all.add(address.strip());
      }
    }
    return all;
  }
}
