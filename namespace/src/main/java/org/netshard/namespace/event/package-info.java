/**
 * Virtual time: the queue of events of one kernel, and the hash of what came of them.
 *
 * <p>Read {@link org.netshard.namespace.event.EventQueue} first.
 */
@NullMarked
package org.netshard.namespace.event;

import org.jspecify.annotations.NullMarked;
