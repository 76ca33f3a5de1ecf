/** Whole kernels, driven by programs. */
@NullMarked
package org.netshard.node.local;

import org.jspecify.annotations.NullMarked;
