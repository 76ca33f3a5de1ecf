/**
 * How the kernel reads numbers that a task has written as text.
 *
 * <p>Part of the kernel: {@code lib/kstrtox.c}, {@code lib/cmdline.c}. Read {@link
 * org.netshard.namespace.lib.Kstrtox}.
 */
@NullMarked
package org.netshard.namespace.lib;

import org.jspecify.annotations.NullMarked;
