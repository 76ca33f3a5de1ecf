package org.netshard.node.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of commands that take part in a cluster of several JVMs. */
final class ClusterOptions {
  private static final int PORT_MAX = 65_535;
  private static final int CONNECT_TIMEOUT_MS = 5_000;

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
    if (host != null && host.isBlank()) {
      throw new BadInputException("--host is empty; allowed is an address or a name");
    }
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

  /**
   * Refuses a cluster of which no node can be reached, before anything is started.
   *
   * @param addresses nodes as {@code host:port}
   */
  static void checkReachable(List<String> addresses) {
    String problem = "";
    for (String address : addresses) {
      int colon = address.lastIndexOf(':');
      if (colon < 1 || !address.substring(colon + 1).matches("[0-9]{1,5}")) {
        throw new BadInputException("--cluster " + address + ": must be HOST:PORT");
      }
      int port = Integer.parseInt(address.substring(colon + 1));
      if (port < 1 || port > PORT_MAX) {
        throw new BadInputException("--cluster " + address + ": the port must be 1 to 65535");
      }
      try (Socket socket = new Socket()) {
        socket.connect(
            new InetSocketAddress(address.substring(0, colon), port), CONNECT_TIMEOUT_MS);
        return;
      } catch (UnknownHostException e) {
        problem = address + ": no such host";
      } catch (IOException e) {
        problem = address + ": " + e.getMessage();
      }
    }
    throw new BadInputException("no cluster at " + problem);
  }
}
