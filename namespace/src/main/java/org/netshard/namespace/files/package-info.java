/**
 * Names of files, as far as sockets need them.
 *
 * <p>Part of the kernel: {@code fs/namei.c}. Only directories, the files of sockets and the bare
 * names of other files are here. Read {@link org.netshard.namespace.files.FileNames} first.
 */
@NullMarked
package org.netshard.namespace.files;

import org.jspecify.annotations.NullMarked;
