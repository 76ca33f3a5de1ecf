package org.netshard.protocol.netlink;

import org.jspecify.annotations.Nullable;

/** Finds the kernel's end of each netlink protocol. */
@FunctionalInterface
public interface NetlinkKernels {
  /** The kernel's end of a protocol, or null if the kernel does not listen there. */
  @Nullable NetlinkKernel find(int protocol);
}
