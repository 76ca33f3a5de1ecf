/** Tests of the notation of {@code strace}. */
@NullMarked
package org.netshard.node.strace;

import org.jspecify.annotations.NullMarked;
