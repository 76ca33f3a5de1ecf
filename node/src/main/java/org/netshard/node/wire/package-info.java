/**
 * What of this project travels between nodes, with its ids. An id is never given to another class.
 */
@NullMarked
package org.netshard.node.wire;

import org.jspecify.annotations.NullMarked;
