package org.netshard.namespace.cgroup;

import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Abi;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Poll;
import org.netshard.protocol.core.WaitQueue;
import org.netshard.protocol.cred.Cred;

/**
 * An open control file.
 *
 * <p><b>Source:</b> {@code include/linux/kernfs.h}, {@code struct kernfs_open_file}; {@code
 * fs/kernfs/file.c}; {@code kernel/cgroup/cgroup.c}, {@code cgroup_file_write}.
 */
public final class CgroupOpenFile {
  /** {@code memory.peak} has not been written through this descriptor. */
  static final long PEAK_UNSET = -1;

  private static final int ALWAYS = Poll.IN | Poll.OUT | Poll.RDNORM | Poll.WRNORM;

  private final WaitQueue nobody = new WaitQueue();
  private final CgroupTree tree;
  private final Cgroup cgroup;
  private final Cftype type;
  private final @Nullable MemcgState memcg;
  private final Cred opener;
  private final int flags;

  /** The usage that this descriptor began to watch from, pages. */
  long peakPages = PEAK_UNSET;

  /** What tells of stalls ({@code ctx->psi.trigger}), and whose stalls these are. */
  private @Nullable PsiTrigger trigger;

  private @Nullable MemStall stall;

  /** Changes that were there when it was last read; 0 if it never was ({@code of->event}). */
  private int seen;

  /**
   * A file that has just been opened.
   *
   * @param opener credentials of the task that opened it
   * @param flags flags of {@code open}
   */
  public CgroupOpenFile(CgroupTree tree, Cgroup cgroup, Cftype type, Cred opener, int flags) {
    this.tree = tree;
    this.cgroup = cgroup;
    this.type = type;
    this.memcg = type.ofMemory() ? cgroup.own() : null;
    this.opener = opener;
    this.flags = flags;
  }

  /** The tree. */
  CgroupTree tree() {
    return tree;
  }

  /** The cgroup whose file it is. */
  public Cgroup cgroup() {
    return cgroup;
  }

  /** The memory cgroup whose file it is. */
  MemcgState memcg() {
    MemcgState known = memcg;
    if (known == null) {
      throw new IllegalStateException(cgroup + ": " + type + " is no file of the controller");
    }
    return known;
  }

  /** Which file it is. */
  public Cftype type() {
    return type;
  }

  /** Credentials of the task that opened it. */
  Cred opener() {
    return opener;
  }

  /** Whether writes must not wait for memory. */
  boolean nonblocking() {
    return (flags & Abi.O_NONBLOCK) != 0;
  }

  /**
   * Makes the text.
   *
   * <p><b>Errors</b>, in order: ENODEV if the cgroup was removed, those of the file.
   *
   * @return 0 or {@code -errno}
   */
  public int show(StringBuilder out) {
    if (gone()) {
      return Errno.ENODEV.negated();
    }
    int result = type.show(this, out);
    if (result == 0 && !out.isEmpty()) {
      seen = changes();
    }
    return result;
  }

  private int changes() {
    FileEvents events = type.events(this);
    return events == null ? 1 : events.count();
  }

  /**
   * What those learn who wait for several files: that it has changed since it was last read, or,
   * with a trigger, that there was a stall ({@code kernfs_fop_poll}).
   */
  public int poll() {
    if (gone()) {
      return ALWAYS | Poll.ERR | Poll.PRI;
    }
    if (trigger != null) {
      return trigger.take() ? ALWAYS | Poll.PRI : ALWAYS;
    }
    return seen == changes() ? ALWAYS : ALWAYS | Poll.ERR | Poll.PRI;
  }

  /** Those who wait for it to change; it may be a file that never does. */
  public WaitQueue waitQueue() {
    FileEvents events = type.events(this);
    return events == null ? nobody : events.waitQueue();
  }

  /** Whether it tells of stalls. */
  boolean hasTrigger() {
    return trigger != null;
  }

  /** Lets it tell of stalls. */
  void setTrigger(MemStall of, PsiTrigger newTrigger) {
    stall = of;
    trigger = newTrigger;
  }

  /**
   * Takes what a task writes, up to the first NUL.
   *
   * <p><b>Errors</b>, in order: ENODEV if the cgroup was removed; none for no bytes; those of the
   * file.
   *
   * @return the number of bytes taken, or {@code -errno}
   */
  public long store(CgroupTask writer, String text) {
    if (gone()) {
      return Errno.ENODEV.negated();
    }
    if (text.isEmpty()) {
      return 0;
    }
    int end = text.indexOf('\0');
    int result = type.store(this, writer, end < 0 ? text : text.substring(0, end));
    return result < 0 ? result : text.length();
  }

  /**
   * Whether the file is gone: with its cgroup, with the controller that it belongs to, or hidden.
   */
  public boolean gone() {
    return cgroup.removed()
        || (type.ofMemory() && cgroup.own() != memcg)
        || type.isHiddenIn(cgroup);
  }

  /** The last descriptor is closed. */
  public void release() {
    MemcgState watched = memcg;
    if (watched != null && peakPages != PEAK_UNSET) {
      watched.aside().forgetPeak(this);
    }
    if (stall != null && trigger != null) {
      stall.forget(trigger);
    }
  }
}
