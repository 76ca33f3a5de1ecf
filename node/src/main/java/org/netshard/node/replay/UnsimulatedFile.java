package org.netshard.node.replay;

/**
 * What stands behind a descriptor that came from a call which is not simulated.
 *
 * @param socket whether it is a socket
 * @param origin the call it came from
 */
record UnsimulatedFile(boolean socket, String origin) {
  /** What it is, for people. */
  String what() {
    return (socket ? "a socket from " : "a file from ") + origin;
  }
}
