/**
 * Tasks: processes with their descriptors and credentials.
 *
 * <p>Part of the kernel: {@code fs/file.c}, {@code kernel/fork.c}, {@code kernel/nsproxy.c}. Read
 * {@link org.netshard.namespace.task.Task} first.
 */
@NullMarked
package org.netshard.namespace.task;

import org.jspecify.annotations.NullMarked;
