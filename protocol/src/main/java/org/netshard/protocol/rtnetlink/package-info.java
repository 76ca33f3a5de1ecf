/**
 * Devices as programs ask for them and change them: NETLINK_ROUTE and the {@code SIOCGIF…} calls.
 *
 * <p>Part of the kernel: {@code net/core/rtnetlink.c}, {@code net/core/dev.c}, {@code
 * net/core/dev_ioctl.c}, {@code net/core/fib_rules.c}. Read {@link
 * org.netshard.protocol.rtnetlink.Rtnetlink} first; {@link org.netshard.protocol.rtnetlink.Netdev}
 * is how a device goes up and down.
 *
 * <p><b>Differs from Linux:</b> devices cannot be made, named or moved; rules, neighbours and
 * queues can be read and not changed.
 */
@NullMarked
package org.netshard.protocol.rtnetlink;

import org.jspecify.annotations.NullMarked;
