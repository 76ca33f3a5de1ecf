/** The path of a creation, message by message. */
@NullMarked
package org.netshard.protocol.actor;

import org.jspecify.annotations.NullMarked;
