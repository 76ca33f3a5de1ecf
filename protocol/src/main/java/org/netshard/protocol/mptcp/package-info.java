/**
 * Options of Multipath TCP socks.
 *
 * <p>Part of the kernel: {@code net/mptcp/sockopt.c}, {@code protocol.c}. Read {@link
 * org.netshard.protocol.mptcp.MptcpOps} first.
 */
@NullMarked
package org.netshard.protocol.mptcp;

import org.jspecify.annotations.NullMarked;
