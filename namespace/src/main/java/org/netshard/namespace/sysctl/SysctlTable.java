package org.netshard.namespace.sysctl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.profile.SysctlProfile;
import org.netshard.protocol.profile.SysctlProfile.Scope;

/**
 * The sysctls of a machine: what there is, the values of the initial namespace and of the whole
 * machine, and the values with which a new namespace begins.
 *
 * <p>The values of a new namespace are one object that all share until they write. When the initial
 * namespace writes a sysctl that new namespaces copy from it, the object is replaced; namespaces
 * that are there keep the old one.
 *
 * <p><b>Source:</b> {@code net/core/net_namespace.c}, {@code setup_net}; {@code
 * net/ipv4/tcp_ipv4.c}, {@code tcp_sk_init}; {@code net/ipv4/devinet.c}, {@code devinet_init_net}.
 */
public final class SysctlTable {
  private static final String INHERIT = "net.core.devconf_inherit_init_net";

  private final SysctlProfile[] profiles;
  private final int[] slotOfOrdinal = new int[Sysctl.values().length];
  private final int[] ordinalOfSlot;
  private final boolean[] shared = new boolean[Sysctl.values().length];
  private final SysctlValues initValues;
  private final NetSysctls init;
  private SysctlValues fresh;

  /**
   * The table of a machine at boot.
   *
   * @throws IllegalArgumentException if a sysctl is missing that the model reads
   */
  public SysctlTable(List<SysctlProfile> sysctls) {
    List<SysctlProfile> sorted = new ArrayList<>(sysctls);
    sorted.sort(Comparator.comparing(SysctlProfile::name));
    profiles = sorted.toArray(new SysctlProfile[0]);
    ordinalOfSlot = new int[profiles.length];
    initValues = SysctlValues.empty(profiles.length);
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
      put(initValues, slot, profiles[slot].value());
      put(fresh, slot, profiles[slot].freshValue());
    }
    init = new NetSysctls(this, initValues);
  }

  /** The sysctls of the initial namespace. */
  public NetSysctls init() {
    return init;
  }

  /** The sysctls of a namespace that a task of another is making. */
  public NetSysctls create(NetSysctls creator) {
    NetSysctls made = new NetSysctls(this, fresh);
    int slot = slot(INHERIT);
    if (slot >= 0 && !initValues.texts[slot].equals("0")) {
      inheritDevconf(made, creator, initValues.texts[slot]);
    }
    return made;
  }

  /** The slot of a name, or negative. */
  int slot(String name) {
    int low = 0;
    int high = profiles.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = profiles[middle].name().compareTo(name);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  int slot(Sysctl sysctl) {
    return slotOfOrdinal[sysctl.ordinal()];
  }

  SysctlProfile profile(int slot) {
    return profiles[slot];
  }

  /** What the profile says of a sysctl, or null if there is none of this name. */
  public @Nullable SysctlProfile profile(String name) {
    int slot = slot(name);
    return slot < 0 ? null : profiles[slot];
  }

  /** The number of the model's key for a slot, or -1. */
  int ordinal(int slot) {
    return ordinalOfSlot[slot];
  }

  /** Whether all namespaces share the value. */
  boolean shared(Sysctl sysctl) {
    return shared[sysctl.ordinal()];
  }

  SysctlValues initValues() {
    return initValues;
  }

  /** Names that a namespace has, in alphabetical order. */
  public List<String> names(boolean inInit) {
    List<String> names = new ArrayList<>();
    for (SysctlProfile profile : profiles) {
      if (inInit || profile.scope() != Scope.GLOBAL) {
        names.add(profile.name());
      }
    }
    return names;
  }

  /** The initial namespace, or the machine, has a new value: new namespaces may copy it. */
  void initChanged(int slot, String text) {
    put(initValues, slot, text);
    if (profiles[slot].scope() == Scope.NETNS_FROM_INIT) {
      SysctlValues changed = fresh.copy();
      putFresh(changed, slot, text);
      fresh = changed;
    }
  }

  private void put(SysctlValues values, int slot, String text) {
    values.texts[slot] = text;
    if (ordinalOfSlot[slot] >= 0) {
      values.numbers[ordinalOfSlot[slot]] = SysctlValues.parse(text);
    }
  }

  /** A device of the new namespace begins with the values of {@code conf/default}. */
  private void putFresh(SysctlValues values, int slot, String text) {
    int lo = slot(SysctlLinks.ofLo(profiles[slot].name()));
    if (lo >= 0 && values.texts[lo].equals(values.texts[slot])) {
      put(values, lo, text);
    }
    put(values, slot, text);
  }

  /**
   * The values of {@code conf} when {@code devconf_inherit_init_net} is not 0: 1 copies IPv6 too
   * from the initial namespace, 2 takes the compiled values, 3 copies from the creator.
   *
   * <p><b>Source:</b> {@code devinet_init_net}, {@code addrconf_init_net}.
   */
  private void inheritDevconf(NetSysctls made, NetSysctls creator, String inherit) {
    for (int slot = 0; slot < profiles.length; slot++) {
      String name = profiles[slot].name();
      boolean ipv4 = SysctlLinks.isDevconf(name, "net.ipv4");
      if (!ipv4 && !SysctlLinks.isDevconf(name, "net.ipv6")) {
        continue;
      }
      String from =
          switch (inherit) {
            case "1" -> initValues.texts[slot];
            case "3" -> creator.text(slot);
            default -> profiles[slot].freshValue();
          };
      int lo = slot(SysctlLinks.ofLo(name));
      if (lo >= 0 && made.text(lo).equals(made.text(slot))) {
        made.put(lo, from);
      }
      made.put(slot, from);
    }
  }
}
