/**
 * Kernel profiles: what a kernel is, read from HOCON files.
 *
 * <p>Part of the kernel: what its build and its modules decide. Read {@link
 * org.netshard.namespace.profile.KernelProfiles} first, then {@code linux-6.18.conf}.
 */
@NullMarked
package org.netshard.namespace.profile;

import org.jspecify.annotations.NullMarked;
