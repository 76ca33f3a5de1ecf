/**
 * Sockets of AF_UNIX: what a new one is, pairs, options and names.
 *
 * <p>Part of the kernel: {@code net/unix/af_unix.c}. Connections and data are not here yet. Read
 * {@link org.netshard.protocol.unix.UnixOps} first.
 */
@NullMarked
package org.netshard.protocol.unix;

import org.jspecify.annotations.NullMarked;
