/**
 * Cgroups: directories with tasks in them, and the memory controller, which says who has allocated
 * how much, and may allocate how much more.
 *
 * <p>Part of the kernel: {@code kernel/cgroup}, {@code mm/memcontrol.c}, {@code
 * mm/memcontrol-v1.c}, {@code mm/page_counter.c}, {@code mm/vmpressure.c}. Objects, pages of socket
 * buffers, of programs and of the page cache are charged up the tree, by either version of the
 * hierarchy. There is no swap, and nothing but the page cache can be reclaimed. Read {@link
 * org.netshard.namespace.cgroup.CgroupTree} first, then {@link
 * org.netshard.namespace.cgroup.Memcontrol} for charges, {@link
 * org.netshard.namespace.cgroup.CgroupFiles} for the control files.
 */
@NullMarked
package org.netshard.namespace.cgroup;

import org.jspecify.annotations.NullMarked;
