package org.netshard.node.run;

import akka.actor.typed.ActorRef;
import java.util.List;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;

/**
 * The messages between client, conductor and clocks. All of them can travel between nodes.
 *
 * <p>{@code epoch} is the number of a run; messages of another run are dropped.
 */
public final class RunProtocol {
  private RunProtocol() {}

  /** What the conductor understands. */
  public interface ToConductor {}

  /** What the clock of a node is told by the conductor. */
  public sealed interface ToClock {}

  /** What the client of a run is told by the conductor. */
  public interface ToClient {
    /** The number of the run. */
    long epoch();
  }

  /**
   * Asks for a run; answered by {@link RunAccepted} or {@link RunFailed}.
   *
   * @param scenario name of the scenario for messages
   * @param kernels how many kernels it has
   * @param horizonNs virtual time of its end; {@link Long#MAX_VALUE} for none
   * @param nodesMin how many nodes must be there before it begins
   * @param client who asks
   */
  public record StartRun(
      String scenario, int kernels, long horizonNs, int nodesMin, ActorRef<ToClient> client)
      implements ToConductor {}

  /**
   * One kernel that was asked for.
   *
   * @param epoch number of the run
   * @param spec the kernel
   */
  public record KernelOffer(long epoch, KernelSpec spec) implements ToConductor {}

  /**
   * The client has taken the last reports and wants more.
   *
   * @param epoch number of the run
   */
  public record MoreReports(long epoch) implements ToConductor {}

  /**
   * The client wants the run to end now.
   *
   * @param epoch number of the run
   */
  public record CancelRun(long epoch) implements ToConductor {}

  /**
   * A node is there.
   *
   * @param node its address
   * @param clock its clock
   */
  public record Hello(String node, ActorRef<ToClock> clock) implements ToConductor {}

  /**
   * A clock has left earlier runs behind and takes part in this one.
   *
   * @param epoch number of the run
   * @param node address of the node
   */
  public record ClockReady(long epoch, String node) implements ToConductor {}

  /**
   * Kernels of a node that have booted, or failed to.
   *
   * @param epoch number of the run
   * @param node address of the node
   * @param kernels the kernels
   */
  public record KernelsBooted(long epoch, String node, List<BootedKernel> kernels)
      implements ToConductor {
    public KernelsBooted {
      kernels = List.copyOf(kernels);
    }
  }

  /**
   * A kernel that has booted, or failed to.
   *
   * @param name its name
   * @param nextEventNs time of its first event; {@link Long#MAX_VALUE} for none
   * @param error what is wrong in its spec, empty if nothing
   */
  public record BootedKernel(String name, long nextEventNs, String error) {}

  /**
   * All kernels of a node have reached the end of a window.
   *
   * @param epoch number of the run
   * @param window number of the window
   * @param node address of the node
   * @param nextEventNs time of the next event of any of its kernels
   * @param events events handled on it since boot
   * @param calls calls answered on it since boot
   */
  public record WindowReached(
      long epoch, long window, String node, long nextEventNs, long events, long calls)
      implements ToConductor {}

  /**
   * What some kernels of a node did.
   *
   * @param epoch number of the run
   * @param node address of the node
   * @param reports the reports; a long one comes in parts, see {@link ReportParts}
   * @param last true if there are no more on this node
   */
  public record ReportBatch(long epoch, String node, List<KernelReport> reports, boolean last)
      implements ToConductor {
    public ReportBatch {
      reports = List.copyOf(reports);
    }
  }

  /**
   * No kernel of the run is left on a node.
   *
   * @param epoch number of the run
   * @param node address of the node
   */
  public record KernelsHalted(long epoch, String node) implements ToConductor {}

  /** The conductor knows this node. */
  public record Welcome(ActorRef<ToConductor> conductor) implements ToClock {}

  /**
   * A run begins: kernels that start now belong to it; answered by {@link ClockReady}.
   *
   * @param epoch number of the run
   * @param conductor who runs it
   */
  public record BeginRun(long epoch, ActorRef<ToConductor> conductor) implements ToClock {}

  /**
   * Lets all kernels handle their events before a time; answered by {@link WindowReached}.
   *
   * @param epoch number of the run
   * @param window number of the window, rising by one
   * @param endNs virtual time of its end, not included
   */
  public record OpenWindow(long epoch, long window, long endNs) implements ToClock {}

  /**
   * Asks for the next reports; answered by {@link ReportBatch}.
   *
   * @param epoch number of the run
   */
  public record GiveReports(long epoch) implements ToClock {}

  /**
   * Ends all kernels; answered by {@link KernelsHalted}.
   *
   * @param epoch number of the run
   */
  public record EndRun(long epoch) implements ToClock {}

  /**
   * The run begins.
   *
   * @param epoch number of the run
   * @param nodes how many nodes it has
   * @param conductor who runs it
   */
  public record RunAccepted(long epoch, int nodes, ActorRef<ToConductor> conductor)
      implements ToClient {}

  /**
   * Asks for kernels, each to be sent as a {@link KernelOffer}.
   *
   * @param epoch number of the run
   * @param from number of the first one
   * @param count how many
   */
  public record GiveKernels(long epoch, int from, int count) implements ToClient {}

  /**
   * How far the run is.
   *
   * @param epoch number of the run
   * @param booted kernels that have booted
   * @param virtualNs virtual time reached
   * @param events events handled
   * @param calls calls answered
   */
  public record RunProgress(long epoch, int booted, long virtualNs, long events, long calls)
      implements ToClient {}

  /**
   * What some kernels did; the client answers with {@link MoreReports}.
   *
   * @param epoch number of the run
   * @param reports the reports or parts of them
   */
  public record SomeReports(long epoch, List<KernelReport> reports) implements ToClient {
    public SomeReports {
      reports = List.copyOf(reports);
    }
  }

  /**
   * All reports have been given.
   *
   * @param epoch number of the run
   * @param virtualNs virtual time reached
   * @param atHorizon whether the run ended at its horizon with events left
   */
  public record RunEnded(long epoch, long virtualNs, boolean atHorizon) implements ToClient {}

  /**
   * The run cannot go on.
   *
   * @param epoch number of the run, or -1 if it has not begun
   * @param badInput whether the scenario is wrong
   * @param line what happened, in one line
   */
  public record RunFailed(long epoch, boolean badInput, String line) implements ToClient {}

  /**
   * Nothing of the run is left in the cluster.
   *
   * @param epoch number of the run
   */
  public record RunClosed(long epoch) implements ToClient {}
}
