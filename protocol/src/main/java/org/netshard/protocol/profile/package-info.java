/**
 * What a kernel is, as data: its families, protocols and object sizes.
 *
 * <p>Part of the kernel: what its build and its modules' initialization decide ({@code
 * sock_register}, {@code proto_register}, {@code inet_register_protosw}). Read {@link
 * org.netshard.protocol.profile.KernelProfile} first.
 */
@NullMarked
package org.netshard.protocol.profile;

import org.jspecify.annotations.NullMarked;
