/**
 * Sockets of AF_PACKET: what a new one is, options and names.
 *
 * <p>Part of the kernel: {@code net/packet/af_packet.c}. Rings and data are not here yet. Read
 * {@link org.netshard.protocol.packet.PacketOps} first.
 */
@NullMarked
package org.netshard.protocol.packet;

import org.jspecify.annotations.NullMarked;
