/**
 * The path of one call through the actors of a kernel.
 *
 * <p>Read {@link org.netshard.node.trace.CallTrace}.
 */
@NullMarked
package org.netshard.node.trace;

import org.jspecify.annotations.NullMarked;
