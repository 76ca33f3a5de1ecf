/**
 * Memory cgroups: who has allocated how much, and may allocate how much more.
 *
 * <p>Part of the kernel: {@code mm/memcontrol.c}. Each cgroup has one flat limit; charges do not
 * pass to its parent. Read {@link org.netshard.namespace.cgroup.MemCgroupTree}.
 */
@NullMarked
package org.netshard.namespace.cgroup;

import org.jspecify.annotations.NullMarked;
