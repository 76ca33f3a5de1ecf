package org.netshard.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/** Heap bytes of one open socket, of one idle namespace, and of one idle kernel. */
final class HeapUse {
  private static final int SOCKETS = 200_000;

  /** Below the profile's {@code user.max_net_namespaces}. */
  private static final int NAMESPACES = 90_000;

  private static final int KERNELS = 3_000;

  private HeapUse() {}

  static Map<String, Long> measure() {
    Map<String, Long> bytes = new LinkedHashMap<>();
    try (KernelGroup group = KernelGroup.start(1)) {
      group.run(() -> RepeatedCalls.sockets(1, true));
      long before = used();
      group.run(() -> RepeatedCalls.sockets(SOCKETS, true));
      bytes.put("bytes of an open TCP socket", (used() - before) / SOCKETS);
    }
    try (KernelGroup group = KernelGroup.start(1)) {
      group.run(() -> new RepeatedCalls(Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWNET), 1));
      long before = used();
      group.run(() -> new HeldNamespaces(NAMESPACES));
      bytes.put("bytes of an idle namespace", (used() - before) / NAMESPACES);
    }
    long node;
    try (KernelGroup one = KernelGroup.start(1)) {
      node = used() / one.size();
    }
    try (KernelGroup group = KernelGroup.start(KERNELS)) {
      bytes.put("bytes of a namespace and its kernel", (used() - node) / group.size());
    }
    return bytes;
  }

  /** Heap in use after collecting. */
  static long used() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
