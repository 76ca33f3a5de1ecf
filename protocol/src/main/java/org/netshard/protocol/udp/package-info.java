/**
 * Options and receive buffers of UDP and UDP-Lite socks.
 *
 * <p>Part of the kernel: {@code net/ipv4/udp.c}, {@code include/net/udplite.h}. Read {@link
 * org.netshard.protocol.udp.UdpOps} first.
 */
@NullMarked
package org.netshard.protocol.udp;

import org.jspecify.annotations.NullMarked;
