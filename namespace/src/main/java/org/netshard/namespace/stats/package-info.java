/**
 * What workloads measure in virtual time: latencies and throughput, kept so that those of several
 * kernels add up to the same on any number of nodes.
 *
 * <p>Read {@link org.netshard.namespace.stats.LoadStats} first. Percentiles are the affair of the
 * report.
 */
@NullMarked
package org.netshard.namespace.stats;

import org.jspecify.annotations.NullMarked;
