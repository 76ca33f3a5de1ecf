/**
 * The actors of a machine: {@code Kernel}, {@code Net}, {@code MemCgroup}.
 *
 * <p>They take messages, call the model in the packages beside this one, and send what it says.
 * Read {@link org.netshard.namespace.actor.Kernel} first.
 */
@NullMarked
package org.netshard.namespace.actor;

import org.jspecify.annotations.NullMarked;
