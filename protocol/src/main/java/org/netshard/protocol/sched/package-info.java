/**
 * Queueing disciplines, and the messages by which {@code tc} sets them.
 *
 * <p>Part of the kernel: {@code net/sched}. Read {@link org.netshard.protocol.core.Qdisc} first,
 * which a device has at its root, then {@link org.netshard.protocol.sched.RtmQdisc}; {@link
 * org.netshard.protocol.sched.QdiscKinds} lists those that there are.
 *
 * <p>{@code netem} is a bad link, {@code tbf} a slow one, {@code fq} shares a device among socks.
 *
 * <p><b>Differs from Linux:</b> there are no classes, filters and ingress disciplines, and the
 * default of a device ({@code noqueue}) is no object.
 */
@NullMarked
package org.netshard.protocol.sched;

import org.jspecify.annotations.NullMarked;
