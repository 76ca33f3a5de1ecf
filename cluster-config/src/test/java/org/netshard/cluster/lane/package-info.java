/** Tests of the lanes. */
@NullMarked
package org.netshard.cluster.lane;

import org.jspecify.annotations.NullMarked;
