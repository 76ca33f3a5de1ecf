/**
 * Running a scenario on a cluster: the conductor, the clocks of the nodes, and the client.
 *
 * <p>A {@link org.netshard.node.run.RunClient} hands the kernels of a scenario to the {@link
 * org.netshard.node.run.Conductor}, a cluster singleton. It boots them through Cluster Sharding,
 * opens one window of virtual time after the other at the {@link org.netshard.node.run.NodeClock}
 * of each node, and passes on what the kernels report. Read {@link
 * org.netshard.node.run.RunProtocol} first.
 *
 * <p>The wall clock is read here only to find out that something has stalled and to show progress;
 * no result depends on it.
 */
@NullMarked
package org.netshard.node.run;

import org.jspecify.annotations.NullMarked;
