/**
 * Multipath TCP: connections over one subflow of TCP, their options, and the way back to TCP.
 *
 * <p>Part of the kernel: {@code net/mptcp}; RFC 8684. Read {@link
 * org.netshard.protocol.mptcp.MptcpSock} first, then {@link org.netshard.protocol.mptcp.MptcpOps}
 * (calls) and {@link org.netshard.protocol.mptcp.MptcpSubflow} (what TCP asks).
 *
 * <p><b>Differs from Linux:</b> one subflow only, so no MP_JOIN, ADD_ADDR, MP_PRIO and path
 * manager; no checksums of data ({@code net.mptcp.checksum_enabled} is without effect); data beyond
 * the next byte of the connection are dropped and sent again; no MSG_FASTOPEN; a SYN that meets a
 * path which swallows options is not remembered ({@code blackhole_timeout}); {@code sock_diag} does
 * not list socks of MPTCP, only their subflows; the size of the send buffer follows that of the
 * subflow at once.
 */
@NullMarked
package org.netshard.protocol.mptcp;

import org.jspecify.annotations.NullMarked;
