package org.netshard.namespace.actor;

import org.netshard.namespace.program.Program;
import org.netshard.namespace.spec.KernelReport;
import org.netshard.namespace.spec.KernelSpec;
import org.netshard.protocol.actor.KernelMessage;

/** The messages between a kernel and those who run the simulation. */
public final class KernelProtocol {
  private KernelProtocol() {}

  /** A request to a kernel that can come from another node. */
  public sealed interface Command extends KernelMessage {}

  /**
   * Makes the machine as described, with its tasks and namespaces; answered by {@link Booted}.
   *
   * @param epoch number of this run of windows; commands of another epoch are dropped
   * @param spec what the kernel is to be
   */
  public record Boot(long epoch, KernelSpec spec) implements Command {}

  /**
   * Handles every event before the end of a window; answered by {@link WindowDone}.
   *
   * @param epoch see {@link Boot}
   * @param window number of the window, rising by one
   * @param endNs virtual time of its end, not included
   */
  public record RunWindow(long epoch, long window, long endNs) implements Command {}

  /**
   * Asks what the kernel did; answered by {@link Reported}.
   *
   * @param epoch see {@link Boot}
   */
  public record Report(long epoch) implements Command {}

  /**
   * Ends the kernel and all below it.
   *
   * @param epoch see {@link Boot}
   */
  public record Halt(long epoch) implements Command {}

  /**
   * Gives the kernel one more program, as an object of this JVM; it runs in the windows to come.
   *
   * @param program the program
   */
  public record Attach(Program program) implements KernelMessage {}

  /** What a kernel tells the clock of its node. It never leaves the node. */
  public sealed interface Reply {
    /** Name of the kernel. */
    String kernel();
  }

  /**
   * The machine is up, or is not.
   *
   * @param kernel name of the kernel
   * @param nextEventNs time of its first event; {@link Long#MAX_VALUE} for none
   * @param error what in the spec was wrong, one line with the place; empty if nothing
   */
  public record Booted(String kernel, long nextEventNs, String error) implements Reply {}

  /**
   * The window has been reached.
   *
   * @param kernel name of the kernel
   * @param window number of the window
   * @param nextEventNs time of its next event; {@link Long#MAX_VALUE} for none
   * @param events events handled since boot
   * @param calls calls answered since boot
   */
  public record WindowDone(String kernel, long window, long nextEventNs, long events, long calls)
      implements Reply {}

  /**
   * What the kernel did.
   *
   * @param kernel name of the kernel
   * @param report the report
   */
  public record Reported(String kernel, KernelReport report) implements Reply {}
}
