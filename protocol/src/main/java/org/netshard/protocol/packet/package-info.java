/**
 * Sockets of AF_PACKET: what a new one is, options and names.
 *
 * <p>Part of the kernel: {@code net/packet/af_packet.c}. What comes goes into the queue ({@link
 * org.netshard.protocol.packet.PacketTap}), into a ring ({@code RingRcv}), or is spread among a
 * group ({@code FanoutGroup}). No program can map a ring here, so its frames are never given back.
 * Read {@link org.netshard.protocol.packet.PacketOps} first.
 */
@NullMarked
package org.netshard.protocol.packet;

import org.jspecify.annotations.NullMarked;
