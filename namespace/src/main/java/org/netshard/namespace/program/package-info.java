/**
 * Programs: what the tasks of a kernel do, run by the kernel's own lane.
 *
 * <p>Read {@link org.netshard.namespace.program.Program} first.
 */
@NullMarked
package org.netshard.namespace.program;

import org.jspecify.annotations.NullMarked;
