package org.netshard.namespace.cgroup;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.memcg.Charged;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.ObjCgroup.Slab;
import org.netshard.protocol.memcg.SockMemcg;

/**
 * What memory cgroups must say, summed up from the objects and buffers themselves.
 *
 * <p>Whoever walks over them tells each one; {@link #check} then compares the sums with every
 * counter of every cgroup, removed ones included.
 */
public final class MemcgLedger implements Charged {
  private final IdentityHashMap<ObjCgroup, Objects> objects = new IdentityHashMap<>();
  private final IdentityHashMap<SockMemcg, Socks> socks = new IdentityHashMap<>();
  private final CgroupTree tree;
  private int payersFound;

  /** Slab objects and pages that one pays for. */
  private static final class Objects {
    private long bytes;
    private long reclaimableBytes;
    private long wholePages;
    private long largeObjectPages;
  }

  /** What the socks bound to one cgroup hold. */
  private static final class Socks {
    private long pages;
    private int count;
  }

  /** Pages that a cgroup and all below it hold. */
  private record Sum(long memory, long kernel, long sock) {}

  /** An empty ledger. */
  public MemcgLedger(CgroupTree tree) {
    this.tree = tree;
  }

  @Override
  public void object(@Nullable ObjCgroup payer, int objectBytes, Slab slab) {
    if (payer == null || objectBytes == 0) {
      return;
    }
    Objects sum = objects.computeIfAbsent(payer, one -> new Objects());
    int full = objectBytes + ObjCgroupState.POINTER_BYTES;
    sum.bytes += full;
    if (slab == Slab.RECLAIMABLE) {
      sum.reclaimableBytes += full;
    }
  }

  @Override
  public void pages(ObjCgroup payer, int pages, ObjCgroup.Pages use) {
    Objects sum = objects.computeIfAbsent(payer, one -> new Objects());
    sum.wholePages += pages;
    if (use == ObjCgroup.Pages.LARGE_OBJECT) {
      sum.largeObjectPages += pages;
    }
  }

  /** There is a sock that is bound to a cgroup and holds so many pages. */
  public void sock(SockMemcg payer, long pages) {
    Socks sum = socks.computeIfAbsent(payer, one -> new Socks());
    sum.pages += pages;
    sum.count++;
  }

  /**
   * Compares the sums with all counters.
   *
   * @throws AssertionError naming the cgroup, the counter and both numbers
   */
  public void check() {
    payersFound = 0;
    check(tree.root().memcg());
    if (payersFound != objects.size() + socks.size()) {
      throw new AssertionError(
          "%d objects' payers and socks' cgroups, of which %d are in the tree"
              .formatted(objects.size() + socks.size(), payersFound));
    }
  }

  private Sum check(MemcgState memcg) {
    long kernel = kernelPages(memcg);
    equal(memcg, "kernel objects, pages", memcg.kernelPages(), kernel);
    Socks bound = socks.get(memcg.socks());
    payersFound += bound == null ? 0 : 1;
    long sock = bound == null ? 0 : bound.pages;
    equal(memcg, "sock, pages", memcg.sockPages(), sock);
    equal(memcg, "socks bound to it", memcg.socks().references(), bound == null ? 0 : bound.count);
    boolean v1 = tree.memcontrol().version() == CgroupVersion.V1;
    long memory = kernel + (v1 ? 0 : sock) + tree.memcontrol().stockPages(memcg);
    if (!memcg.isRoot()) {
      memory += memcg.userPages().anonPages() + memcg.userPages().filePages();
    }
    for (MemcgState child : memcg.children()) {
      Sum below = check(child);
      memory += below.memory;
      kernel += below.kernel;
      sock += below.sock;
    }
    equal(memcg, "memory, pages", memcg.memory.usage(), memory);
    if (v1) {
      equal(memcg, "kmem, pages", memcg.kmem.usage(), kernel);
      equal(memcg, "memsw, pages", memcg.memsw.usage(), memory);
      equal(memcg, "kmem.tcp, pages", memcg.tcpmem.usage(), sock);
    }
    if (memcg.memory.watermark() < memory) {
      equal(memcg, "peak, pages", memcg.memory.watermark(), memory);
    }
    return new Sum(memory, kernel, sock);
  }

  /** Pages that its objects must take; the payers of removed cgroups below it are among its own. */
  private long kernelPages(MemcgState memcg) {
    long pages = 0;
    for (ObjCgroupState payer : memcg.objcgs()) {
      Objects found = objects.get(payer);
      payersFound += found == null ? 0 : 1;
      Objects sum = found == null ? new Objects() : found;
      equal(memcg, "slab, bytes", payer.bytes(), sum.bytes);
      equal(memcg, "slab_reclaimable, bytes", payer.reclaimableBytes(), sum.reclaimableBytes);
      equal(memcg, "whole pages", payer.wholePages(), sum.wholePages);
      equal(memcg, "pages of large objects", payer.largeObjectPages(), sum.largeObjectPages);
      pages += MemcgState.pages(sum.bytes) + sum.wholePages;
    }
    return pages;
  }

  private static void equal(MemcgState memcg, String what, long counted, long summed) {
    if (counted != summed) {
      throw new AssertionError(
          "%s: %s: counted %d, but all that is there sums up to %d"
              .formatted(memcg, what, counted, summed));
    }
  }
}
