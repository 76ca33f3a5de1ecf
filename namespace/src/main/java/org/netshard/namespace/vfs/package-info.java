/**
 * The files of the kernel itself that tasks open by path: {@code /proc} and the cgroup file system.
 *
 * <p>Part of the kernel: {@code fs/namei.c}, {@code fs/kernfs}, {@code fs/proc}, as far as these
 * files need them. Read {@link org.netshard.namespace.vfs.Vfs}, then {@link
 * org.netshard.namespace.vfs.PathWalk}. Programs' own files, and devices, are not there: looking
 * for them gives ENOENT.
 */
@NullMarked
package org.netshard.namespace.vfs;

import org.jspecify.annotations.NullMarked;
