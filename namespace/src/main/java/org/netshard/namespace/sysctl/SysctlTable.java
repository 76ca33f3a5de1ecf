package org.netshard.namespace.sysctl;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netshard.protocol.core.Sysctl;
import org.netshard.protocol.profile.SysctlProfile;
import org.netshard.protocol.profile.SysctlProfile.Scope;

/**
 * The sysctls of a machine: what there is, the values of the initial namespace and of the whole
 * machine, and the values with which a new namespace begins.
 *
 * <p>Machines of one profile share its {@link SysctlCatalog} and the values at boot until they
 * write. The values of a new namespace are one object that all share until they write. When the
 * initial namespace writes a sysctl that new namespaces copy from it, the object is replaced;
 * namespaces that are there keep the old one.
 *
 * <p><b>Source:</b> {@code net/core/net_namespace.c}, {@code setup_net}; {@code
 * net/ipv4/tcp_ipv4.c}, {@code tcp_sk_init}; {@code net/ipv4/devinet.c}, {@code devinet_init_net}.
 */
public final class SysctlTable {
  private static final String INHERIT = "net.core.devconf_inherit_init_net";

  private static final String TCP_MODULE = "tcp_";

  private final SysctlCatalog catalog;
  private final NetSysctls init;
  private SysctlValues initValues;
  private SysctlValues fresh;

  /** The table of a machine at boot. */
  public SysctlTable(SysctlCatalog catalog) {
    this.catalog = catalog;
    initValues = catalog.init();
    fresh = catalog.fresh();
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

  /**
   * Loads a module, if the kernel has one of this name that is not loaded: its congestion control
   * can be had from now on ({@code request_module}, {@code tcp_register_congestion_control}).
   */
  public void requestModule(String name) {
    String congestion = name.startsWith(TCP_MODULE) ? name.substring(TCP_MODULE.length()) : "";
    String available = init.text(Sysctl.IPV4_TCP_AVAILABLE_CONGESTION_CONTROL);
    if (catalog.modules().contains(name)
        && !List.of(available.split(" ", -1)).contains(congestion)) {
      init.set(Sysctl.IPV4_TCP_AVAILABLE_CONGESTION_CONTROL, available + " " + congestion);
    }
  }

  /** The slot of a name, or negative. */
  int slot(String name) {
    return catalog.slot(name);
  }

  int slot(Sysctl sysctl) {
    return catalog.slot(sysctl);
  }

  SysctlProfile profile(int slot) {
    return catalog.profile(slot);
  }

  /** What the profile says of a sysctl, or null if there is none of this name. */
  public @Nullable SysctlProfile profile(String name) {
    int slot = slot(name);
    return slot < 0 ? null : catalog.profile(slot);
  }

  /** The number of the model's key for a slot, or -1. */
  int ordinal(int slot) {
    return catalog.ordinal(slot);
  }

  /** Whether all namespaces share the value. */
  boolean shared(Sysctl sysctl) {
    return catalog.shared(sysctl);
  }

  SysctlValues initValues() {
    return initValues;
  }

  /** Whether there are names with this one and a dot before theirs, so that it is a directory. */
  public boolean hasNamesIn(String name) {
    return catalog.hasNamesIn(name + ".");
  }

  /** Whether the value of this name is text, which can be read from any position. */
  public boolean isText(String name) {
    SysctlProfile profile = profile(name);
    return profile != null
        && switch (profile.format().kind()) {
          case TEXT, WORD, CONGESTION_CONTROL, ALLOWED_CONGESTION_CONTROL -> true;
          default -> false;
        };
  }

  /** Names that a namespace has, in alphabetical order. */
  public List<String> names(boolean inInit) {
    List<String> names = new ArrayList<>();
    for (int slot = 0; slot < catalog.size(); slot++) {
      SysctlProfile profile = catalog.profile(slot);
      if (inInit || profile.scope() != Scope.GLOBAL) {
        names.add(profile.name());
      }
    }
    return names;
  }

  /** The initial namespace, or the machine, has a new value: new namespaces may copy it. */
  void initChanged(int slot, String text) {
    if (initValues == catalog.init()) {
      initValues = initValues.copy();
    }
    catalog.put(initValues, slot, text);
    if (catalog.profile(slot).scope() == Scope.NETNS_FROM_INIT) {
      SysctlValues changed = fresh.copy();
      putFresh(changed, slot, text);
      fresh = changed;
    }
  }

  /** A device of the new namespace begins with the values of {@code conf/default}. */
  private void putFresh(SysctlValues values, int slot, String text) {
    int lo = slot(SysctlLinks.ofLo(catalog.profile(slot).name()));
    if (lo >= 0 && values.texts[lo].equals(values.texts[slot])) {
      catalog.put(values, lo, text);
    }
    catalog.put(values, slot, text);
  }

  /**
   * The values of {@code conf} when {@code devconf_inherit_init_net} is not 0: 1 copies IPv6 too
   * from the initial namespace, 2 takes the compiled values, 3 copies from the creator.
   *
   * <p><b>Source:</b> {@code devinet_init_net}, {@code addrconf_init_net}.
   */
  private void inheritDevconf(NetSysctls made, NetSysctls creator, String inherit) {
    for (int slot = 0; slot < catalog.size(); slot++) {
      String name = catalog.profile(slot).name();
      boolean ipv4 = SysctlLinks.isDevconf(name, "net.ipv4");
      if (!ipv4 && !SysctlLinks.isDevconf(name, "net.ipv6")) {
        continue;
      }
      String from =
          switch (inherit) {
            case "1" -> initValues.texts[slot];
            case "3" -> creator.text(slot);
            default -> catalog.profile(slot).freshValue();
          };
      int lo = slot(SysctlLinks.ofLo(name));
      if (lo >= 0 && made.text(lo).equals(made.text(slot))) {
        made.put(lo, from);
      }
      made.put(slot, from);
    }
  }
}
