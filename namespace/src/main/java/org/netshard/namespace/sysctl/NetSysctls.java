package org.netshard.namespace.sysctl;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;
import org.netshard.protocol.profile.SysctlProfile;

/**
 * The sysctls as one network namespace has them: shared values, and those it has written.
 *
 * <p>A namespace that wrote nothing costs this object only.
 *
 * <p><b>Source:</b> {@code fs/proc/proc_sysctl.c}, {@code proc_sys_call_handler}; {@code
 * net/sysctl_net.c}, {@code net_ctl_permissions}.
 */
public final class NetSysctls {
  private final SysctlTable table;
  private final SysctlValues base;
  private long[][] numbers;
  private int @Nullable [] changedSlots;
  private String @Nullable [] changedTexts;

  NetSysctls(SysctlTable table, SysctlValues base) {
    this.table = table;
    this.base = base;
    this.numbers = base.numbers;
  }

  /** The table of the machine. */
  public SysctlTable table() {
    return table;
  }

  /** The present value of a sysctl that the model reads; one of its numbers. */
  public long number(Sysctl sysctl, int index) {
    boolean ofMachine = isInit() || table.shared(sysctl);
    long[][] source = ofMachine ? table.initValues().numbers : numbers;
    return source[sysctl.ordinal()][index];
  }

  /** The present value of a sysctl that the model reads, as text. */
  public String text(Sysctl sysctl) {
    return text(table.slot(sysctl));
  }

  /**
   * The text that reading the file gives, without newline; null if it cannot be read.
   *
   * @param owner user namespace that owns the network namespace
   */
  public @Nullable String read(String name, UserNamespace owner) {
    int slot = visibleSlot(name, owner);
    if (slot < 0 || (mode(table.profile(slot)) & 0444) == 0) {
      return null;
    }
    String text = text(slot);
    if (!text.isEmpty()) {
      return text;
    }
    return switch (table.profile(slot).format().kind()) {
      case STABLE_SECRET -> null;
      case FASTOPEN_KEY -> SysctlFormats.NO_FASTOPEN_KEY;
      default -> text;
    };
  }

  /**
   * Checks what {@code open} of the file checks.
   *
   * <p><b>Errors</b>, in order: ENOENT if the namespace does not have the file, EACCES if its mode
   * does not allow it: for {@code net.} the mode of the owner counts for CAP_NET_ADMIN in the user
   * namespace that owns the network namespace, and else root, its group and others as usual.
   *
   * @param owner user namespace that owns the network namespace
   * @return 0 or {@code -errno}
   */
  public int open(String name, boolean forRead, boolean forWrite, Cred cred, UserNamespace owner) {
    int slot = visibleSlot(name, owner);
    if (slot < 0) {
      return Errno.ENOENT.negated();
    }
    int wanted = (forRead ? 4 : 0) | (forWrite ? 2 : 0);
    return permitted(table.profile(slot), wanted, cred, owner) ? 0 : Errno.EACCES.negated();
  }

  /**
   * Writes to the file.
   *
   * <p><b>Errors</b>, in order: ENOENT, EPERM if the mode does not allow the writer to write, then
   * those of the format, EINVAL for most. Of several numbers those before a bad one are kept.
   *
   * @param position where in the file the text goes
   * @return the number of bytes taken, or {@code -errno}
   */
  public long write(String name, String text, long position, Cred cred, UserNamespace owner) {
    int slot = visibleSlot(name, owner);
    if (slot < 0) {
      return Errno.ENOENT.negated();
    }
    SysctlProfile profile = table.profile(slot);
    if (!permitted(profile, 2, cred, owner)) {
      return Errno.EPERM.negated();
    }
    return new ProcHandler(this, slot, text, position, cred).write();
  }

  /** Whether this is the initial namespace. */
  public boolean isInit() {
    return table.init() == this;
  }

  /** How many values this namespace has written and keeps apart. */
  public int changedCount() {
    return changedSlots == null ? 0 : changedSlots.length;
  }

  private int visibleSlot(String name, UserNamespace owner) {
    int slot = table.slot(name);
    if (slot < 0) {
      return slot;
    }
    boolean there =
        switch (table.profile(slot).scope()) {
          case GLOBAL -> isInit();
          case NETNS_OF_INIT_USER -> owner.parent() == null;
          default -> true;
        };
    return there ? slot : -1;
  }

  /**
   * The mode of the file, as {@code stat} tells it ({@code proc_sys_getattr}); 0 if it is absent.
   *
   * @param owner user namespace that owns the network namespace
   */
  public int mode(String name, UserNamespace owner) {
    int slot = visibleSlot(name, owner);
    return slot < 0 ? 0 : mode(table.profile(slot));
  }

  private int mode(SysctlProfile profile) {
    return isInit() ? profile.mode() : profile.freshMode();
  }

  private boolean permitted(SysctlProfile profile, int wanted, Cred cred, UserNamespace owner) {
    int allowed = SysctlPermissions.allowed(profile.name(), mode(profile), cred, owner);
    return (wanted & ~allowed) == 0;
  }

  String text(int slot) {
    if (isInit() || !table.profile(slot).scope().perNamespace()) {
      return table.initValues().texts[slot];
    }
    int[] slots = changedSlots;
    String[] texts = changedTexts;
    if (slots != null && texts != null) {
      int at = Arrays.binarySearch(slots, slot);
      if (at >= 0) {
        return texts[at];
      }
    }
    return base.texts[slot];
  }

  /** Gives a sysctl that the model reads a value, as the kernel itself does. */
  public void set(Sysctl sysctl, String text) {
    put(table.slot(sysctl), text);
  }

  void putIfPresent(String name, String text) {
    int slot = table.slot(name);
    if (slot >= 0) {
      put(slot, text);
    }
  }

  /** Sets a value, in the machine's table or in this namespace only. */
  void put(int slot, String text) {
    if (isInit() || !table.profile(slot).scope().perNamespace()) {
      table.initChanged(slot, text);
      return;
    }
    insert(slot, text);
    int ordinal = table.ordinal(slot);
    if (ordinal >= 0) {
      if (numbers == base.numbers) {
        numbers = base.numbers.clone();
      }
      numbers[ordinal] = SysctlValues.parse(text);
    }
  }

  private void insert(int slot, String text) {
    int[] slots = changedSlots == null ? new int[0] : changedSlots;
    String[] texts = changedTexts == null ? new String[0] : changedTexts;
    int at = Arrays.binarySearch(slots, slot);
    if (at >= 0) {
      texts[at] = text;
      return;
    }
    int before = -at - 1;
    int[] moreSlots = Arrays.copyOf(slots, slots.length + 1);
    String[] moreTexts = Arrays.copyOf(texts, texts.length + 1);
    System.arraycopy(slots, before, moreSlots, before + 1, slots.length - before);
    System.arraycopy(texts, before, moreTexts, before + 1, texts.length - before);
    moreSlots[before] = slot;
    moreTexts[before] = text;
    changedSlots = moreSlots;
    changedTexts = moreTexts;
  }
}
