/**
 * Sockets of AF_VSOCK: what a new one is, options and names.
 *
 * <p>Part of the kernel: {@code net/vmw_vsock/af_vsock.c}. There are no connections: calls on data
 * answer as without a peer. Read {@link org.netshard.protocol.vsock.VsockOps} first.
 */
@NullMarked
package org.netshard.protocol.vsock;

import org.jspecify.annotations.NullMarked;
