/**
 * Lanes: dispatchers with a single thread of their own, on which all actors of one kernel run.
 *
 * <p>A message between actors of one lane is a push to the thread's own queue, without lock or
 * wake-up; only a message from another thread goes through a shared queue. Dispatchers {@code
 * netshard.lanes.lane-0} to {@code lane-15} are lanes; those whose numbers agree modulo {@code
 * netshard.lanes.threads} share a thread of their actor system. Read {@link
 * org.netshard.cluster.lane.LaneThread} first.
 */
@NullMarked
package org.netshard.cluster.lane;

import org.jspecify.annotations.NullMarked;
