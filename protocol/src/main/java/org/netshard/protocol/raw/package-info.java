/**
 * Options of raw socks of both versions of IP.
 *
 * <p>Part of the kernel: {@code net/ipv4/raw.c}, {@code net/ipv6/raw.c}. Read {@link
 * org.netshard.protocol.raw.RawOps} first.
 */
@NullMarked
package org.netshard.protocol.raw;

import org.jspecify.annotations.NullMarked;
