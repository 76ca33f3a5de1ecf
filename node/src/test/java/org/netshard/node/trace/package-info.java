/** The path of a call, checked against the order of the kernel's functions. */
@NullMarked
package org.netshard.node.trace;

import org.jspecify.annotations.NullMarked;
