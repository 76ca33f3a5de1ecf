/** Tests of the wire format. */
@NullMarked
package org.netshard.cluster.serialization;

import org.jspecify.annotations.NullMarked;
