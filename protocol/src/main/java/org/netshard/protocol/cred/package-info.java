/**
 * Who a task is: user and group ids, capabilities, user namespaces.
 *
 * <p>Part of the kernel: {@code kernel/cred.c}, {@code kernel/user_namespace.c}, {@code
 * security/commoncap.c}. User and group ids are those of the initial user namespace ({@code kuid});
 * a program sees them through the map of its own. Read {@link org.netshard.protocol.cred.Cred}
 * first.
 */
@NullMarked
package org.netshard.protocol.cred;

import org.jspecify.annotations.NullMarked;
