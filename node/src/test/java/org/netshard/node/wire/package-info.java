@NullMarked
package org.netshard.node.wire;

import org.jspecify.annotations.NullMarked;
