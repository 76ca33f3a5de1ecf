/**
 * Sysctls: one table for a machine, and what each network namespace has changed of it.
 *
 * <p>Part of the kernel: {@code kernel/sysctl.c}, {@code fs/proc/proc_sysctl.c}, {@code
 * net/sysctl_net.c} and the tables of the protocols. Supported: every name, mode, scope, format and
 * bound of the profile; effects of one sysctl on others as {@link
 * org.netshard.namespace.sysctl.SysctlLinks} lists them. Not supported: sysctls of devices other
 * than {@code lo}. Read {@link org.netshard.namespace.sysctl.SysctlTable} first.
 */
@NullMarked
package org.netshard.namespace.sysctl;

import org.jspecify.annotations.NullMarked;
