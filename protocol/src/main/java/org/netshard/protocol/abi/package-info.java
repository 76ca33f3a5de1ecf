/**
 * The interface between a program and the kernel: error numbers, constants, calls, user memory.
 *
 * <p>Part of the kernel: {@code include/uapi}. It holds no logic of any family. Read {@link
 * org.netshard.protocol.abi.Syscall} first.
 */
@NullMarked
package org.netshard.protocol.abi;

import org.jspecify.annotations.NullMarked;
