/**
 * Devices of type TUN: point-to-point links whose other end is a program.
 *
 * <p>Read {@link org.netshard.protocol.tun.TunDevice} first. Not there: {@code /dev/net/tun} as a
 * file, TAP, several queues, the header of virtio, persistent devices.
 *
 * <p><b>Source:</b> {@code drivers/net/tun.c}.
 */
@NullMarked
package org.netshard.protocol.tun;

import org.jspecify.annotations.NullMarked;
