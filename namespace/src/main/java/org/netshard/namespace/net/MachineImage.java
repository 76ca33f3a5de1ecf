package org.netshard.namespace.net;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.netshard.namespace.profile.BadProfileException;
import org.netshard.namespace.profile.KernelProfiles;
import org.netshard.namespace.sysctl.SysctlCatalog;
import org.netshard.protocol.abi.Errno;
import org.netshard.protocol.family.FamilyTable;
import org.netshard.protocol.family.SockOpsTable;
import org.netshard.protocol.profile.FamilyProfile;
import org.netshard.protocol.profile.KernelProfile;

/**
 * A kernel profile made ready to boot: its families, its kinds of sock and its sysctls as tables.
 *
 * <p>It never changes. All machines of one profile share it, as machines that boot one {@code
 * vmlinux} share its text, and copy of it what they change.
 */
public final class MachineImage {
  private static final int KEPT_MAX = 64;

  /** What the kernels of this JVM have asked for: a thousand kernels mostly have one profile. */
  private static final Map<List<String>, MachineImage> KEPT =
      Collections.synchronizedMap(new LinkedHashMap<>());

  private final KernelProfile profile;
  private final FamilyTable families = new FamilyTable(SockOpsTable::find);
  private final SysctlCatalog sysctls;

  /**
   * The image of a profile.
   *
   * @throws BadProfileException if a family has a protocol for which there are no calls
   */
  public MachineImage(KernelProfile profile) {
    this.profile = profile;
    this.sysctls = new SysctlCatalog(profile.sysctls(), profile.modules());
    profile.protos().forEach(families::protoRegister);
    for (FamilyProfile family : profile.families()) {
      int result;
      try {
        result = families.sockRegister(family);
      } catch (IllegalArgumentException bad) {
        throw new BadProfileException(profile.name() + ": " + bad.getMessage());
      }
      if (result < 0) {
        throw new IllegalStateException(family.name() + ": " + Errno.resultText(result));
      }
    }
  }

  /**
   * The image of a built-in profile with changes in the syntax of a profile; empty text for none.
   *
   * @throws BadProfileException if there can be none
   */
  public static MachineImage of(String profile, String changes) {
    List<String> key = List.of(profile, changes);
    MachineImage known = KEPT.get(key);
    if (known == null) {
      known = new MachineImage(KernelProfiles.load(profile, changes));
      if (KEPT.size() < KEPT_MAX) {
        KEPT.put(key, known);
      }
    }
    return known;
  }

  /** What it was made of. */
  public KernelProfile profile() {
    return profile;
  }

  /** The families of a machine that boots it. */
  FamilyTable families() {
    return families.share();
  }

  /** The sysctls of all machines that boot it. */
  SysctlCatalog sysctls() {
    return sysctls;
  }
}
