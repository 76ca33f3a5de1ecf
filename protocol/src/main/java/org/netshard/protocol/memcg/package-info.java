/**
 * Memory cgroups as the code that allocates sees them: who is charged, and how.
 *
 * <p>Part of the kernel: {@code include/linux/memcontrol.h}. The cgroups themselves live above,
 * with the kernel's tasks; the accounting of a sock is {@code SkMem} in the package {@code core}.
 * Read first.
 */
@NullMarked
package org.netshard.protocol.memcg;

import org.jspecify.annotations.NullMarked;
