package org.netshard.namespace.net;

/** Finds sockets from the descriptors of tasks. */
@FunctionalInterface
public interface SocketFinder {
  /** The sockets of a namespace that a task can reach. */
  NetSockets sockets(NetState net);
}
