package org.netshard.node.run;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.SingletonActor;
import org.netshard.cluster.ClusterNode;
import org.netshard.node.run.RunProtocol.ToConductor;

/** The top of a node: its clock, its share of the kernels, and its way to the conductor. */
public final class NodeGuardian {
  private NodeGuardian() {}

  /** What it understands. */
  public sealed interface Command {}

  /** Runs a scenario on the cluster. */
  record Run(RunClient.Job job) implements Command {}

  /**
   * The guardian of a node.
   *
   * @param factory makes kernels
   */
  public static Behavior<Command> create(KernelFactory factory) {
    return Behaviors.setup(
        context -> {
          var system = context.getSystem();
          String node = ClusterNode.address(system);
          ActorRef<Object> clock = context.spawn(NodeClock.create(node), "NodeClock");
          KernelRegions regions = KernelRegions.start(system, factory, clock);
          RunSettings settings = RunSettings.of(system.settings().config());
          Behavior<ToConductor> conductor =
              Behaviors.supervise(Conductor.create(settings, regions))
                  .onFailure(SupervisorStrategy.stop());
          ActorRef<ToConductor> proxy =
              ClusterSingleton.get(system).init(SingletonActor.of(conductor, "conductor"));
          clock.tell(new NodeClock.Start(proxy));
          return Behaviors.receive(Command.class)
              .onMessage(
                  Run.class,
                  run -> {
                    context.spawnAnonymous(RunClient.create(run.job(), proxy));
                    return Behaviors.same();
                  })
              .build();
        });
  }
}
