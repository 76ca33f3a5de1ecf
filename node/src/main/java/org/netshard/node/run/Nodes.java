package org.netshard.node.run;

import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.netshard.cluster.ClusterNode;
import org.netshard.cluster.NodeSettings;
import org.netshard.cluster.serialization.WireFormat;
import org.netshard.cluster.serialization.WireFormatException;
import org.netshard.cluster.serialization.WireLimits;
import org.netshard.cluster.serialization.WireRegistry;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.node.scenario.Scenario;

/** The nodes that this JVM has: one alone, several, or one of a cluster of JVMs. */
public final class Nodes implements AutoCloseable {
  /** Most nodes in one JVM. */
  public static final int IN_PROCESS_MAX = 64;

  private static final long JOIN_SECONDS_MAX = 30;
  private static final long END_SECONDS_MAX = 20;

  private final List<ActorSystem<NodeGuardian.Command>> systems;
  private final int nodesMin;

  private Nodes(List<ActorSystem<NodeGuardian.Command>> systems, int nodesMin) {
    this.systems = List.copyOf(systems);
    this.nodesMin = nodesMin;
  }

  /**
   * Starts nodes in this JVM that know only each other.
   *
   * @param count how many
   * @param factory makes kernels
   * @throws RunFailure if they cannot form a cluster
   */
  public static Nodes inProcess(int count, KernelFactory factory) throws RunFailure {
    List<ActorSystem<NodeGuardian.Command>> systems = new ArrayList<>();
    Nodes started = null;
    try {
      for (int i = 0; i < count; i++) {
        List<String> seeds = i == 0 ? List.of() : List.of(ClusterNode.address(systems.get(0)));
        NodeSettings settings =
            count == 1 ? NodeSettings.local() : NodeSettings.inProcess("node-" + i, seeds);
        systems.add(ClusterNode.start(NodeGuardian.create(factory), settings));
        awaitUp(systems.get(i), seeds);
      }
      started = new Nodes(systems, count);
      return started;
    } finally {
      if (started == null) {
        systems.forEach(ActorSystem::terminate);
      }
    }
  }

  /**
   * Starts a node that joins a cluster, or begins one.
   *
   * @param host address that others reach it by
   * @param port its port; 0 for any free one
   * @param seeds nodes of the cluster; with none it begins a cluster
   * @param config a HOCON file of the user
   * @param factory makes kernels
   * @throws RunFailure if it cannot join
   */
  public static Nodes member(
      Optional<String> host,
      OptionalInt port,
      List<String> seeds,
      Optional<Path> config,
      KernelFactory factory)
      throws RunFailure {
    NodeSettings settings =
        new NodeSettings("node", NodeSettings.Profile.MEMBER, host, port, seeds, config);
    ActorSystem<NodeGuardian.Command> system =
        ClusterNode.start(NodeGuardian.create(factory), settings);
    boolean up = false;
    try {
      awaitUp(system, seeds);
      up = true;
    } finally {
      if (!up) {
        system.terminate();
      }
    }
    return new Nodes(List.of(system), upMembers(system));
  }

  private static int upMembers(ActorSystem<?> system) {
    int count = 0;
    for (Member member : Cluster.get(system).state().getMembers()) {
      count += member.status().equals(MemberStatus.up()) ? 1 : 0;
    }
    return count;
  }

  private static void awaitUp(ActorSystem<?> system, List<String> seeds) throws RunFailure {
    String where = seeds.isEmpty() ? ClusterNode.address(system) : String.join(", ", seeds);
    try {
      ClusterNode.whenUp(system).toCompletableFuture().get(JOIN_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new RunFailure(
          true, "no cluster at " + where + ": nobody answered in " + JOIN_SECONDS_MAX + " s");
    } catch (ExecutionException e) {
      throw new RunFailure(
          true,
          "the cluster at " + where + " refused this node; the log of its nodes has the reason");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunFailure(false, "interrupted");
    }
  }

  /** Where other nodes reach the first of these. */
  public String address() {
    return ClusterNode.address(systems.get(0));
  }

  /** Completed when the first of these nodes has ended. */
  public CompletableFuture<?> whenEnded() {
    return systems.get(0).getWhenTerminated().toCompletableFuture();
  }

  /**
   * Runs a scenario.
   *
   * @param scenario the scenario
   * @param listener told of progress
   * @param awaitClosed whether to wait until nothing of it is left in the cluster
   * @throws RunFailure if it does not come to its end
   */
  public RunOutcome run(Scenario scenario, RunListener listener, boolean awaitClosed)
      throws RunFailure {
    CompletableFuture<RunOutcome> outcome = new CompletableFuture<>();
    CompletableFuture<Void> closed = new CompletableFuture<>();
    WireLimits limits = WireLimits.of(systems.get(0).settings().config());
    WireFormat format = WireFormat.create(WireRegistry.load(), limits);
    RunClient.Job job =
        new RunClient.Job(
            scenario, nodesMin, spec -> tooLarge(spec, format, limits), listener, outcome, closed);
    var unused =
        whenEnded()
            .thenRun(
                () ->
                    outcome.completeExceptionally(
                        new RunFailure(
                            false, "this node was cut off from its cluster; the run is given up")));
    systems.get(0).tell(new NodeGuardian.Run(job));
    try {
      RunOutcome result = outcome.get();
      if (awaitClosed) {
        closed.get(END_SECONDS_MAX, TimeUnit.SECONDS);
      }
      return result;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RunFailure failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new RunFailure(
          false, "the kernels of the run did not end in " + END_SECONDS_MAX + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunFailure(false, "interrupted");
    }
  }

  private static String tooLarge(KernelSpec spec, WireFormat format, WireLimits limits) {
    try {
      byte[] bytes = format.write(spec);
      return bytes.length < limits.messageBytesMax() - 1024 ? "" : tooLarge(spec, limits);
    } catch (WireFormatException e) {
      return tooLarge(spec, limits);
    }
  }

  private static String tooLarge(KernelSpec spec, WireLimits limits) {
    return "kernel `%s` is too large to be sent to another node: its tasks take more than %d KiB"
        .formatted(spec.name(), limits.messageBytesMax() / 1024);
  }

  /** Ends the nodes; does not wait for it. */
  public void terminate() {
    systems.forEach(ActorSystem::terminate);
  }

  /** Ends the nodes and waits for it. */
  @Override
  public void close() {
    // The youngest first, so that none has to take over what another hands on.
    for (int i = systems.size() - 1; i >= 0; i--) {
      systems.get(i).terminate();
    }
    for (ActorSystem<?> system : systems) {
      try {
        system.getWhenTerminated().toCompletableFuture().get(END_SECONDS_MAX, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        system.log().warn("node {} did not end: {}", system.address(), e.toString());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
