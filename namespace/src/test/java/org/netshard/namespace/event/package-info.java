/** The order of events, and the hash over them. */
@NullMarked
package org.netshard.namespace.event;

import org.jspecify.annotations.NullMarked;
