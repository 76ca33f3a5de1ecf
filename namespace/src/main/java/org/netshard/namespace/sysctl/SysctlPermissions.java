package org.netshard.namespace.sysctl;

import org.netshard.protocol.cred.Capability;
import org.netshard.protocol.cred.Cred;
import org.netshard.protocol.cred.UserNamespace;

/**
 * Who may read and write a sysctl.
 *
 * <p><b>Source:</b> {@code fs/proc/proc_sysctl.c}, {@code test_perm}; {@code net/sysctl_net.c},
 * {@code net_ctl_permissions}; {@code kernel/ucount.c}, {@code set_permissions}.
 */
final class SysctlPermissions {
  private SysctlPermissions() {}

  /** The permission bits that hold for this task: 4 to read, 2 to write. */
  static int allowed(String name, int mode, Cred cred, UserNamespace netOwner) {
    int effective = mode;
    if (name.startsWith("net.") && cred.nsCapable(netOwner, Capability.CAP_NET_ADMIN)) {
      effective = forAll((mode >> 6) & 7);
    } else if (name.startsWith("user.")) {
      boolean resource = cred.nsCapable(cred.userNs(), Capability.CAP_SYS_RESOURCE);
      effective = forAll(resource ? (mode >> 6) & 7 : mode & 7);
    }
    if (cred.euid() == 0) {
      return (effective >> 6) & 7;
    }
    return cred.inEffectiveGroup(0) ? (effective >> 3) & 7 : effective & 7;
  }

  private static int forAll(int bits) {
    return (bits << 6) | (bits << 3) | bits;
  }
}
