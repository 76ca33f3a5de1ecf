/**
 * A machine and its network namespaces: identity, references, counters, life and death.
 *
 * <p>Part of the kernel: {@code net/core/net_namespace.c}, and the counters of {@code
 * net/core/sock.c} and {@code net/ipv4/proc.c}. Of the devices only {@code lo} is there. Read
 * {@link org.netshard.namespace.net.MachineState} first.
 */
@NullMarked
package org.netshard.namespace.net;

import org.jspecify.annotations.NullMarked;
