/**
 * How nodes find, trust and understand each other: settings, lanes, serialization, start.
 *
 * <p>Knows nothing of what is simulated. {@link org.netshard.cluster.ClusterNode} starts an actor
 * system from a profile of {@code netshard-cluster.conf}, the user's file and {@link
 * org.netshard.cluster.NodeSettings}; package {@code lane} holds the dispatchers, {@code
 * serialization} the wire format. Read {@code netshard-cluster.conf} first.
 */
@NullMarked
package org.netshard.cluster;

import org.jspecify.annotations.NullMarked;
