/**
 * The notation of {@code strace}: logs, calls in scenarios, and reports.
 *
 * <p>Read {@link org.netshard.node.strace.StraceParser} first.
 */
@NullMarked
package org.netshard.node.strace;

import org.jspecify.annotations.NullMarked;
