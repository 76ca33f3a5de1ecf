/**
 * How nodes find, trust and understand each other: settings, lanes, serialization, start.
 *
 * <p>Knows nothing of what is simulated. {@link org.netshard.cluster.ClusterNode} starts an actor
 * system from a profile of {@code netshard-cluster.conf}, the user's file and {@link
 * org.netshard.cluster.NodeSettings}; package {@code lane} holds the dispatchers, {@code
 * serialization} the wire format. Read {@code netshard-cluster.conf} first.
 *
 * <p>Measured on two busy cores (JDK 17, {@code StartBenchmark}, {@code HopBenchmark} among the
 * tests): a first node is up after 2.0 s and its first shard answers after 2.2 s, with an archive
 * of classes ({@code -XX:SharedArchiveFile}) after 1.0 s and 1.2 s, in a warm JVM after 0.1 s and
 * 0.2 s; a node alone ends in 0.3 s, three in one JVM in 1.3 s. A hop between actors of a lane
 * takes 60 ns, on the default dispatcher 350 ns.
 */
@NullMarked
package org.netshard.cluster;

import org.jspecify.annotations.NullMarked;
