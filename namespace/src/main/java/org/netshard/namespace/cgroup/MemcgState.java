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
 * <p>Memory comes in three kinds: socket buffers ({@link MemcgSocks}), kernel objects ({@link
 * ObjCgroupState}), and pages of programs and of the page cache ({@link MemcgUserPages}).
 *
 * <p>A removed cgroup lives on, out of sight, while socks are bound to it.
 *
 * <p><b>Source:</b> {@code mm/memcontrol.c}: {@code struct mem_cgroup}, {@code
 * mem_cgroup_css_offline}, {@code memcg_memory_event}.
 */
public final class MemcgState implements Memcg {
  /** Bytes of a page. */
  public static final int PAGE_SIZE = 4096;

  private static final long[] NO_EVENTS = new long[MemcgEvent.values().length];

  private final Memcontrol control;
  private final @Nullable MemcgState parent;
  private final List<MemcgState> children = new ArrayList<>(0);
  private List<ObjCgroupState> objcgs = List.of();
  private final @Nullable ObjCgroupState objcg;
  private final String path;
  private long[] events = NO_EVENTS;
  private long[] eventsLocal = NO_EVENTS;
  private @Nullable MemcgAside aside;

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

  private final MemcgSocks socks = new MemcgSocks(this);
  private @Nullable MemcgUserPages userPages;
  private long kernelPages;
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
    objcg = parent == null ? null : new ObjCgroupState(this);
    if (objcg != null) {
      adopt(objcg);
    }
    if (parent != null) {
      parent.children.add(this);
      int swappiness = parent.seldom().swappiness;
      if (swappiness != seldom().swappiness) {
        aside().swappiness = swappiness;
      }
      oomKillDisable = v1 && parent.oomKillDisable;
    }
  }

  private void adopt(ObjCgroupState payer) {
    if (objcgs.isEmpty()) {
      objcgs = new ArrayList<>(1);
    }
    objcgs.add(payer);
  }

  /** What few cgroups need, to be looked at. */
  MemcgAside seldom() {
    return aside == null ? MemcgAside.UNTOUCHED : aside;
  }

  /** What few cgroups need, to be changed. */
  MemcgAside aside() {
    MemcgAside present = aside == null ? new MemcgAside() : aside;
    aside = present;
    return present;
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
    if (objcg == null) {
      throw new IllegalStateException("the root cgroup pays for nothing");
    }
    return objcg;
  }

  @Override
  public @Nullable SockMemcg skAlloc() {
    return socks.skAlloc();
  }

  /** Its socket buffers. */
  MemcgSocks socks() {
    return socks;
  }

  /** Its pages of programs and of the page cache. */
  public MemcgUserPages userPages() {
    MemcgUserPages present = userPages == null ? new MemcgUserPages(this) : userPages;
    userPages = present;
    return present;
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
    if (control.version() == CgroupVersion.V1) {
      kmem.charge(pages);
    }
    return true;
  }

  /** Gives pages of kernel objects back. */
  void unchargeKernel(long pages) {
    kernelPages -= pages;
    if (control.version() == CgroupVersion.V1) {
      kmem.uncharge(pages);
    }
    control.uncharge(this, pages);
  }

  /** Tells how well the reclaim of its pages went ({@code vmpressure}). */
  void vmpressure(long scanned, long reclaimed) {
    if (!isRoot()) {
      aside().vmPressure.add(scanned, reclaimed, control.nowNs());
    }
  }

  /**
   * Counts an event here and, with version 2, in every cgroup above but the root ({@code
   * memcg_memory_event}).
   */
  void event(MemcgEvent event) {
    eventsLocal = counted(eventsLocal, event);
    events = counted(events, event);
    happened(seldom().eventsLocalFile);
    happened(seldom().eventsFile);
    if (control.version() == CgroupVersion.V2) {
      for (MemcgState memcg = parent; memcg != null && !memcg.isRoot(); memcg = memcg.parent) {
        memcg.events = counted(memcg.events, event);
        happened(memcg.seldom().eventsFile);
      }
    }
  }

  private static void happened(@Nullable FileEvents file) {
    if (file != null) {
      file.happened();
    }
  }

  private static long[] counted(long[] counts, MemcgEvent event) {
    long[] own = counts == NO_EVENTS ? NO_EVENTS.clone() : counts;
    own[event.ordinal()]++;
    return own;
  }

  /** Times that something happened here or below. */
  public long events(MemcgEvent event) {
    return events[event.ordinal()];
  }

  /** Times that something happened here. */
  public long eventsLocal(MemcgEvent event) {
    return eventsLocal[event.ordinal()];
  }

  /**
   * Takes it out of the tree ({@code mem_cgroup_css_offline}); what is left of its objects goes to
   * its parent, its socks and its page cache stay charged to it.
   *
   * <p><b>Differs from Linux:</b> the pages of objects that go over are counted off here, where
   * Linux lets the counter of a removed cgroup keep them for ever; a limit of its own is then
   * reached a little later by the socks that are bound to it.
   */
  void offline() {
    MemcgState above = parent;
    if (above == null) {
      throw new IllegalStateException("the root cgroup is removed");
    }
    online = false;
    minPages = 0;
    lowPages = 0;
    control.drain(this);
    EventControl.end(this);
    for (ObjCgroupState payer : objcgs) {
      long pages = payer.pages();
      memory.cancel(pages);
      if (control.version() == CgroupVersion.V1) {
        memsw.cancel(pages);
        kmem.cancel(pages);
      }
      kernelPages -= pages;
      above.kernelPages += pages;
      payer.reparent(above);
      above.adopt(payer);
    }
    objcgs = List.of();
    if (userPages != null) {
      userPages.offline();
    }
    releaseIfUnused();
  }

  /** Ends it for good if it was removed and nothing is bound or charged to it any more. */
  void releaseIfUnused() {
    boolean pages = userPages != null && userPages.any();
    boolean used = socks.references() > 0 || !children.isEmpty() || pages;
    if (online || used || parent == null) {
      return;
    }
    control.drain(this);
    if (memory.usage() != 0 || tcpmem.usage() != 0) {
      throw new IllegalStateException(
          this + " ends with " + memory.usage() + " pages, " + tcpmem.usage() + " of tcpmem");
    }
    parent.children.remove(this);
    parent.releaseIfUnused();
  }

  /** Counts a charge for it that failed, here or above, for want of room. */
  void refuse() {
    refused++;
  }

  /** Charges for it that failed for want of room. */
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
  public List<MemcgState> children() {
    return children;
  }

  /** Who pays for its objects: one of its own, and those of removed cgroups below it. */
  List<ObjCgroupState> objcgs() {
    return objcgs;
  }

  /** Absolute path. */
  public String path() {
    return path;
  }

  /** The path for people, who must tell it from a new one of the same name if it was removed. */
  public String shownPath() {
    return online ? path : path + " (removed)";
  }

  /** Whether it has not been removed. */
  public boolean online() {
    return online;
  }

  /** Notes that its tasks stood still for want of memory. */
  void stalled(long ns) {
    for (MemcgState memcg = this; memcg != null; memcg = memcg.parent) {
      memcg.aside().stall.add(ns, control.nowNs());
    }
  }

  /** Its stalls, to be watched. */
  MemStall stall() {
    return aside().stall;
  }

  /** The file {@code memory.pressure}. */
  String pressureText() {
    return aside().stall.text(control.nowNs());
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
    return socks.pages();
  }

  /** Bytes of socket buffers charged here and below ({@code sock} of {@code memory.stat}). */
  public long sockBytes() {
    long bytes = socks.pages() * PAGE_SIZE;
    for (MemcgState child : children) {
      bytes += child.sockBytes();
    }
    return bytes;
  }

  /** Bytes of kernel objects charged here and below ({@code kernel}). */
  public long kernelBytes() {
    long bytes = kernelPages * PAGE_SIZE;
    for (MemcgState child : children) {
      bytes += child.kernelBytes();
    }
    return bytes;
  }

  /** Pages of its own kernel objects. */
  public long kernelPages() {
    return kernelPages;
  }

  /** Bytes of its own objects, those too large for a slab included ({@code slab}). */
  public long slabBytes() {
    return objcgs.stream().mapToLong(one -> one.bytes() + one.largeObjectPages() * PAGE_SIZE).sum();
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
