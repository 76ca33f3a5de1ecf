/**
 * What all address families share: the sock itself, its namespace as a protocol sees it, generic
 * socket options.
 *
 * <p>Part of the kernel: {@code net/core/sock.c}, {@code include/net/sock.h}, {@code net/socket.c}.
 * Read {@link org.netshard.protocol.core.Sk} first.
 */
@NullMarked
package org.netshard.protocol.core;

import org.jspecify.annotations.NullMarked;
