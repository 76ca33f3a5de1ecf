/**
 * Replay: the calls of a {@code strace} log, made again in a simulated kernel and compared.
 *
 * <p>Read {@link org.netshard.node.replay.LogReplay} first.
 */
@NullMarked
package org.netshard.node.replay;

import org.jspecify.annotations.NullMarked;
