package org.netshard.namespace.sysctl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.profile.SysctlProfile;

/**
 * The sysctls of a kernel profile by slot, and their values at boot. It never changes, so all
 * machines of one profile share it.
 */
public final class SysctlCatalog {
  private final SysctlProfile[] profiles;
  private final List<String> modules;
  private final int[] slotOfOrdinal = new int[Sysctl.values().length];
  private final int[] ordinalOfSlot;
  private final boolean[] shared = new boolean[Sysctl.values().length];
  private final SysctlValues init;
  private final SysctlValues fresh;

  /**
   * The catalog of these sysctls.
   *
   * @param modules names of modules that can be loaded
   * @throws IllegalArgumentException if one is missing that the model reads
   */
  public SysctlCatalog(List<SysctlProfile> sysctls, List<String> modules) {
    this.modules = List.copyOf(modules);
    List<SysctlProfile> sorted = new ArrayList<>(sysctls);
    sorted.sort(Comparator.comparing(SysctlProfile::name));
    profiles = sorted.toArray(new SysctlProfile[0]);
    ordinalOfSlot = new int[profiles.length];
    init = SysctlValues.empty(profiles.length);
    fresh = SysctlValues.empty(profiles.length);
    for (int slot = 0; slot < profiles.length; slot++) {
      ordinalOfSlot[slot] = -1;
    }
    for (Sysctl sysctl : Sysctl.values()) {
      int slot = slot(sysctl.dottedName());
      if (slot < 0) {
        throw new IllegalArgumentException("no sysctl " + sysctl.dottedName());
      }
      slotOfOrdinal[sysctl.ordinal()] = slot;
      ordinalOfSlot[slot] = sysctl.ordinal();
      shared[sysctl.ordinal()] = !profiles[slot].scope().perNamespace();
    }
    for (int slot = 0; slot < profiles.length; slot++) {
      put(init, slot, profiles[slot].value());
      put(fresh, slot, profiles[slot].freshValue());
    }
  }

  /** The modules that can be loaded. */
  List<String> modules() {
    return modules;
  }

  /** Number of sysctls; slots are below it. */
  int size() {
    return profiles.length;
  }

  SysctlProfile profile(int slot) {
    return profiles[slot];
  }

  /** The slot of a name, or negative. */
  int slot(String name) {
    int slot = firstFrom(name);
    return slot < profiles.length && profiles[slot].name().equals(name) ? slot : -1;
  }

  /** Whether a name begins with this. */
  boolean hasNamesIn(String prefix) {
    int slot = firstFrom(prefix);
    return slot < profiles.length && profiles[slot].name().startsWith(prefix);
  }

  /** The slot of the first name that is not before this one. */
  private int firstFrom(String name) {
    int low = 0;
    int high = profiles.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (profiles[middle].name().compareTo(name) < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  int slot(Sysctl sysctl) {
    return slotOfOrdinal[sysctl.ordinal()];
  }

  /** The number of the model's key for a slot, or -1. */
  int ordinal(int slot) {
    return ordinalOfSlot[slot];
  }

  /** Whether all namespaces share the value. */
  boolean shared(Sysctl sysctl) {
    return shared[sysctl.ordinal()];
  }

  /** Values of the initial namespace and of the machine at boot; nobody may change them. */
  SysctlValues init() {
    return init;
  }

  /** Values of a new namespace at boot; nobody may change them. */
  SysctlValues fresh() {
    return fresh;
  }

  /** Sets a value in an object that belongs to the caller. */
  void put(SysctlValues values, int slot, String text) {
    values.texts[slot] = text;
    if (ordinalOfSlot[slot] >= 0) {
      values.numbers[ordinalOfSlot[slot]] = SysctlValues.parse(text);
    }
  }
}
