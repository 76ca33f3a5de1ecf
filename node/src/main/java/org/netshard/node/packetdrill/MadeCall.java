package org.netshard.node.packetdrill;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Syscall;

/**
 * A call of a script as the kernel takes it.
 *
 * @param call the call
 * @param makesFd whether its result is a new descriptor, whose number means nothing
 * @param outputs looks at what the call has written
 */
record MadeCall(Syscall call, boolean makesFd, Outputs outputs) {
  /** Looks at what a call has written into the memory of its program. */
  @FunctionalInterface
  interface Outputs {
    /** What is not as the script says, or null. */
    @Nullable String problem(Syscall made, long result);
  }

  /** A call that writes nothing that a script says. */
  static MadeCall of(Syscall call) {
    return new MadeCall(call, false, (made, result) -> null);
  }

  /** A call that makes a descriptor. */
  static MadeCall makingFd(Syscall call) {
    return new MadeCall(call, true, (made, result) -> null);
  }

  /** A call and a look at what it has written. */
  static MadeCall of(Syscall call, Outputs outputs) {
    return new MadeCall(call, false, outputs);
  }
}
