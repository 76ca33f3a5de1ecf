package org.netshard.protocol.core;

/** Receives every hop of a call; see {@code netshard trace}. */
public interface HopTrace {
  /**
   * The baton is handed on, or a function of the kernel is reached inside an actor.
   *
   * @param from name of the actor that hands it on
   * @param to name of the actor that gets it; the same for work inside one actor
   * @param message the message
   * @param function the kernel function that this stands for
   */
  void hop(String from, String to, Object message, String function);
}
