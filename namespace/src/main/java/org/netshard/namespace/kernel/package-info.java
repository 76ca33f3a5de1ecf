/**
 * One simulated machine as a model: its tasks, namespaces, cgroups, families and programs, and what
 * changes it while it runs.
 *
 * <p>Read {@link org.netshard.namespace.kernel.KernelModel} first.
 */
@NullMarked
package org.netshard.namespace.kernel;

import org.jspecify.annotations.NullMarked;
