package org.netshard.namespace.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.Memcg;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.SockMemcg;

/**
 * One memory cgroup: its counters, limits and events.
 *
 * <p>Memory comes in three kinds: pages of socket buffers ({@code sock}), pages of kernel objects
 * ({@link ObjCgroupState}), and pages of programs and of the page cache, which a scenario gives.
 * With version 2 all of them count in {@code memory}; with version 1 socket buffers count in {@code
 * kmem.tcp} alone.
 *
 * <p>A removed cgroup lives on, out of sight, while socks are bound to it.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}: {@code struct mem_cgroup}, {@code
 * mem_cgroup_sk_alloc}, {@code mem_cgroup_charge_skmem}, {@code mem_cgroup_css_offline}; {@code
 * mm/memcontrol-v1.c}: {@code memcg1_charge_skmem}.
 */
public final class MemcgState implements Memcg, SockMemcg {
  /** Bytes of a page. */
  static final int PAGE_SIZE = 4096;

  private final Memcontrol control;
  private final @Nullable MemcgState parent;
  private final List<MemcgState> children = new ArrayList<>(0);
  private final List<ObjCgroupState> objcgs = new ArrayList<>(1);
  private final String path;
  private final long[] events = new long[MemcgEvent.values().length];
  private final long[] eventsLocal = new long[MemcgEvent.values().length];
  private final VmPressure vmPressure = new VmPressure();
  private final MemStall stall = new MemStall();
  private final List<CgroupOpenFile> peaks = new ArrayList<>(0);

  /** {@code memory}: what {@code memory.max} limits. */
  final PageCounter memory;

  /** {@code memsw}, version 1: memory and swap, which is the same as there is no swap. */
  final PageCounter memsw;

  /** {@code kmem}, version 1: kernel objects. */
  final PageCounter kmem;

  /** {@code tcpmem}, version 1: socket buffers. */
  final PageCounter tcpmem;

  /** {@code memory.high}, pages. */
  long highPages = PageCounter.MAX;

  /** {@code memory.low}, pages. */
  long lowPages;

  /** {@code memory.min}, pages. */
  long minPages;

  /** {@code memory.oom.group}. */
  boolean oomGroup;

  /** {@code memory.oom_control} of version 1. */
  boolean oomKillDisable;

  /** {@code memory.swap.high}, pages; there is no swap. */
  long swapHighPages = PageCounter.MAX;

  /** {@code memory.swap.max}, pages; there is no swap. */
  long swapMaxPages = PageCounter.MAX;

  /** {@code memory.soft_limit_in_bytes} of version 1, pages. */
  long softLimitPages = PageCounter.MAX;

  /** {@code memory.swappiness} of version 1. */
  int swappiness = 60;

  private boolean tcpmemActive;
  private boolean tcpmemPressure;
  private long sockPages;
  private long kernelPages;
  private long filePages;
  private long anonPages;
  private long reclaimedPages;
  private long proactivePages;
  private int sockReferences;
  private long refused;
  private boolean online = true;

  MemcgState(Memcontrol control, @Nullable MemcgState parent, String path) {
    this.control = control;
    this.parent = parent;
    this.path = path;
    boolean v1 = control.version() == CgroupVersion.V1;
    memory = new PageCounter(this, parent == null ? null : parent.memory, v1);
    memsw = new PageCounter(this, parent == null ? null : parent.memsw, v1);
    kmem = new PageCounter(this, parent == null ? null : parent.kmem, false);
    tcpmem = new PageCounter(this, parent == null ? null : parent.tcpmem, false);
    objcgs.add(new ObjCgroupState(this));
    if (parent != null) {
      parent.children.add(this);
      swappiness = parent.swappiness;
      oomKillDisable = v1 && parent.oomKillDisable;
    }
  }

  /** The memory controller. */
  Memcontrol control() {
    return control;
  }

  /** Pages that hold so many bytes. */
  public static long pages(long bytes) {
    return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
  }

  @Override
  public ObjCgroup objcg() {
    return objcgs.get(0);
  }

  @Override
  public @Nullable SockMemcg skAlloc() {
    if (control.version() == CgroupVersion.V1 && !tcpmemActive) {
      return null;
    }
    sockReferences++;
    return this;
  }

  @Override
  public boolean charge(long pages, Gfp gfp) {
    if (control.version() == CgroupVersion.V1) {
      return chargeTcpmem(pages, gfp);
    }
    if (!control.tryCharge(this, pages, gfp)) {
      return false;
    }
    sockPages += pages;
    return true;
  }

  private boolean chargeTcpmem(long pages, Gfp gfp) {
    MemcgState over = tcpmem.tryCharge(pages);
    tcpmemPressure = over != null;
    if (over != null) {
      if (!gfp.noFail()) {
        over.refuse();
        return false;
      }
      tcpmem.charge(pages);
    }
    sockPages += pages;
    return true;
  }

  @Override
  public void uncharge(long pages) {
    sockPages -= pages;
    if (sockPages < 0) {
      throw new IllegalStateException(this + ": " + sockPages + " pages of socket buffers");
    }
    if (control.version() == CgroupVersion.V1) {
      tcpmem.uncharge(pages);
    } else {
      control.uncharge(this, pages);
    }
  }

  /** Charges pages of kernel objects. */
  boolean chargeKernel(long pages, Gfp gfp) {
    if (isRoot()) {
      return true;
    }
    if (!control.tryCharge(this, pages, gfp)) {
      return false;
    }
    kernelPages += pages;
    kmem.charge(pages);
    return true;
  }

  /** Gives pages of kernel objects back. */
  void unchargeKernel(long pages) {
    kernelPages -= pages;
    kmem.uncharge(pages);
    control.uncharge(this, pages);
  }

  /** Charges resident pages of a program ({@code anon}); false if there is no room. */
  public boolean chargeAnon(long pages) {
    if (!isRoot() && !control.tryCharge(this, pages, Gfp.KERNEL)) {
      return false;
    }
    anonPages += pages;
    return true;
  }

  /** Gives pages of a program back. */
  public void unchargeAnon(long pages) {
    anonPages -= pages;
    if (anonPages < 0) {
      throw new IllegalStateException(this + ": " + anonPages + " pages of programs");
    }
    if (!isRoot()) {
      control.uncharge(this, pages);
    }
    releaseIfUnused();
  }

  /** Charges clean pages of the page cache ({@code file}), which reclaim can take. */
  public boolean chargeFile(long pages) {
    if (!isRoot() && !control.tryCharge(this, pages, Gfp.KERNEL)) {
      return false;
    }
    filePages += pages;
    return true;
  }

  /** Takes up to so many pages of the page cache away; how many it took. */
  long reclaimFile(long pages) {
    long taken = Math.min(pages, filePages);
    if (taken > 0) {
      filePages -= taken;
      if (control.proactive()) {
        proactivePages += taken;
      } else {
        reclaimedPages += taken;
      }
      control.uncharge(this, taken);
    }
    return taken;
  }

  @Override
  public boolean underSocketPressure() {
    if (control.version() == CgroupVersion.V1) {
      return tcpmemPressure;
    }
    for (MemcgState memcg = this; memcg != null; memcg = memcg.parent) {
      if (memcg.vmPressure.underPressure(control.nowNs())) {
        return true;
      }
    }
    return false;
  }

  /** Tells how well the reclaim of its pages went ({@code vmpressure}). */
  void vmpressure(long scanned, long reclaimed) {
    if (!isRoot()) {
      vmPressure.add(scanned, reclaimed, control.nowNs());
    }
  }

  /** Counts an event here and in every cgroup above but the root ({@code memcg_memory_event}). */
  void event(MemcgEvent event) {
    eventsLocal[event.ordinal()]++;
    for (MemcgState memcg = this; memcg != null && !memcg.isRoot(); memcg = memcg.parent) {
      memcg.events[event.ordinal()]++;
    }
  }

  /** Times that something happened here or below. */
  public long events(MemcgEvent event) {
    return events[event.ordinal()];
  }

  /** Times that something happened here. */
  public long eventsLocal(MemcgEvent event) {
    return eventsLocal[event.ordinal()];
  }

  /** Switches the accounting of socket buffers on, version 1: a limit was written. */
  void activateTcpmem() {
    tcpmemActive = true;
  }

  /** Takes it out of the tree; what is left of its objects goes to its parent. */
  void offline() {
    MemcgState above = parent;
    if (above == null) {
      throw new IllegalStateException("the root cgroup is removed");
    }
    online = false;
    control.drain(this);
    for (ObjCgroupState objcg : objcgs) {
      long pages = objcg.pages();
      memory.cancel(pages);
      memsw.cancel(pages);
      kmem.cancel(pages);
      kernelPages -= pages;
      above.kernelPages += pages;
      objcg.reparent(above);
      above.objcgs.add(objcg);
    }
    objcgs.clear();
    long cache = filePages;
    if (cache > 0) {
      reclaimFile(cache);
    }
    releaseIfUnused();
  }

  @Override
  public void put() {
    sockReferences--;
    if (sockReferences < 0) {
      throw new IllegalStateException(this + ": a reference of a sock too many is given back");
    }
    releaseIfUnused();
  }

  private void releaseIfUnused() {
    boolean used = sockReferences > 0 || !children.isEmpty() || anonPages > 0;
    if (online || used || parent == null) {
      return;
    }
    if (memory.usage() != 0 || tcpmem.usage() != 0) {
      throw new IllegalStateException(
          this + " ends with " + memory.usage() + " pages, " + tcpmem.usage() + " of tcpmem");
    }
    parent.children.remove(this);
    parent.releaseIfUnused();
  }

  /** Counts a charge that failed for want of room here. */
  void refuse() {
    refused++;
  }

  /** Charges that failed for want of room here. */
  public long refused() {
    return refused;
  }

  /** Whether it is the root, which is never charged. */
  public boolean isRoot() {
    return parent == null;
  }

  /** The cgroup above it. */
  @Nullable MemcgState parent() {
    return parent;
  }

  /** The cgroups below it, those removed but still held by socks included. */
  List<MemcgState> children() {
    return children;
  }

  /** Absolute path. */
  public String path() {
    return path;
  }

  /** Whether it has not been removed. */
  public boolean online() {
    return online;
  }

  /** Socks bound to it. */
  public int sockReferences() {
    return sockReferences;
  }

  /** Notes that its tasks stood still for want of memory. */
  void stalled(long ns) {
    for (MemcgState memcg = this; memcg != null; memcg = memcg.parent) {
      memcg.stall.add(ns);
    }
  }

  /** The file {@code memory.pressure}. */
  String pressureText() {
    return stall.text(control.nowNs());
  }

  /** Lets an open {@code memory.peak} watch from what is charged now ({@code peak_write}). */
  void watchPeak(CgroupOpenFile file) {
    long usage = memory.usage();
    memory.setLocalWatermark(usage);
    for (CgroupOpenFile other : peaks) {
      other.peakPages = Math.max(other.peakPages, usage);
    }
    if (file.peakPages == CgroupOpenFile.PEAK_UNSET) {
      peaks.add(file);
    }
    file.peakPages = usage;
  }

  /** Forgets an open {@code memory.peak} ({@code peak_release}). */
  void forgetPeak(CgroupOpenFile file) {
    peaks.remove(file);
  }

  /** The sum of a figure over this cgroup and all below it, the removed ones included. */
  long sumBelow(ToLongFunction<MemcgState> figure) {
    long sum = figure.applyAsLong(this);
    for (MemcgState child : children) {
      sum += child.sumBelow(figure);
    }
    return sum;
  }

  /** How many removed cgroups are below it, which socks still hold. */
  int removedBelow() {
    return (int) sumBelow(memcg -> memcg.online ? 0 : 1);
  }

  /** How many cgroups there are that were not removed: this one and those below it. */
  int onlineBelow() {
    return (int) sumBelow(memcg -> memcg.online ? 1 : 0);
  }

  /** Pages that reclaim has taken for want of memory. */
  long reclaimedPages() {
    return reclaimedPages;
  }

  /** Pages that reclaim has taken because {@code memory.reclaim} was written. */
  long proactivePages() {
    return proactivePages;
  }

  /** Room below the limit, pages ({@code mem_cgroup_margin}). */
  long marginPages() {
    long margin = Math.max(0, memory.max() - memory.usage());
    return control.version() == CgroupVersion.V1
        ? Math.min(margin, Math.max(0, memsw.max() - memsw.usage()))
        : margin;
  }

  /** Bytes charged now ({@code memory.current}). */
  public long currentBytes() {
    return memory.usage() * PAGE_SIZE;
  }

  /** Most bytes ever charged ({@code memory.peak}). */
  public long peakBytes() {
    return memory.watermark() * PAGE_SIZE;
  }

  /** The limit ({@code memory.max}) in bytes, {@link Long#MAX_VALUE} for none. */
  public long limitBytes() {
    return memory.max() == PageCounter.MAX ? Long.MAX_VALUE : memory.max() * PAGE_SIZE;
  }

  /** Pages of socket buffers charged by its own socks. */
  public long sockPages() {
    return sockPages;
  }

  /** Pages of its own kernel objects. */
  public long kernelPages() {
    return kernelPages;
  }

  /** Pages of page cache of its own. */
  public long filePages() {
    return filePages;
  }

  /** Pages of its own programs. */
  public long anonPages() {
    return anonPages;
  }

  /** Bytes of its own slab objects. */
  public long slabBytes() {
    return objcgs.stream().mapToLong(ObjCgroupState::bytes).sum();
  }

  /** Bytes of its own slab objects that can be reclaimed. */
  public long slabReclaimableBytes() {
    return objcgs.stream().mapToLong(ObjCgroupState::reclaimableBytes).sum();
  }

  @Override
  public String toString() {
    return "cgroup " + path + (online ? "" : " (removed)");
  }
}
