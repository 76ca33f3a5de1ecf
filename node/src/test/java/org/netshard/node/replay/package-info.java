/** Logs of real programs, made again. */
@NullMarked
package org.netshard.node.replay;

import org.jspecify.annotations.NullMarked;
