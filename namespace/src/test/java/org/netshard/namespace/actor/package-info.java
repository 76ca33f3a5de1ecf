/** Kernels as actors: creations, limits, bugs, and what is left at the end. */
@NullMarked
package org.netshard.namespace.actor;

import org.jspecify.annotations.NullMarked;
