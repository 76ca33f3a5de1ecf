package org.netshard.namespace.cgroup;

import org.jspecify.annotations.Nullable;
import org.netshard.namespace.lib.Kstrtox;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.cred.Capability;

/**
 * {@code cgroup.event_control} of version 1: {@code "FD OF AN EVENTFD, FD OF A FILE, ARGUMENTS"}
 * has the counter raised when something happens to what the file shows.
 *
 * <p>The files are {@code memory.usage_in_bytes} and {@code memory.memsw.usage_in_bytes}, with a
 * threshold; {@code memory.oom_control}; and {@code memory.pressure_level}, with a level. When the
 * cgroup is removed, every counter is raised a last time.
 *
 * <p><b>Errors</b>, in order: EINVAL for what are no two numbers; EBADF for the first, EINVAL if it
 * is no eventfd; EBADF for the second, EACCES if it may not be read, EINVAL if it is none of these
 * files, or one of another cgroup; those of the arguments.
 *
 * <p><b>Source:</b> {@code mm/memcontrol-v1.c}: {@code memcg_write_event_control}, {@code
 * mem_cgroup_usage_register_event}, {@code mem_cgroup_oom_register_event}, {@code
 * memcg_event_remove}.
 */
final class EventControl {
  private static final long READS_ALL =
      Capability.CAP_DAC_OVERRIDE.bit() | Capability.CAP_DAC_READ_SEARCH.bit();

  private final String text;
  private int at;

  private EventControl(String text) {
    this.text = text;
  }

  static int store(CgroupOpenFile file, CgroupTask writer, String written) {
    EventControl words = new EventControl(Kstrtox.strstrip(written));
    int efd = words.number();
    if (words.next() != ' ') {
      return Errno.EINVAL.negated();
    }
    words.at++;
    int cfd = words.number();
    char after = words.next();
    if (after != ' ' && after != '\0') {
      return Errno.EINVAL.negated();
    }
    words.at += after == ' ' ? 1 : 0;
    Object counter = writer.file(efd);
    if (!(counter instanceof EventCounter known)) {
      return (counter == null ? Errno.EBADF : Errno.EINVAL).negated();
    }
    return register(file, writer, known, writer.file(cfd), words.text.substring(words.at));
  }

  /** {@code simple_strtoul}: 0 where there is no number. */
  private int number() {
    int value = 0;
    while (next() >= '0' && next() <= '9') {
      value = value * 10 + (next() - '0');
      at++;
    }
    return value;
  }

  private char next() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private static int register(
      CgroupOpenFile file,
      CgroupTask writer,
      EventCounter counter,
      @Nullable Object watched,
      String args) {
    if (watched == null) {
      return Errno.EBADF.negated();
    }
    if (!(watched instanceof ControlHandle handle)) {
      return Errno.EINVAL.negated();
    }
    CgroupOpenFile its = handle.controlFile();
    boolean readable = (its.type().mode() & 0444) != 0;
    if (!readable && (writer.cred().effective() & READS_ALL) == 0) {
      return Errno.EACCES.negated();
    }
    boolean sameCgroup = its.cgroup() == file.cgroup();
    MemcgState memcg = file.memcg();
    return switch (its.type().name()) {
      case "memory.usage_in_bytes" ->
          sameCgroup ? threshold(memcg, false, counter, args) : Errno.EINVAL.negated();
      case "memory.memsw.usage_in_bytes" ->
          sameCgroup ? threshold(memcg, true, counter, args) : Errno.EINVAL.negated();
      case "memory.oom_control" -> {
        if (!sameCgroup) {
          yield Errno.EINVAL.negated();
        }
        memcg.aside().oomCounters.add(counter);
        yield 0;
      }
      case "memory.pressure_level" ->
          sameCgroup ? memcg.aside().pressureEvents.add(counter, args) : Errno.EINVAL.negated();
      default -> Errno.EINVAL.negated();
    };
  }

  private static int threshold(MemcgState memcg, boolean memsw, EventCounter counter, String args) {
    long pages = MemoryWrites.parse(args, "-1");
    if (pages < 0) {
      return (int) pages;
    }
    MemcgAside aside = memcg.aside();
    Thresholds its = memsw ? aside.memswThresholds : aside.thresholds;
    its.add(
        pages, counter, LegacyMemoryFiles.usagePages(memcg, memsw ? memcg.memsw : memcg.memory));
    return 0;
  }

  /** Pages of programs or of the page cache have come or gone ({@code mem_cgroup_threshold}). */
  static void checkThresholds(MemcgState changed) {
    for (MemcgState memcg = changed; memcg != null; memcg = memcg.parent()) {
      MemcgAside aside = memcg.seldom();
      aside.thresholds.check(LegacyMemoryFiles.usagePages(memcg, memcg.memory));
      aside.memswThresholds.check(LegacyMemoryFiles.usagePages(memcg, memcg.memsw));
    }
  }

  /** The OOM killer is called for a cgroup ({@code mem_cgroup_oom_notify}). */
  static void outOfMemory(MemcgState over) {
    over.seldom().oomCounters.forEach(EventCounter::signal);
    over.children().forEach(EventControl::outOfMemory);
  }

  /** A cgroup is removed. */
  static void end(MemcgState memcg) {
    if (memcg.seldom() != MemcgAside.UNTOUCHED) {
      MemcgAside aside = memcg.aside();
      aside.thresholds.end();
      aside.memswThresholds.end();
      aside.pressureEvents.end();
      aside.oomCounters.forEach(EventCounter::signal);
      aside.oomCounters.clear();
    }
  }
}
