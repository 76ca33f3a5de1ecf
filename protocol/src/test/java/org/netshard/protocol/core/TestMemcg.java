package org.netshard.protocol.core;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.memcg.Gfp;
import org.netshard.protocol.memcg.Memcg;
import org.netshard.protocol.memcg.ObjCgroup;
import org.netshard.protocol.memcg.SockMemcg;

/** A memory cgroup for tests: two counts with a limit each. */
public final class TestMemcg implements Memcg, ObjCgroup, SockMemcg {
  private static final int PAGE_SIZE = 4096;

  private final long objectBytesMax;
  private final long pagesMax;
  private long objectBytes;
  private long pages;
  private int references;
  private boolean pressure;

  /** A cgroup with limits for objects and for pages of socket buffers. */
  public TestMemcg(long objectBytesMax, long pagesMax) {
    this.objectBytesMax = objectBytesMax;
    this.pagesMax = pagesMax;
  }

  /** Bytes of objects. */
  public long objectBytes() {
    return objectBytes;
  }

  /** Pages of socket buffers. */
  public long pages() {
    return pages;
  }

  /** Socks bound to it. */
  public int references() {
    return references;
  }

  /** Begins or ends its pressure. */
  public void setPressure(boolean on) {
    pressure = on;
  }

  @Override
  public ObjCgroup objcg() {
    return this;
  }

  @Override
  public @Nullable SockMemcg skAlloc() {
    references++;
    return this;
  }

  @Override
  public boolean charge(int bytes, Slab slab, Gfp gfp) {
    if (objectBytes + bytes > objectBytesMax) {
      return false;
    }
    objectBytes += bytes;
    return true;
  }

  @Override
  public void uncharge(int bytes, Slab slab) {
    objectBytes -= bytes;
  }

  @Override
  public boolean chargePages(int more, Pages use, Gfp gfp) {
    return charge(more * PAGE_SIZE, Slab.UNRECLAIMABLE, gfp);
  }

  @Override
  public void unchargePages(int less, Pages use) {
    uncharge(less * PAGE_SIZE, Slab.UNRECLAIMABLE);
  }

  @Override
  public boolean charge(long more, Gfp gfp) {
    if (pages + more > pagesMax && !gfp.noFail() && !gfp.high()) {
      return false;
    }
    pages += more;
    return true;
  }

  @Override
  public void uncharge(long less) {
    pages -= less;
  }

  @Override
  public boolean underSocketPressure() {
    return pressure;
  }

  @Override
  public SockMemcg get() {
    references++;
    return this;
  }

  @Override
  public void put() {
    references--;
  }
}
