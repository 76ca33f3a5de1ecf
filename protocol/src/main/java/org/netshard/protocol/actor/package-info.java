/**
 * The actors of one namespace's protocols: {@code ProtoFamily}, {@code ProtoSw}, {@code Sock}, and
 * the baton that they hand on.
 *
 * <p>All actors of one kernel run on one lane, and exactly one of them holds the {@link
 * org.netshard.protocol.actor.Call} at a time; therefore they may share the kernel's model by
 * reference, as the functions of a kernel share its structures by pointer. Read {@link
 * org.netshard.protocol.actor.Call} first.
 */
@NullMarked
package org.netshard.protocol.actor;

import org.jspecify.annotations.NullMarked;
