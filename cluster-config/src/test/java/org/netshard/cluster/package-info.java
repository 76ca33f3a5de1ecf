/** Tests of starting nodes. */
@NullMarked
package org.netshard.cluster;

import org.jspecify.annotations.NullMarked;
