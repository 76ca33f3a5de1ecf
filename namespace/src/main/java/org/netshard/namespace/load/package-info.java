/**
 * Workloads: tasks that talk to each other by ordinary system calls, with sizes, rates and pauses
 * that are drawn from the seed of the run, the kernel's name and the task's.
 *
 * <p>Read {@link org.netshard.namespace.load.LoadProgram} first, then {@link
 * org.netshard.namespace.load.Asker}. The {@code socket-storm} is in {@code program}.
 *
 * <p><b>Not supported:</b> tasks in different namespaces or kernels.
 */
@NullMarked
package org.netshard.namespace.load;

import org.jspecify.annotations.NullMarked;
