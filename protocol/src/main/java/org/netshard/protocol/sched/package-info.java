/**
 * Queueing disciplines of devices.
 *
 * <p><b>Source:</b> {@code net/sched}.
 */
@NullMarked
package org.netshard.protocol.sched;

import org.jspecify.annotations.NullMarked;
