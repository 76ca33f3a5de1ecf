package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.memcg.Gfp;

/** What all network namespaces of one kernel share, as the protocols see it. */
public interface Machine {
  /** The next value of the counter that names socks ({@code SO_COOKIE}); never 0. */
  long nextSockCookie();

  /** Counts allocated socks of a proto for the whole machine ({@code sk_sockets_allocated}). */
  void addSocketsAllocated(Proto proto, int delta);

  /** Allocated socks of a proto, those for IPv4 and for IPv6 together. */
  int socketsAllocated(Proto proto);

  /** A proto by its name, such as {@code TCPv6}. */
  Proto proto(String name);

  /** The pool in which protos count the memory of their buffers. */
  ProtoMem pool(Proto.Pool pool);

  /**
   * How a softirq charges a memory cgroup ({@code gfp_memcg_charge}): {@link Gfp#ATOMIC}, which
   * goes over the limit, or {@link Gfp#NOWAIT}, which fails there, as before Linux 6.1.
   */
  Gfp softirqGfp();

  /** TCP socks that no file refers to any more ({@code tcp_orphan_count}). */
  int orphanCount();

  /** Counts socks that no file refers to any more. */
  void addOrphans(int delta);

  /**
   * Gives a reference of a file back; if it was the last, the file is released when the call that
   * is under way has ended ({@code fput}).
   */
  void fput(PassedFile file);

  /** The CPU that runs now. */
  int cpu();

  /** The names of files. */
  SocketFiles socketFiles();

  /** What a protocol keeps for the whole machine. */
  <T> T generic(NetGeneric<T> key);

  /**
   * A number below {@code bound}, drawn from the kernel's own seed ({@code get_random_u32_below}).
   */
  int randomBelow(int bound);

  /** Loads a module, if there is one of this name ({@code request_module}). */
  void requestModule(String name);

  /** What happens later by itself. */
  Softirqs softirqs();

  /** The layers that packets go up through. */
  NetProtocols protocols();

  /** Virtual time since the machine was started, in nanoseconds. */
  long nowNs();

  /**
   * Notes that something was asked for that Linux has and that is left out here; each text stands
   * once in the report of the kernel.
   *
   * @param what what it is and what came of it, such as {@code fcntl F_SETLK is not simulated: it
   *     fails with EINVAL}
   */
  void leftOut(String what);

  /** Who wants to know every function that is reached, or null. */
  default @Nullable HopTrace trace() {
    return null;
  }
}
