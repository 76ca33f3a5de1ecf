/**
 * Security hooks of socket creation.
 *
 * <p>Part of the kernel: {@code security/security.c}. Read {@link
 * org.netshard.namespace.security.SecurityHooks}.
 */
@NullMarked
package org.netshard.namespace.security;

import org.jspecify.annotations.NullMarked;
