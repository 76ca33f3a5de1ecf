/**
 * One simulated kernel in this JVM, for the commands that need no cluster.
 *
 * <p>Read {@link org.netshard.node.local.LocalKernel}.
 */
@NullMarked
package org.netshard.node.local;

import org.jspecify.annotations.NullMarked;
