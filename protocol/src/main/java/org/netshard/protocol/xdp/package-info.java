/**
 * Sockets of AF_XDP: what a new one is, and options.
 *
 * <p>Part of the kernel: {@code net/xdp/xsk.c}. Memory areas, rings and data are not here. Read
 * {@link org.netshard.protocol.xdp.XdpOps} first.
 */
@NullMarked
package org.netshard.protocol.xdp;

import org.jspecify.annotations.NullMarked;
