package org.netshard.node.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.actor.Kernel;
import org.netshard.node.run.Nodes;
import org.netshard.node.run.RunFailure;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code netshard node}: a member of a cluster. */
@Command(
    name = "node",
    description = {
      "Starts a member of a cluster and stays until it is ended (SIGTERM).",
      "Without --seed-node it begins a cluster that others can join."
    },
    mixinStandardHelpOptions = true,
    versionProvider = NetshardCommand.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the node left its cluster",
      "2:the input is wrong, or there is no cluster to join"
    })
final class NodeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ClusterOptions clusterOptions = new ClusterOptions();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "TCP port, 0 for any free one. Default 25520.")
  private @Nullable Integer port;

  @Option(
      names = "--seed-node",
      paramLabel = "HOST:PORT",
      description = "A node of the cluster to join. May be repeated.")
  private List<String> seedNodes = new ArrayList<>();

  @Override
  public Integer call() throws RunFailure {
    OptionalInt chosen = port == null ? OptionalInt.empty() : OptionalInt.of(port);
    Nodes node =
        Nodes.member(
            clusterOptions.host(),
            chosen,
            ClusterOptions.addresses(seedNodes),
            clusterOptions.config(),
            Kernel::create);
    showCluster();
    PrintWriter out = spec.commandLine().getOut();
    out.println("node up at " + node.address());
    out.flush();
    node.whenEnded().join();
    return ExitCodes.GOOD;
  }

  /** Who runs a node wants to know of members that come, go, or cannot be reached. */
  private static void showCluster() {
    if (LoggerFactory.getLogger("akka.cluster") instanceof Logger logger) {
      logger.setLevel(Level.WARN);
    }
  }
}
