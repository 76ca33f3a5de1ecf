package org.netshard.namespace.cgroup;

import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.netshard.namespace.lib.Kstrtox;
import org.netshard.protocol.abi.Errno;

/**
 * A control file of cgroups: its name, and what reading and writing it does.
 *
 * <p><b>Source:</b> {@code include/linux/cgroup-defs.h}, {@code struct cftype}.
 */
public final class Cftype {
  private final String name;
  private final boolean ofMemory;
  private @Nullable Show show;
  private String showFunction = "cgroup_seqfile_show";
  private @Nullable Store store;
  private String storeFunction = "cgroup_file_write";
  private @Nullable Function<CgroupOpenFile, FileEvents> events;
  private boolean onRoot = true;
  private boolean onOthers = true;
  private Predicate<Cgroup> hidden = cgroup -> false;

  /** Makes the text of a file. */
  @FunctionalInterface
  interface Show {
    /** Appends the text; 0 or {@code -errno}. */
    int show(CgroupOpenFile file, StringBuilder out);
  }

  /** Takes what a task writes. */
  @FunctionalInterface
  interface Store {
    /** Takes it; 0 or {@code -errno}. */
    int store(CgroupOpenFile file, CgroupTask writer, String text);
  }

  private Cftype(String name, boolean ofMemory) {
    this.name = name;
    this.ofMemory = ofMemory;
  }

  /** A file that cgroups have whatever controllers they have. */
  static Cftype core(String name) {
    return new Cftype(name, false);
  }

  /** A file of the memory controller. */
  static Cftype memory(String name) {
    return new Cftype("memory." + name, true);
  }

  /** A file of the memory controller with a name of its own ({@code CFTYPE_NO_PREFIX}). */
  static Cftype unprefixed(String name) {
    return new Cftype(name, true);
  }

  /** Says who counts the changes of it that come by themselves ({@code file_offset}). */
  Cftype notifies(Function<CgroupOpenFile, FileEvents> newEvents) {
    events = newEvents;
    return this;
  }

  /** Changes of an open file that come by themselves; null if there are none ever. */
  @Nullable FileEvents events(CgroupOpenFile file) {
    return events == null ? null : events.apply(file);
  }

  /** Lets it be read. */
  Cftype show(String function, Show newShow) {
    show = newShow;
    showFunction = function;
    return this;
  }

  /** Lets it be read as text that cannot fail. */
  Cftype text(String function, Function<CgroupOpenFile, String> text) {
    return show(
        function,
        (file, out) -> {
          out.append(text.apply(file));
          return 0;
        });
  }

  /** Lets it be read as a number ({@code read_u64}). */
  Cftype number(String function, ToLongFunction<CgroupOpenFile> value) {
    return text(function, file -> Long.toUnsignedString(value.applyAsLong(file)) + "\n");
  }

  /** Lets it be written. */
  Cftype store(String function, Store newStore) {
    store = newStore;
    storeFunction = function;
    return this;
  }

  /** What a number does that is written. */
  @FunctionalInterface
  interface StoreNumber {
    /** Takes it; 0 or {@code -errno}. */
    int store(CgroupOpenFile file, long value);
  }

  /** Lets it be written as a number ({@code write_u64}). */
  Cftype storeNumber(String function, StoreNumber newStore) {
    return store(
        function,
        (file, writer, text) -> {
          Kstrtox.Parsed number = Kstrtox.kstrtoull(text);
          return number.failed() ? number.result() : newStore.store(file, number.value());
        });
  }

  /** Takes it away from the root ({@code CFTYPE_NOT_ON_ROOT}). */
  Cftype notOnRoot() {
    onRoot = false;
    return this;
  }

  /** Leaves it to the root only ({@code CFTYPE_ONLY_ON_ROOT}). */
  Cftype onlyOnRoot() {
    onOthers = false;
    return this;
  }

  /** Hides it from some cgroups ({@code cgroup_file_show}). */
  Cftype unless(Predicate<Cgroup> newHidden) {
    hidden = newHidden;
    return this;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Its permission bits ({@code cgroup_file_mode}). */
  public int mode() {
    return (show == null ? 0 : 0444) | (store == null ? 0 : 0200);
  }

  /** Whether a cgroup has it now. */
  boolean isIn(Cgroup cgroup) {
    return (cgroup.parent() == null ? onRoot : onOthers)
        && (!ofMemory || cgroup.own() != null)
        && !isHiddenIn(cgroup);
  }

  /** Whether a cgroup hides it now. */
  boolean isHiddenIn(Cgroup cgroup) {
    return hidden.test(cgroup);
  }

  /** Whether it is the memory controller's. */
  boolean ofMemory() {
    return ofMemory;
  }

  /** The kernel's function that makes its text. */
  public String showFunction() {
    return showFunction;
  }

  /** The kernel's function that takes what is written. */
  public String storeFunction() {
    return storeFunction;
  }

  int show(CgroupOpenFile file, StringBuilder out) {
    return show == null ? Errno.EINVAL.negated() : show.show(file, out);
  }

  int store(CgroupOpenFile file, CgroupTask writer, String text) {
    return store == null ? Errno.EINVAL.negated() : store.store(file, writer, text);
  }

  @Override
  public String toString() {
    return name;
  }
}
