package org.netshard.protocol.memcg;

/**
 * The memory cgroup to which a sock is bound: the one of the task that made it or accepted it.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}, {@code mem_cgroup_charge_skmem}, {@code
 * mem_cgroup_uncharge_skmem}; {@code include/linux/memcontrol.h}, {@code
 * mem_cgroup_under_socket_pressure}.
 */
public interface SockMemcg {
  /**
   * Charges pages of socket buffers.
   *
   * @return false if there is no room, and the charge may fail
   */
  boolean charge(long pages, Gfp gfp);

  /** Gives pages back. */
  void uncharge(long pages);

  /** Whether this cgroup, or one above it, asks its socks to hold less. */
  boolean underSocketPressure();

  /** Takes one more reference, for a sock that belongs to one that has it. */
  SockMemcg get();

  /** Gives the reference of a sock back ({@code mem_cgroup_sk_free}). */
  void put();
}
