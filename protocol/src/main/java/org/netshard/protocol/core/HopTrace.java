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

  /**
   * A function of the kernel is reached, if anybody wants to know.
   *
   * @param net a namespace of the kernel
   * @param where the actor in which it is
   * @param what what it is about
   */
  static void note(NetNs net, String where, String what, String function) {
    HopTrace trace = net.machine().trace();
    if (trace != null) {
      trace.hop(where, where, what, function);
    }
  }

  /**
   * The same about a number, whose text is made only if anybody wants to know.
   *
   * @param what what the number is
   */
  static void note(NetNs net, String where, String what, int number, String function) {
    HopTrace trace = net.machine().trace();
    if (trace != null) {
      trace.hop(where, where, what + " " + number, function);
    }
  }
}
