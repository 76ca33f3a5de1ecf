/** TCP over links that lose, double, damage and reorder segments. */
@NullMarked
package org.netshard.node.tcp;

import org.jspecify.annotations.NullMarked;
