/**
 * Files of the kernel that have no name and that can be waited for: pipes, event counters, epoll.
 *
 * <p>Read {@link org.netshard.namespace.anon.FileOps} first. Sockets are in {@code protocol}, files
 * with a path in {@code vfs}.
 */
@NullMarked
package org.netshard.namespace.anon;

import org.jspecify.annotations.NullMarked;
