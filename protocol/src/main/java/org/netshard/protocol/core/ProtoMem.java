package org.netshard.protocol.core;

/**
 * The pool in which all socks of some protos count their pages, for the whole machine.
 *
 * <p>Each CPU keeps up to {@code net.core.mem_pcpu_rsv} pages to itself before it adds them to the
 * count that is compared with the limits, if the machine counts so; otherwise the count is exact.
 *
 * <p><b>Source:</b> {@code include/net/proto_memory.h}; {@code net/ipv4/tcp.c}, {@code
 * tcp_enter_memory_pressure}, {@code tcp_leave_memory_pressure}.
 */
public final class ProtoMem {
  private static final long NS_PER_JIFFY = 1_000_000_000 / SocketOptions.HZ;
  private static final long MS_PER_JIFFY = 1000 / SocketOptions.HZ;

  private static final long[] EXACT = {};

  private final long[] perCpuPages;
  private long allocatedPages;
  private boolean pressure;
  private long pressureSinceNs;

  /**
   * An empty pool.
   *
   * @param cpus CPUs that count for themselves, or 0 for an exact count
   */
  public ProtoMem(int cpus) {
    perCpuPages = cpus == 0 ? EXACT : new long[cpus];
  }

  /** The pages that are compared with the limits ({@code sk_memory_allocated}); never negative. */
  public long allocatedPages() {
    return Math.max(0, allocatedPages);
  }

  /** All pages that socks hold, also those that a CPU keeps to itself. */
  public long exactPages() {
    long sum = allocatedPages;
    for (long own : perCpuPages) {
      sum += own;
    }
    return sum;
  }

  /**
   * Counts pages ({@code sk_memory_allocated_add}, {@code sk_memory_allocated_sub}).
   *
   * @param pages how many; below 0 to give back
   * @param cpu the CPU that does it
   * @param reservePages {@code net.core.mem_pcpu_rsv}
   */
  public void add(long pages, int cpu, long reservePages) {
    if (perCpuPages.length == 0) {
      allocatedPages += pages;
      return;
    }
    int slot = cpu % perCpuPages.length;
    perCpuPages[slot] += pages;
    if (pages > 0 ? perCpuPages[slot] >= reservePages : perCpuPages[slot] <= -reservePages) {
      allocatedPages += perCpuPages[slot];
      perCpuPages[slot] = 0;
    }
  }

  /** Whether the pool is under pressure ({@code tcp_memory_pressure}). */
  public boolean underPressure() {
    return pressure;
  }

  /** Begins the pressure if there is none, and counts it in the namespace that caused it. */
  void enterPressure(NetNs net) {
    if (!pressure) {
      pressure = true;
      pressureSinceNs = net.machine().nowNs();
      net.addMib(Mib.TCP_MEMORY_PRESSURES, 1);
    }
  }

  /** Ends the pressure if there is any, and counts how long it was in this namespace. */
  void leavePressure(NetNs net) {
    if (pressure) {
      pressure = false;
      long jiffies = net.machine().nowNs() / NS_PER_JIFFY - pressureSinceNs / NS_PER_JIFFY;
      net.addMib(Mib.TCP_MEMORY_PRESSURES_CHRONO, jiffies * MS_PER_JIFFY);
    }
  }
}
