package org.netshard.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Syscall;
import org.netshard.protocol.abi.SyscallName;

/**
 * Heap bytes of one open socket, of one idle namespace, and of one idle kernel.
 *
 * <p>Each is what the heap gains by many of them, divided by their number. That of a kernel has in
 * it all that Akka keeps for a sharded entity, its part of the shards included.
 */
final class HeapUse {
  private static final int SOCKETS = 200_000;
  private static final int CONNECTIONS = 100_000;
  private static final int PORT = 5001;

  /** Below the profile's {@code user.max_net_namespaces}. */
  private static final int NAMESPACES = 90_000;

  private static final int KERNELS = 10_000;

  private static final long STABLE_BYTES = 100_000;

  private HeapUse() {}

  static Map<String, Long> measure() {
    // First, as nothing that an earlier measurement leaves behind can then be freed meanwhile.
    long kernel = kernel();
    Map<String, Long> bytes = new LinkedHashMap<>();
    bytes.put("bytes of an open TCP socket", socket());
    bytes.put("bytes of an end of an established TCP socket", connectionEnd(CONNECTIONS));
    bytes.put("bytes of an idle namespace", namespace());
    bytes.put("bytes of a namespace and its kernel", kernel);
    return bytes;
  }

  private static long kernel() {
    try (ShardedKernels kernels = new ShardedKernels()) {
      kernels.boot(1);
      long before = used();
      kernels.boot(KERNELS);
      return (used() - before) / KERNELS;
    }
  }

  private static long socket() {
    try (KernelGroup group = KernelGroup.start(1)) {
      group.run(() -> RepeatedCalls.sockets(1, true));
      long before = used();
      group.run(() -> RepeatedCalls.sockets(SOCKETS, true));
      return (used() - before) / SOCKETS;
    }
  }

  /** Bytes of one of the two ends of a connection that is established and has no data. */
  static long connectionEnd(int connections) {
    try (KernelGroup group = KernelGroup.start(1)) {
      group.run(() -> new HeldConnections(PORT, 1));
      long before = used();
      group.run(() -> new HeldConnections(PORT + 1, connections));
      return (used() - before) / (2L * connections);
    }
  }

  private static long namespace() {
    try (KernelGroup group = KernelGroup.start(1)) {
      group.run(() -> new RepeatedCalls(Syscall.of(SyscallName.UNSHARE, Abi.CLONE_NEWNET), 1));
      long before = used();
      group.run(() -> new HeldNamespaces(NAMESPACES));
      return (used() - before) / NAMESPACES;
    }
  }

  /** What is in use when collecting finds no more: what one run frees another may find. */
  static long used() {
    Runtime runtime = Runtime.getRuntime();
    long used = Long.MAX_VALUE;
    long before;
    do {
      before = used;
      System.gc();
      used = runtime.totalMemory() - runtime.freeMemory();
    } while (used < before - STABLE_BYTES);
    return used;
  }
}
