package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.Memcg;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.ObjCgroup.Slab;
import org.netshard.protocol.memcg.SockMemcg;

/**
 * The accounting of a sock's buffers.
 *
 * <p>A sock has a budget of bytes, {@code sk_forward_alloc}, filled in whole pages. Queuing a
 * buffer of so many bytes of truesize takes them from the budget ({@link #charge}); if they are not
 * there, pages are asked for first ({@link #schedule}): from the pool of the protocol ({@link
 * ProtoMem}) and from the memory cgroup of the sock ({@link SockMemcg}). What is given back goes to
 * the budget, and whole pages of it at once back to the pool and the cgroup.
 *
 * <p>Protos without a pool (raw, packet, UNIX, netlink) count nothing here.
 *
 * <p><b>Source:</b> {@code net/core/sock.c}: {@code __sk_mem_schedule}, {@code
 * __sk_mem_raise_allocated}, {@code __sk_mem_reduce_allocated}, {@code sock_reserve_memory}; {@code
 * include/net/sock.h}; {@code net/ipv4/tcp_output.c}, {@code sk_forced_mem_schedule}.
 */
public final class SkMem {
  /** Bytes of a page. */
  public static final int PAGE_SIZE = 4096;

  private static final int PAGE_SHIFT = 12;

  /** {@code SOCK_MIN_SNDBUF}: the smallest send buffer, bytes. */
  public static final int SOCK_MIN_SNDBUF = 4608;

  /** What a charge is for. */
  public enum Kind {
    /** {@code SK_MEM_SEND}. */
    SEND,
    /** {@code SK_MEM_RECV}. */
    RECV
  }

  private SkMem() {}

  /** Pages that hold so many bytes ({@code sk_mem_pages}). */
  public static long pages(long bytes) {
    return (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;
  }

  /** Whether the sock counts its buffers in a pool ({@code sk_has_account}). */
  public static boolean hasAccount(Sk sk) {
    return sk.proto().pool() != Proto.Pool.NONE;
  }

  /**
   * Makes sure that the budget has room for so many bytes ({@code sk_wmem_schedule}, {@code
   * sk_rmem_schedule}).
   *
   * @param gfp {@link Gfp#KERNEL} in a task, {@link Machine#softirqGfp} in a softirq
   * @return false if there is no room
   */
  public static boolean schedule(Sk sk, int bytes, Kind kind, Gfp gfp) {
    if (!hasAccount(sk)) {
      return true;
    }
    int delta = bytes - sk.forwardAlloc();
    return delta <= 0 || scheduleMore(sk, delta, kind, gfp);
  }

  /** {@code __sk_mem_schedule}: asks for the pages of so many bytes more. */
  private static boolean scheduleMore(Sk sk, int bytes, Kind kind, Gfp gfp) {
    long pages = pages(bytes);
    sk.addForwardAlloc((int) (pages << PAGE_SHIFT));
    boolean raised = raiseAllocated(sk, bytes, pages, kind, gfp);
    if (!raised) {
      sk.addForwardAlloc((int) -(pages << PAGE_SHIFT));
    }
    return raised;
  }

  /**
   * Takes pages from the pool and the cgroup ({@code __sk_mem_raise_allocated}). The order of its
   * steps decides who gets memory when it is short.
   */
  private static boolean raiseAllocated(Sk sk, int bytes, long pages, Kind kind, Gfp gfp) {
    add(sk, pages);
    SockMemcg memcg = sk.memcg();
    boolean charged = memcg != null && memcg.charge(pages, gfp);
    if (memcg != null && !charged) {
      return suppress(sk, bytes, pages, kind, gfp, false);
    }
    ProtoMem pool = pool(sk);
    long allocated = pool.allocatedPages();
    if (allocated <= limit(sk, 0)) {
      leavePressure(sk);
      return true;
    }
    if (allocated > limit(sk, 1)) {
      enterPressure(sk);
    }
    if (allocated <= limit(sk, 2) && (guaranteed(sk, kind) || fair(sk))) {
      return true;
    }
    return suppress(sk, bytes, pages, kind, gfp, charged);
  }

  /** Whether the sock holds less than the least that every sock may. */
  private static boolean guaranteed(Sk sk, Kind kind) {
    if (kind == Kind.RECV) {
      return sk.rmemAlloc() < leastRmem(sk);
    }
    int held = sk.type() == Abi.SOCK_STREAM ? sk.wmemQueued() : sk.wmemAlloc();
    return held < leastWmem(sk);
  }

  /** Whether a sock may grow although the pool is past its first limit. */
  private static boolean fair(Sk sk) {
    if (!sk.proto().profile().pressure()) {
      return false;
    }
    if (!pool(sk).underPressure()) {
      return true;
    }
    long socks = sk.net().machine().socketsAllocated(sk.proto());
    long held = pages((long) sk.wmemQueued() + sk.rmemAlloc() + sk.forwardAlloc());
    return limit(sk, 2) > socks * held;
  }

  private static boolean suppress(
      Sk sk, int bytes, long pages, Kind kind, Gfp gfp, boolean charged) {
    SockMemcg memcg = sk.memcg();
    if (kind == Kind.SEND && sk.type() == Abi.SOCK_STREAM) {
      moderateSndbuf(sk);
      if (sk.wmemQueued() + bytes >= sk.sndbuf()) {
        // The sender can wait for room in its buffer from now on; this one must go through.
        if (memcg != null && !charged) {
          memcg.charge(pages, gfp.withNoFail());
        }
        return true;
      }
    }
    add(sk, -pages);
    if (memcg != null && charged) {
      memcg.uncharge(pages);
    }
    return false;
  }

  /** Shrinks the send buffer to half of what is queued ({@code sk_stream_moderate_sndbuf}). */
  public static void moderateSndbuf(Sk sk) {
    if ((sk.userlocks() & Sk.SOCK_SNDBUF_LOCK) != 0) {
      return;
    }
    int half = Math.min(sk.sndbuf(), sk.wmemQueued() >> 1);
    sk.setSndbuf(Math.max(Math.max(half, unusedReserved(sk)), SOCK_MIN_SNDBUF));
  }

  /** Takes the bytes of a buffer that is queued from the budget ({@code sk_mem_charge}). */
  public static void charge(Sk sk, int bytes) {
    if (hasAccount(sk)) {
      sk.addForwardAlloc(-bytes);
    }
  }

  /** Gives the bytes of a buffer back, and whole pages at once ({@code sk_mem_uncharge}). */
  public static void uncharge(Sk sk, int bytes) {
    if (hasAccount(sk)) {
      sk.addForwardAlloc(bytes);
      reclaim(sk);
    }
  }

  /** Gives whole pages of the budget back ({@code sk_mem_reclaim}). */
  public static void reclaim(Sk sk) {
    if (!hasAccount(sk)) {
      return;
    }
    int reclaimable = sk.forwardAlloc() - unusedReserved(sk);
    if (reclaimable >= PAGE_SIZE) {
      int pages = reclaimable >> PAGE_SHIFT;
      sk.addForwardAlloc(-(pages << PAGE_SHIFT));
      reduceAllocated(sk, pages);
    }
  }

  /** Gives back all that a sock at its end still has ({@code sk_mem_reclaim_final}). */
  public static void reclaimFinal(Sk sk) {
    if (sk.rare().reservedMemBytes() != 0) {
      sk.rareForWrite().setReservedMemBytes(0);
    }
    reclaim(sk);
  }

  /** Gives pages back to the pool and the cgroup ({@code __sk_mem_reduce_allocated}). */
  public static void reduceAllocated(Sk sk, long pages) {
    add(sk, -pages);
    SockMemcg memcg = sk.memcg();
    if (memcg != null) {
      memcg.uncharge(pages);
    }
    if (pool(sk).underPressure() && pool(sk).allocatedPages() < limit(sk, 0)) {
      leavePressure(sk);
    }
  }

  /** As {@link #schedule}, but never fails: for a FIN, or so that one buffer always gets in. */
  public static void forcedSchedule(Sk sk, int bytes, Gfp gfp) {
    int delta = bytes - sk.forwardAlloc();
    if (delta <= 0) {
      return;
    }
    long pages = pages(delta);
    sk.addForwardAlloc((int) (pages << PAGE_SHIFT));
    add(sk, pages);
    SockMemcg memcg = sk.memcg();
    if (memcg != null) {
      memcg.charge(pages, gfp.withNoFail());
    }
  }

  /**
   * Binds a sock that a listener has made to the cgroup of the task that accepts it, and charges
   * what it is and holds ({@code __inet_accept}): until then its memory is counted in the pool
   * only. It never fails, and so can go over the limit.
   *
   * @param acceptor cgroup of that task; null for the root
   */
  public static void accept(Sk sk, @Nullable Memcg acceptor) {
    if (acceptor == null) {
      return;
    }
    if (sk.memcg() == null) {
      sk.setMemcg(acceptor.skAlloc());
    }
    int bytes = sk.proto().chargedBytes();
    if (sk.objcg() == null && bytes > 0) {
      ObjCgroup objcg = acceptor.objcg();
      objcg.charge(bytes, Slab.UNRECLAIMABLE, Gfp.KERNEL_NOFAIL);
      sk.setObjcg(objcg);
    }
    long pages = pages((long) sk.forwardAlloc() + sk.rmemAlloc());
    SockMemcg memcg = sk.memcg();
    if (memcg != null && hasAccount(sk) && pages > 0) {
      memcg.charge(pages, Gfp.KERNEL_NOFAIL);
    }
  }

  /**
   * {@code SO_RESERVE_MEM}: keeps so many bytes for this sock, whatever it holds.
   *
   * <p><b>Errors</b>, in order: EINVAL below 0, EOPNOTSUPP without a cgroup or a pool, ENOMEM if
   * the cgroup has no room or the pool would come under pressure.
   */
  public static int setReservedMem(Sk sk, int bytes) {
    if (bytes < 0) {
      return Errno.EINVAL.negated();
    }
    int delta = bytes - sk.rare().reservedMemBytes();
    if (delta < 0) {
      int released = -delta & -PAGE_SIZE;
      sk.rareForWrite().setReservedMemBytes(sk.rare().reservedMemBytes() - released);
      reclaim(sk);
      return 0;
    }
    return reserve(sk, delta);
  }

  private static int reserve(Sk sk, int bytes) {
    SockMemcg memcg = sk.memcg();
    if (memcg == null || !hasAccount(sk)) {
      return Errno.EOPNOTSUPP.negated();
    }
    if (bytes == 0) {
      return 0;
    }
    long pages = pages(bytes);
    if (!memcg.charge(pages, Gfp.KERNEL_RETRY_MAYFAIL)) {
      return Errno.ENOMEM.negated();
    }
    add(sk, pages);
    if (pool(sk).allocatedPages() > limit(sk, 1)) {
      add(sk, -pages);
      memcg.uncharge(pages);
      return Errno.ENOMEM.negated();
    }
    int reserved = (int) (pages << PAGE_SHIFT);
    sk.addForwardAlloc(reserved);
    sk.rareForWrite().setReservedMemBytes(sk.rare().reservedMemBytes() + reserved);
    return 0;
  }

  /** Reserved bytes that no buffer uses ({@code sk_unused_reserved_mem}). */
  public static int unusedReserved(Sk sk) {
    int reserved = sk.rare().reservedMemBytes();
    return reserved == 0 ? 0 : Math.max(0, reserved - sk.wmemQueued() - sk.rmemAlloc());
  }

  /** {@code tcp_under_memory_pressure}: the sock's cgroup or its pool is under pressure. */
  public static boolean underPressure(Sk sk) {
    SockMemcg memcg = sk.memcg();
    return (memcg != null && memcg.underSocketPressure()) || pool(sk).underPressure();
  }

  /** One of the three limits of the sock's pool, pages ({@code sk_prot_mem_limits}). */
  public static long limit(Sk sk, int index) {
    return sk.net().sysctl(sk.proto().pool().limits(), index);
  }

  /** The pool in which the sock counts. */
  public static ProtoMem pool(Sk sk) {
    return sk.net().machine().pool(sk.proto().pool());
  }

  private static void add(Sk sk, long pages) {
    pool(sk).add(pages, sk.net().machine().cpu(), sk.net().sysctl(Sysctl.CORE_MEM_PCPU_RSV));
  }

  private static void enterPressure(Sk sk) {
    if (sk.proto().profile().pressure()) {
      pool(sk).enterPressure(sk.net());
    }
  }

  private static void leavePressure(Sk sk) {
    if (sk.proto().profile().pressure()) {
      pool(sk).leavePressure(sk.net());
    }
  }

  private static long leastRmem(Sk sk) {
    return sk.net()
        .sysctl(
            sk.proto().pool() == Proto.Pool.TCP ? Sysctl.IPV4_TCP_RMEM : Sysctl.IPV4_UDP_RMEM_MIN,
            0);
  }

  private static long leastWmem(Sk sk) {
    return sk.net()
        .sysctl(
            sk.proto().pool() == Proto.Pool.TCP ? Sysctl.IPV4_TCP_WMEM : Sysctl.IPV4_UDP_WMEM_MIN,
            0);
  }
}
