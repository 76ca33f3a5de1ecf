package org.netshard.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a node is started with; what is empty here is as the profile and the user's file say.
 *
 * @param name the node's name in reports and logs; all actor systems are named {@code netshard}
 * @param profile which section of {@code netshard-cluster.conf} is the base
 * @param host address or name that other nodes reach this one by
 * @param port TCP port, 0 for any free one
 * @param seedNodes nodes to join, as {@code host:port}; with none, here or in the user's file, the
 *     node is the first of a cluster and joins itself
 * @param userConfig a HOCON file laid over the profile
 */
public record NodeSettings(
    String name,
    Profile profile,
    Optional<String> host,
    OptionalInt port,
    List<String> seedNodes,
    Optional<Path> userConfig) {

  /** A section of {@code netshard-cluster.conf}. */
  public enum Profile {
    /** One node, everything in memory. */
    LOCAL("local"),
    /** One of several nodes in this JVM. */
    IN_PROCESS("in-process"),
    /** A node of a cluster of several JVMs. */
    MEMBER("member");

    final String section;

    Profile(String section) {
      this.section = section;
    }
  }

  /** Copies the list. */
  public NodeSettings {
    seedNodes = List.copyOf(seedNodes);
  }

  /** A node alone. */
  public static NodeSettings local() {
    return of("local", Profile.LOCAL);
  }

  /** One of several nodes in this JVM; the first has no seed nodes, the others name the first. */
  public static NodeSettings inProcess(String name, List<String> seedNodes) {
    return of(name, Profile.IN_PROCESS).withSeedNodes(seedNodes);
  }

  /** A node of a cluster of several JVMs. */
  public static NodeSettings member(String name) {
    return of(name, Profile.MEMBER);
  }

  private static NodeSettings of(String name, Profile profile) {
    return new NodeSettings(
        name, profile, Optional.empty(), OptionalInt.empty(), List.of(), Optional.empty());
  }

  public NodeSettings withName(String newName) {
    return new NodeSettings(newName, profile, host, port, seedNodes, userConfig);
  }

  public NodeSettings withHost(String newHost) {
    return new NodeSettings(name, profile, Optional.of(newHost), port, seedNodes, userConfig);
  }

  public NodeSettings withPort(int newPort) {
    return new NodeSettings(name, profile, host, OptionalInt.of(newPort), seedNodes, userConfig);
  }

  public NodeSettings withSeedNodes(List<String> newSeedNodes) {
    return new NodeSettings(name, profile, host, port, newSeedNodes, userConfig);
  }

  public NodeSettings withUserConfig(Path file) {
    return new NodeSettings(name, profile, host, port, seedNodes, Optional.of(file));
  }
}
